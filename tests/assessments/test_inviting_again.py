"""Inviting again closes the old attempt, creates a new one, and keeps results."""

from datetime import UTC, datetime, timedelta

import pytest

from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.invitations import CannotInvite, invite_again
from goodword.assessments.attempts.member_actions import extend_attempt
from goodword.assessments.models import Attempt
from goodword.assessments.queries import attempts_of, latest_attempt
from goodword.candidates.models import Application
from goodword.core.workdays import days_left, end_of_working_day
from goodword.notifications.domain.queue import deadline_of
from goodword.notifications.models import Email
from goodword.workflow.domain.step_requests import NotConfirmed
from goodword.workflow.models import DONE
from tests.assessments.support import answer_all, answers, application, assigned, rows, tell
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.mail import mail_is_taken

pytestmark = pytest.mark.django_db

NOW = factories.NOW
LATER = NOW + timedelta(days=1)
#: six months after NOW, when work style may be taken again
NEXT_TIME = datetime(2026, 9, 3, 9, 0, tzinfo=UTC)


def state_of(attempt: Attempt) -> tuple[str, str, bool]:
    attempt.refresh_from_db()
    return attempt.progress, attempt.close_reason, attempt.closed_at is not None


@pytest.mark.world
def test_inviting_again_closes_the_old_attempt() -> None:
    of = application()
    old = assigned(of, sent=False)
    answer_all(old, but=(7,))
    member = factories.member(of.organisation)
    with pytest.raises(NotConfirmed):
        invite_again(step_request=old.step_request, member=member, now=LATER)
    new = invite_again(step_request=old.step_request, member=member, after=old.pk, now=LATER)
    assert state_of(old) == ("in_progress", "invited_again", True)
    assert old.closed_by == f"member:{member.pk}"
    assert (new.progress, new.opened_at, new.reminders_sent, answers(new).count()) == ("pending", LATER, 0, 0)
    mails = Email.objects.of(of.organisation).order_by("pk").values_list("key", "state")
    assert list(mails) == [
        (f"attempt:{old.pk}:invitation", "cancelled"),
        (f"attempt:{new.pk}:invited_again", "queued"),
    ]
    assert latest_attempt(of) == new


@pytest.mark.world
def test_a_completed_attempt_keeps_its_result() -> None:
    of = application()
    old = assigned(of)
    answer_all(old)
    finish_part(attempt_id=old.pk, order=1, now=NOW)
    before = rows(old)
    member = factories.member(of.organisation)
    new = invite_again(step_request=old.step_request, member=member, after=old.pk, now=NEXT_TIME)
    assert rows(old) | {"events": None} == before | {"events": None}
    assert [(attempt, attempt.progress in DONE) for attempt in attempts_of(of)] == [(new, False), (old, True)]


@pytest.mark.world
@pytest.mark.parametrize("sent_after", [timedelta(), timedelta(days=2)])
def test_a_new_invitation_keeps_a_later_deadline(sent_after: timedelta) -> None:
    of = application()
    old = assigned(of)
    member = factories.member(of.organisation)
    promised = extend_attempt(attempt_id=old.pk, days=20, member=member, now=NOW).deadline_at
    new = invite_again(step_request=old.step_request, member=member, now=LATER)
    mail_is_taken(of, at=LATER + sent_after)
    new.refresh_from_db()
    email = Email.objects.of(of.organisation).get(key=f"attempt:{new.pk}:invited_again")
    assert (new.deadline_at, new.overdue_since, deadline_of(email, at=LATER + sent_after)) == (promised,) * 3


@pytest.mark.world
def test_a_new_invitation_restarts_an_earlier_deadline() -> None:
    of = application()
    old = assigned(of)
    later = old.deadline_at - timedelta(hours=12)
    new = invite_again(step_request=old.step_request, member=factories.member(of.organisation), now=later)
    expected = end_of_working_day(
        later, old.step_request.step.deadline_days, calendar=of.organisation.calendar
    )
    assert new.deadline_at == new.overdue_since == expected > old.deadline_at


@pytest.mark.world
@pytest.mark.parametrize("sent_after", [timedelta(), timedelta(days=2)])
def test_a_new_invitation_keeps_what_an_adjustment_added_and_does_not_reveal_it(
    sent_after: timedelta,
) -> None:
    found = []
    for moved in (timedelta(), timedelta(days=9)):
        of = application()
        old = assigned(of)
        promised = old.deadline_at + moved
        Attempt.objects.filter(pk=old.pk).update(deadline_at=promised, deadline_moved_by=moved)
        new = invite_again(step_request=old.step_request, member=factories.member(of.organisation), now=LATER)
        mail_is_taken(of, at=LATER + sent_after)
        new.refresh_from_db()
        assert new.deadline_at == max(promised, new.overdue_since)
        mail = Email.objects.of(of.organisation).get(key=f"attempt:{new.pk}:invited_again")
        found.append((new.overdue_since, mail.is_private))
    assert found[0] == found[1] == (found[0][0], True)


@pytest.mark.world
def test_a_deadline_on_hold_keeps_its_remaining_days() -> None:
    of = application()
    old = assigned(of)
    Attempt.objects.filter(pk=old.pk).update(clock_stopped_at=NOW)
    later = NOW + timedelta(days=14)
    new = invite_again(step_request=old.step_request, member=factories.member(of.organisation), now=later)
    left = days_left(old.deadline_at, now=NOW, calendar=of.organisation.calendar)
    assert new.deadline_at == end_of_working_day(later, left, calendar=of.organisation.calendar)


@pytest.mark.main_case
def test_an_attempt_closed_by_a_rejection_does_not_reopen() -> None:
    of = application()
    old = assigned(of)
    tell("application.rejected", of, at=NOW)
    run_jobs()
    assert state_of(old) == ("pending", "rejected", True)
    tell("application.unrejected", of, at=LATER)  # its reactions run after the click
    new = invite_again(step_request=old.step_request, member=factories.member(of.organisation), now=LATER)
    run_jobs()
    assert state_of(old) == ("pending", "invited_again", True)
    assert state_of(new) == ("pending", "", False)


def test_a_request_without_an_attempt_gets_one() -> None:
    of = application()
    step_request = factories.step_request(of, "assessment")
    new = invite_again(step_request=step_request, member=factories.member(of.organisation), now=LATER)
    assert latest_attempt(of) == new


@pytest.mark.matrix
@pytest.mark.parametrize("status", ["rejected", "hired", "converted"])
def test_an_ended_application_is_not_invited(status: str) -> None:
    of = application()
    old = assigned(of)
    Application.objects.of(of.organisation).update(status=status)
    before = rows(old)
    with pytest.raises(CannotInvite) as refused:
        invite_again(step_request=old.step_request, member=factories.member(of.organisation), now=LATER)
    assert refused.value.reason == status
    assert rows(old) == before


@pytest.mark.world
@pytest.mark.parametrize(
    ("column", "value", "reason"), [("email", "", "no_address"), ("can_email", False, "may_not_email")]
)
def test_a_blocked_candidate_is_not_invited(column: str, value: object, reason: str) -> None:
    of = application()
    old = assigned(of)
    setattr(of.candidate, column, value)
    of.candidate.save()
    before = rows(old)
    with pytest.raises(CannotInvite) as refused:
        invite_again(step_request=old.step_request, member=factories.member(of.organisation), now=LATER)
    assert refused.value.reason == reason
    assert rows(old) == before


def test_a_waiting_request_is_not_invited() -> None:
    of = application()
    step_request = factories.step_request(of, "assessment", state="waiting")
    with pytest.raises(CannotInvite) as refused:
        invite_again(step_request=step_request, member=factories.member(of.organisation), now=LATER)
    assert refused.value.reason == "not_started"
    assert latest_attempt(of) is None


def test_a_member_of_another_organisation_cannot_invite() -> None:
    old = assigned()
    before = rows(old)
    with pytest.raises(LookupError):
        invite_again(
            step_request=old.step_request, member=factories.member(factories.organisation()), now=LATER
        )
    assert rows(old) == before


def test_a_reference_check_cannot_be_invited_to_an_assessment() -> None:
    of = application()
    step_request = factories.step_request(of, "reference_check")
    with pytest.raises(LookupError):
        invite_again(step_request=step_request, member=factories.member(of.organisation), now=LATER)
