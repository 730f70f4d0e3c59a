"""*Overdue* shows the date of the deadline, not of the invitation."""

from datetime import timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from goodword.assessments.adjustments.requests import resume_deadline, stop_deadline
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.workflow.domain.application_outcome import apply_outcome
from goodword.workspace.progress import progress_of
from tests.references.story import opened, sent
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import NOW, checked, invited, named, path, review

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
#: the end of the fifth working day after Tuesday, 3 March
DEADLINE = "Tue 10 Mar, 23:59"


def shown(client: Client, where: str) -> list[str]:
    page = BeautifulSoup(client.get(where).content, "html.parser")
    return [" ".join(str(mark["aria-label"]).split()) for mark in page.select(".progress__mark")]


def listed(client: Client, where: str) -> list[str]:
    page = BeautifulSoup(client.get(where).content, "html.parser")
    cells = page.select("tr[data-row] .list__state, tr[data-row] .list__when")
    return [text for cell in cells if (text := " ".join(cell.get_text(" ").split()))]


def overdue_since(application: Application) -> list[object]:
    marks = progress_of([application], organisation=application.organisation, now=NOW + 90 * DAY)
    return [(mark.state, mark.since) for mark in marks[application.pk] if mark.run]


@pytest.mark.slow
def test_lists_and_pages_show_since_when_a_step_is_overdue() -> None:
    role = factories.role(factories.organisation())
    role.steps.update(deadline_days=5)
    application = named(role, "Ada", "Zorn")
    invited(application)
    checked(application)
    client = signed_in(role.owner)
    with time_machine.travel(NOW + 20 * DAY, tick=False):
        lists = [
            listed(client, path("candidates", role.organisation)),
            listed(client, path("role", role.organisation, role.pk)),
        ]
        pages = [
            shown(client, path("candidate", role.organisation, application.pk)),
            shown(Client(), review(application, now=NOW + 20 * DAY)),
        ]
    late = ["Overdue 0/16", "Tue 10 Mar", "Overdue 0/2", "since Tue 10 Mar"]
    assert lists == [[*late, "Thu 5 Mar, 10:00"]] * 2  # the reminder, which isn't sent in this test
    assert (
        pages
        == [
            [
                f"Assessment: Overdue, 0 of 16, since {DEADLINE}",
                f"Reference check: Overdue, 0 of 2, since {DEADLINE}",
            ]
        ]
        * 2
    )


@pytest.mark.world
@pytest.mark.time_machine(NOW, tick=False)
def test_a_referee_is_overdue_since_their_own_deadline() -> None:
    story = sent()
    deadline = story.requests[0].deadline_at
    with time_machine.travel(deadline + DAY, tick=False):
        where = path("candidate", story.application.organisation, story.application.pk)
        response = signed_in(factories.member(story.application.organisation)).get(where)
    slot = response.context["cards"][1].view.slots[0]
    assert (slot.is_overdue, slot.since) == (True, deadline)


@pytest.mark.world
def test_a_deadline_moved_by_an_adjustment_is_not_shown() -> None:
    application = named(factories.role(factories.organisation()), "Ada", "Zorn")
    attempt = invited(application)
    of_the_role = attempt.deadline_at
    stop_deadline(attempt, now=NOW)
    resume_deadline(attempt, now=NOW + 3 * DAY)
    attempt.refresh_from_db()
    assert attempt.deadline_at > of_the_role
    assert overdue_since(application) == [("overdue", of_the_role)]


@pytest.mark.world
def test_a_new_deadline_replaces_the_overdue_date() -> None:
    application = named(factories.role(factories.organisation()), "Ada", "Zorn")
    attempt = invited(application)
    stop_deadline(attempt, now=NOW)
    resume_deadline(attempt, now=NOW + 3 * DAY)
    for name in ("application.rejected", "application.unrejected"):
        factories.apply_event(application, name, {})
        event = Event(name=name, occurred_at=NOW + 30 * DAY, application_id=application.pk)
        event.organisation_id, event.actor = application.organisation_id, "greenhouse"
        assert [act for act, _ in apply_outcome(Attempt, event)]
    attempt.refresh_from_db()
    assert overdue_since(application) == [("overdue", attempt.deadline_at)]
    assert attempt.deadline_at > NOW + 30 * DAY


@pytest.mark.main_case
@pytest.mark.time_machine(NOW, tick=False)
def test_other_states_show_when_they_began() -> None:
    story = opened()
    run_jobs()
    marks = progress_of([story.application], organisation=story.application.organisation, now=NOW)
    assert [(mark.state, mark.since) for mark in marks[story.application.pk]][1] == ("pending", NOW)
