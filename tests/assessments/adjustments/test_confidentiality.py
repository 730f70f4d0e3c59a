"""The hiring team sees the same for candidates with and without an adjustment."""

import difflib
import io
import json
import re
import zipfile
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from goodword.accounts.models import AuditEntry, Organisation
from goodword.assessments.adjustments.requests import answer_request
from goodword.assessments.attempts.answers import next_item, save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.attempts.reminders import remind_due
from goodword.assessments.models import Adjustment, Attempt
from goodword.assessments.queries import items_of
from goodword.candidates.models import Application
from goodword.core.addresses import Correspondent
from goodword.greenhouse.activity_feed.wording import body
from goodword.greenhouse.models import ActivityFeedNote
from goodword.notifications.models import Email
from goodword.reports.models import Report
from goodword.workspace.data_requests import preview_erasure
from tests.assessments.adjustments.support import HANNA, NOW, TIMED, asked, clocks, timed
from tests.assessments.once import once
from tests.assessments.support import part_of
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import comparable, signed_in
from tests.workspace.applications import path, review

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
#: compared: the candidate's page, the role's page, the list, the report, the export, the note
Read = dict[str, str]
History = tuple[Application, Read]


def history(*, adjusted: bool, may_disclose: bool = False) -> History:
    """A timed assessment taken within four days. With an adjustment, the answer takes a day and the candidate 50 %
    longer; both end at the same moment.
    """
    org = factories.organisation(name="Acme Bikes")
    owner = factories.member(org, kind="admin", name="Omar Owner", email=f"omar-{org.pk}@acme.example")
    role = factories.role(org, title="Window Washer", owner=owner)
    person = factories.candidate(
        org, first_name="Ada", last_name="Lovelace", email="ada@mail.example", remote_id=700_000 + org.pk
    )
    of = factories.application(role, candidate=person, remote_id=800_000 + org.pk)
    read: Read = {}
    with time_machine.travel(NOW, tick=False) as clock:
        attempt = timed(TIMED, of=of)
        run_jobs()
        if adjusted:
            row = asked(attempt, text="Slowly, please.", may_disclose=may_disclose)
            run_jobs()
        read |= _read(of, "while it waits")
        clock.move_to(NOW + DAY)
        if adjusted:
            by = Correspondent(name=HANNA[0], address=HANNA[1])
            granted: dict[str, Any] = {"percent": 50, "forms": {}, "accessible": False, "sentence": "Yes."}
            answer_request(adjustment_id=row.pk, by=by, now=NOW + DAY, **granted)
        run_jobs()
        read |= _read(of, "after the answer")
        clock.move_to(NOW + 3 * DAY)
        remind_due(now=NOW + 3 * DAY)
        run_jobs()
        end = NOW + 4 * DAY
        begun = end - (22 if adjusted else 14) * MINUTE
        clock.move_to(begun)
        _take(attempt, begun=begun)
        clock.move_to(end - 10 * MINUTE)
        read |= _read(of, "in progress")
        clock.move_to(end)
        finish_part(attempt_id=attempt.pk, order=1, now=end)
        run_jobs()
        read |= _read(of, "at the end")
        report = Report.objects.of(org).get(state="ready")
        note = ActivityFeedNote(organisation=org, report=report, marker=report.code)
        read |= {
            "snapshot": json.dumps(report.snapshot, indent=1, ensure_ascii=False),
            "note": body(note, report, link="https://goodword.example/s/x/"),
        }
    assert clocks(attempt) == [1380 if adjusted else 900]
    return of, {where: _masked(text, of) for where, text in read.items()}


def _take(attempt: Attempt, *, begun: Any) -> None:
    begin_part(attempt_id=attempt.pk, order=1, device="", now=begun)
    items = items_of(part_of(attempt))
    for number, item in enumerate(items, start=1):
        save_answer(attempt_id=attempt.pk, order=1, item_id=item.id, value=4, now=begun)
        if number < len(items):  # leaving the last one would end the part
            next_item(attempt_id=attempt.pk, order=1, number=number, now=begun)


def _read(of: Application, when: str) -> Read:
    org = of.organisation
    assert of.role is not None
    client = signed_in(of.role.owner)
    export = client.post(path("candidate_export", org, of.pk))
    with zipfile.ZipFile(io.BytesIO(export.content)) as bundle:
        told = "\n".join(bundle.read(name).decode() for name in ("for-the-candidate.json", "everything.json"))
    return {
        f"candidate {when}": comparable(client.get(path("candidate", org, of.pk))),
        f"role {when}": comparable(client.get(path("role", org, of.role.pk))),
        f"comparison {when}": comparable(client.get(path("role_compare", org, of.role.pk))),
        f"results {when}": comparable(client.get(path("results", org))),
        f"candidates {when}": comparable(client.get(path("candidates", org))),
        f"erasing {when}": comparable(client.get(path("candidate_erase", org, of.pk))),
        f"review {when}": comparable(client.get(review(of, now=NOW))),
        f"export {when}": told,
        f"counts {when}": json.dumps(preview_erasure(of.candidate)),
        f"audit {when}": str(
            list(AuditEntry.objects.of(org).order_by("pk").values_list("action", flat=True))
        ),
    }


def _masked(text: str, of: Application) -> str:
    """Remove ids and random values."""
    org = of.organisation
    text = text.replace(str(of.remote_id), "REMOTE").replace(str(of.candidate.remote_id), "PERSON")
    text = text.replace(org.slug, "SLUG").replace(f"omar-{org.pk}@", "omar@")
    for code in Report.objects.of(org).values_list("code", flat=True):
        text = text.replace(code, "CODE")
    text = re.sub(r"([?&;]test=)\d+", r"\1ID", text)
    text = re.sub(r'((?:<option|type="checkbox")[^>]* value)="\d+"', r'\1="ID"', text)
    text = re.sub(r'(name="candidate" value|data-user)="\d+"', r'\1="ID"', text)
    text = re.sub(r"/reports/\d+\.pdf", "/reports/ID.pdf", text)
    text = re.sub(r'("(?:[a-z_ ]*id|version_id|subject_ref)": )"?[\w:]+"?', r"\1ID", text)
    return re.sub(r"(/|member:|-)\d+(?=[/\"&?])", r"\1ID", text)


def _different(one: Read, other: Read) -> dict[str, list[str]]:
    return {
        where: [
            line
            for line in difflib.ndiff(text.splitlines(), other[where].splitlines())
            if not line.startswith((" ", "?"))
        ]
        for where, text in one.items()
        if text != other[where]
    }


def all_histories() -> dict[str, History]:
    return {
        "without": history(adjusted=False),
        "adjusted": history(adjusted=True),
        "told": history(adjusted=True, may_disclose=True),
    }


histories_once = once(all_histories)


@pytest.fixture
def histories(db: None, histories_once: dict[str, History]) -> dict[str, History]:
    """One candidate without an adjustment, one with, and one who agrees to disclose it."""
    return deepcopy(histories_once)


def test_nothing_that_the_hiring_team_reads_reveals_an_adjustment(histories: dict[str, History]) -> None:
    (_, without), (of, given) = histories["without"], histories["adjusted"]
    assert Adjustment.objects.of(of.organisation).get().state == "granted"
    assert _different(without, given) == {}
    assert len(without) == 42


def test_with_consent_the_hiring_team_sees_only_the_grant(histories: dict[str, History]) -> None:
    of, given = histories["told"]
    page, told = given["candidate at the end"], given["export at the end"]
    assert "50% extra time" in " ".join(page.split())
    assert '"granted, percent": 50' in told
    for text in (page, told):
        assert "Slowly, please." not in text
        assert "Hanna" not in text
    for words in ("50% more time", "50% extra time"):
        assert words not in given["snapshot"] + given["note"] + given["role at the end"]
    assert Organisation.objects.filter(pk=of.organisation_id).exists()


def test_an_open_request_is_hidden_even_with_consent(
    histories: dict[str, History],
) -> None:
    (_, without), (_, given) = histories["without"], histories["told"]
    before = {where: text for where, text in without.items() if where.endswith("while it waits")}
    assert len(before) == 10
    assert _different(before, given) == {}


def test_mails_about_requests_are_not_filed_under_the_application(histories: dict[str, History]) -> None:
    of, _ = histories["adjusted"]
    mails = Email.objects.of(of.organisation).filter(kind__startswith="assessment.adjustment").order_by("pk")
    assert [(mail.kind, mail.application, mail.state) for mail in mails] == [
        ("assessment.adjustment_request", None, "sent"),
        ("assessment.adjustment_answered", None, "sent"),
    ]
