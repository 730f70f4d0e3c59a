"""Counts the files that four behaviours pass through, from a person's action to its effect.

`scripts/journeys.py` runs this and prints the figures. A file counts if one of its functions was called; importing it
does not count. No journey leads to the inbox, so run_jobs does not look into it. Mail is sent by SMTP.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from goodword.assessments.models import AttemptPart
from goodword.core import clock
from goodword.notifications.models import Email
from goodword.reports.models import Report
from tests.assessments import all_kinds
from tests.assessments.support import assigned, token_of
from tests.greenhouse.conftest import _open
from tests.greenhouse.reconciliation.passes import reconcile, settled
from tests.greenhouse.world import ASSESSMENT
from tests.references import story
from tests.support import factories
from tests.support.jobs import INBOX, run_jobs
from tests.support.mail_server import mail_server
from tests.support.pages import signed_in

pytestmark = [pytest.mark.world, pytest.mark.django_db]

SOURCES = str(Path(__file__).resolve().parent.parent / "src" / "goodword") + "/"


@contextmanager
def traced(name: str) -> Iterator[None]:
    """Add the files whose functions are called in this block to the file named by JOURNEYS."""
    files: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(SOURCES) and frame.f_code.co_name != "<module>":
            files.add(path.removeprefix(SOURCES))

    with mail_server():
        threading.setprofile_all_threads(note)
        try:
            yield
        finally:
            threading.setprofile_all_threads(None)
    found = Path(os.environ["JOURNEYS"])
    figures = json.loads(found.read_text()) if found.exists() else {}
    found.write_text(json.dumps(figures | {name: sorted(files)}))
    assert sys.getprofile() is None


def test_a_referee_submits_and_the_report_is_stored() -> None:
    check = story.sent()
    story.answer(story.referee_path(story.PEER["r-email"]))
    door = story.referee_path(story.MANAGER["r-email"])
    for number, page in enumerate(story.ANSWERS, start=1):
        assert story.post(f"{door}questions/{number}/", page).status_code == 302
    with traced("a referee's submit to the stored report"):
        assert story.post(f"{door}review/").status_code == 302
        run_jobs(but_not={INBOX})
    assert Report.objects.of(check.application.organisation).get().state == "ready"


def test_an_assessment_is_finished_and_the_report_is_mailed() -> None:
    role = factories.role(factories.organisation())
    factories.step(role, "assessment")
    all_kinds.assessment_of_all(role, kinds=("scales",))
    now = clock.now()
    attempt = assigned(factories.application(role), now=now)
    all_kinds.answer_all_parts(attempt, now=now)
    run_jobs()
    before = Email.objects.of(role.organisation).count()
    where = reverse("portal_assessment_finish", args=[token_of(attempt, now=now), 1])
    with traced("a finished assessment to report and mail"):
        assert story.post(where).status_code == 302
        run_jobs(but_not={INBOX})
    assert not AttemptPart.objects.of(role.organisation).filter(ended_at=None).exists()
    assert Report.objects.of(role.organisation).get().state == "ready"
    assert Email.objects.of(role.organisation).count() > before


def test_a_missed_move_is_found_and_the_candidate_invited(settings: Settings) -> None:
    for world in _open("v3", settings):
        # without one, the invitation would first create the default
        all_kinds.assessment_of_all(world.role, kinds=("scales",))
        application = world.apply()
        settled(world)
        world.move(application, ASSESSMENT)
        world.outgoing()  # lost
        run_jobs()  # jobs queued by the earlier deliveries
        with traced("a missed move to its invitation"):
            reconcile(world)
            run_jobs(but_not={INBOX})
        assert Email.objects.of(world.organisation).get().kind.endswith("invitation")


def test_finished_candidates_are_compared() -> None:
    organisation = factories.organisation()
    rita = factories.member(organisation)
    role = factories.role(organisation, owner=rita)
    factories.step(role, "assessment")
    all_kinds.assessment_of_all(role)
    for first_name in ("Ada", "Bo"):
        candidate = factories.candidate(organisation, first_name=first_name)
        all_kinds.taken(factories.application(role, candidate=candidate))
    client = signed_in(rita)
    with traced("the comparison page"):
        response = client.get(reverse("role_compare", args=[organisation.slug, role.pk]))
    assert response.status_code == 200
