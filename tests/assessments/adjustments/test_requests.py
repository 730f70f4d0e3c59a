"""Adjustment requests: granted immediately, open, or refused."""

from datetime import timedelta

import pytest
from django.db import transaction

from goodword.accounts.models import Organisation
from goodword.assessments.adjustments.contacts import AdjustmentContact, contact_of
from goodword.assessments.adjustments.requests import (
    CannotRequest,
    request_adjustment,
    resume_deadline,
    stop_deadline,
    withdraw_request,
)
from goodword.assessments.adjustments.status import WhyNot, extended_seconds, request_status
from goodword.assessments.attempts import parts
from goodword.assessments.attempts.completion import end_overdue, finish_part
from goodword.assessments.attempts.member_actions import extend_attempt
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.attempts.reminders import remind_due
from goodword.assessments.models import Adjustment, Attempt, AttemptPart
from goodword.core.workdays import days_left, end_of_working_day
from goodword.notifications.models import Email
from goodword.workflow.models import lock, move, status
from tests.assessments.adjustments.support import (
    HANNA,
    NOW,
    TIMED,
    asked,
    clocks,
    everything,
    fresh,
    named,
    requests,
    timed,
)
from tests.assessments.plans import JUDGEMENT
from tests.assessments.support import application
from tests.support import factories
from tests.support.jobs import event_names

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("minutes", "percent", "seconds"),
    [(20, 25, 1500), (15, 25, 1140), (15, 50, 1380), (1, 25, 120), (20, 0, 1200), (10, 200, 1800)],
)
def test_extended_clocks_are_rounded_up_to_whole_minutes(minutes: int, percent: int, seconds: int) -> None:
    assert extended_seconds(minutes, percent=percent) == seconds


@pytest.mark.world
def test_extra_time_for_everybody_is_granted_unread() -> None:
    attempt = timed(TIMED, JUDGEMENT, TIMED, more_time=50)
    before, events = Email.objects.count(), event_names()
    found = request_adjustment(
        attempt_id=attempt.pk, percent=50, form=False, text="I read slowly.", may_disclose=False, now=NOW
    )
    assert (found.waits, requests(attempt)) == (None, [("granted", 50, False, 50, False)])
    assert clocks(attempt) == [1380, None, 1380]
    assert (Adjustment.objects.of(attempt.organisation).get().text, Email.objects.count()) == ("", before)
    assert (fresh(attempt).clock_stopped_at, event_names()) == (None, events)


@pytest.mark.world
def test_larger_requests_wait_for_the_contact_with_the_deadline_on_hold() -> None:
    attempt = timed(more_time=25)
    deadline, events = attempt.deadline_at, event_names()
    row = asked(attempt, percent=50, text="Fewer breaks.")
    attempt = fresh(attempt)
    assert requests(attempt) == [("asked", 50, False, 0, False)]
    assert (attempt.clock_stopped_at, attempt.next_reminder_at) == (NOW, None)
    assert (clocks(attempt), row.text) == ([900], "Fewer breaks.")
    assert status(attempt, now=deadline + 3 * DAY) == "pending"
    assert remind_due(now=NOW + 3 * DAY) == 0
    [mail] = Email.objects.of(attempt.organisation).filter(kind="assessment.adjustment_request")
    assert (mail.to_name, mail.to_address, mail.application_id) == (*HANNA, None)
    assert mail.reply_to == row.attempt.step_request.application.candidate.email
    assert event_names() == events


@pytest.mark.world
def test_time_is_granted_immediately_while_the_accessible_version_waits() -> None:
    attempt = timed(more_time=25)
    found = request_adjustment(
        attempt_id=attempt.pk, percent=25, form=True, text="On paper.", may_disclose=True, now=NOW
    )
    assert requests(attempt) == [("granted", 25, False, 25, False), ("asked", 0, True, 0, False)]
    assert found.waits is not None
    assert (found.waits.text, found.waits.may_disclose, clocks(attempt)) == ("On paper.", True, [1140])


@pytest.mark.world
def test_the_longest_grant_counts() -> None:
    attempt = timed(more_time=100)
    for percent in (100, 25):
        request_adjustment(
            attempt_id=attempt.pk, percent=percent, form=False, text="", may_disclose=False, now=NOW
        )
    assert clocks(attempt) == [1800]


@pytest.mark.world
def test_only_one_request_is_open_at_a_time() -> None:
    attempt = timed()
    asked(attempt)
    before = everything(attempt)
    with pytest.raises(CannotRequest, match="waits"):
        asked(attempt)
    assert everything(attempt) == before


@pytest.mark.world
def test_after_a_refusal_one_more_request_is_allowed() -> None:
    attempt = timed()
    for _ in range(2):
        row = asked(attempt)
        withdraw_request(attempt_id=attempt.pk, now=NOW)
        Adjustment.objects.of(attempt.organisation).filter(pk=row.pk).update(state="refused")
    with pytest.raises(CannotRequest, match="enough"):
        asked(attempt)


@pytest.mark.world
def test_a_started_clock_is_not_extended() -> None:
    attempt = timed(TIMED, TIMED, more_time=50)
    begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW)
    asked_time = {"percent": 50, "form": False, "text": "", "may_disclose": False, "now": NOW}
    request_adjustment(attempt_id=attempt.pk, **asked_time)  # type: ignore[arg-type]  # one dictionary for both
    assert clocks(attempt) == [900, 1380]
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    begin_part(attempt_id=attempt.pk, order=2, device="", now=NOW)
    with pytest.raises(CannotRequest, match="begun"):
        request_adjustment(attempt_id=attempt.pk, **asked_time)  # type: ignore[arg-type]
    assert request_status(fresh(attempt)).why_not == WhyNot.BEGUN


@pytest.mark.world
@pytest.mark.parametrize(("is_lost", "ended"), [(False, "time_up"), (True, "")])
def test_a_clock_that_runs_while_a_request_is_open_ends_unless_the_connection_is_lost(
    is_lost: bool, ended: str
) -> None:
    attempt = timed(TIMED, TIMED)
    part = begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW)
    asked(attempt)
    seen_at = NOW if is_lost else part.ends_at
    AttemptPart.objects.of(attempt.organisation).filter(pk=part.pk).update(seen_at=seen_at)
    end_overdue(now=NOW + 100 * DAY)
    part.refresh_from_db()
    assert part.ended_by == ended


@pytest.mark.world
def test_no_clock_starts_while_a_request_is_open() -> None:
    attempt = timed()
    asked(attempt)
    with pytest.raises(parts.AwaitingAdjustment):
        begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW)
    assert withdraw_request(attempt_id=attempt.pk, now=NOW)
    assert begin_part(attempt_id=attempt.pk, order=1, device="", now=NOW).begun_at == NOW


def test_an_empty_request_is_refused() -> None:
    attempt = timed()
    with pytest.raises(ValueError, match="Nothing"):
        request_adjustment(attempt_id=attempt.pk, percent=0, form=False, text="", may_disclose=False, now=NOW)


def test_nothing_can_be_requested_on_a_closed_attempt() -> None:
    attempt = timed()
    with transaction.atomic():
        move(lock(Attempt, attempt.pk), "close", at=NOW, by="greenhouse", reason="rejected")
    with pytest.raises(parts.AttemptClosed):
        asked(attempt)


@pytest.mark.world
def test_withdrawing_resumes_the_deadline_and_cancels_the_mail() -> None:
    attempt = timed()
    request_adjustment(
        attempt_id=attempt.pk, percent=50, form=False, text="", may_disclose=False, now=NOW
    )  # mail is queued
    assert withdraw_request(attempt_id=attempt.pk, now=NOW + DAY)
    after = fresh(attempt)
    calendar = attempt.organisation.calendar
    assert after.deadline_at == end_of_working_day(NOW + DAY, 7, calendar=calendar)
    assert (after.clock_stopped_at, after.next_reminder_at) == (None, attempt.next_reminder_at)
    assert requests(attempt) == [("withdrawn", 50, False, 0, False)]
    mail = Email.objects.of(attempt.organisation).get(kind="assessment.adjustment_request")
    assert mail.state == "cancelled"
    before = everything(attempt)
    assert not withdraw_request(attempt_id=attempt.pk, now=NOW + DAY)
    assert everything(attempt) == before


def test_requests_go_outside_the_hiring_team_if_possible() -> None:
    of = application()
    assert of.role is not None
    org = of.organisation
    rita = AdjustmentContact(name="Rita Recruiter", address="rita@acme.example", outside=False)
    assert contact_of(of) == rita  # the one admin owns the role
    other = factories.member(org, kind="admin", name="Omar Admin")
    theirs = AdjustmentContact(name="Omar Admin", address=other.user.email)
    assert contact_of(of) == theirs
    named(org)
    of.organisation.refresh_from_db()
    assert contact_of(of) == AdjustmentContact(name=HANNA[0], address=HANNA[1])
    for address in ("RITA@acme.example", of.role.owner.user.email):
        Organisation.objects.filter(pk=org.pk).update(adjustments_email=address)
        of.organisation.refresh_from_db()
        assert contact_of(of) == theirs
    of.role.viewers.add(other)
    assert contact_of(of) == rita


@pytest.mark.parametrize("days", [3, 12])
def test_a_deadline_extended_while_on_hold_counts_from_the_extension(days: int) -> None:
    attempt = timed()
    calendar, member = attempt.organisation.calendar, factories.member(attempt.organisation)
    left = days_left(attempt.deadline_at, now=NOW, calendar=calendar)
    assert 3 < left < 12
    stop_deadline(attempt, now=NOW)
    now = NOW + 21 * DAY
    attempt = extend_attempt(attempt_id=attempt.pk, days=days, member=member, now=now)
    assert days_left(attempt.overdue_since, now=now, calendar=calendar) == days
    resume_deadline(attempt, now=now + DAY)
    assert days_left(attempt.deadline_at, now=now + DAY, calendar=calendar) == max(left, days)
