"""Erasure and export of adjustment requests."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from goodword.assessments.adjustments.requests import answer_request
from goodword.assessments.models import Adjustment, Attempt
from goodword.core import personal_data
from goodword.core.addresses import Correspondent
from goodword.core.personal_data import ExportReader, ExportRequest, Subject, export
from goodword.notifications.models import Email, Link
from tests.assessments.adjustments.support import NOW, answer_path, asked, fresh, timed
from tests.assessments.adjustments.test_open_text import DAY, WRITTEN, granted, taken
from tests.assessments.support import part_of
from tests.flow.test_erasure_and_export import columns_with
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

WORD = "Xylograph"


def asked_and_answered() -> Adjustment:
    """A request with the word in every text, and its mails sent."""
    attempt = timed()
    row = asked(attempt, text=f"I am a {WORD}.")
    run_jobs()
    by = Correspondent(name=f"Hanna {WORD}", address=f"hanna@{WORD.lower()}.example")
    answer_request(
        adjustment_id=row.pk,
        percent=25,
        forms={},
        accessible=True,
        sentence=f"Bring your {WORD}.",
        by=by,
        now=NOW,
    )
    run_jobs()
    answer_path(row)
    return row


@pytest.mark.main_case
def test_erasure_removes_requests_from_every_table() -> None:
    row = asked_and_answered()
    assert columns_with(WORD) == {
        "assessments_adjustment.answer",
        "assessments_adjustment.answered_by",
        "assessments_adjustment.text",
        "notifications_email.context",
        "notifications_email.from_name",
        "notifications_email.html",
        "notifications_email.reply_to",
        "notifications_email.text",
    }
    application = row.attempt.step_request.application
    subject = Subject(
        organisation_id=row.organisation_id,
        application_ids=(application.pk,),
        candidate_id=application.candidate_id,
    )
    with transaction.atomic():
        counts = personal_data.erase(subject, now=NOW)
    assert columns_with(WORD) == set()
    assert Adjustment.objects.of(row.organisation).count() == 0
    assert Email.objects.of(row.organisation).filter(subject_ref__startswith="adjustment").count() == 0
    assert Link.objects.of(row.organisation).count() == 0
    assert "adjustments" not in counts


def erase(attempt: Attempt) -> None:
    application = attempt.step_request.application
    subject = Subject(
        organisation_id=attempt.organisation_id,
        application_ids=(application.pk,),
        candidate_id=application.candidate_id,
    )
    with transaction.atomic():
        personal_data.erase(subject, now=NOW + 3 * DAY)


@pytest.mark.world
def test_erasure_leaves_no_sign_of_a_granted_version_or_a_later_deadline() -> None:
    attempt = granted(now=NOW + 2 * DAY)
    assert (taken(attempt)[0], attempt.deadline_moved_by > timedelta()) == (WRITTEN, True)
    due = attempt.overdue_since
    erase(attempt)
    after, part = fresh(attempt), part_of(attempt)
    assert (after.deadline_at, after.deadline_moved_by, after.clock_stopped_at) == (due, timedelta(), None)
    assert (part.open_text, part.version.test_id, part.form) == (None, part.part.test_id, part.part.form)


def test_erasure_leaves_no_deadline_on_hold() -> None:
    attempt = timed()
    asked(attempt)
    assert fresh(attempt).clock_stopped_at is not None
    erase(attempt)
    assert fresh(attempt).clock_stopped_at is None


@pytest.mark.world
def test_requests_are_exported_to_the_candidate_only() -> None:
    row = asked_and_answered()
    application = row.attempt.step_request.application
    wanted = ExportRequest(
        reader=ExportReader.CANDIDATE,
        organisation=row.organisation,
        candidate_id=application.candidate_id,
        application_ids=(application.pk,),
    )
    to_candidate = str(export(wanted))
    through_member = str(export(replace(wanted, through_member=True)))
    to_organisation = str(export(replace(wanted, reader=ExportReader.ORGANISATION)))
    for words in (
        f"I am a {WORD}.",
        f"Bring your {WORD}.",
        f"Hanna {WORD}",
        "Your request about the assessment",
    ):
        assert words in to_candidate, words
    for told in (through_member, to_organisation):
        assert WORD not in told
        assert "seconds granted" not in told
