"""A member reminds the candidate or a referee by hand. It counts: never more than the first mail promised."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.workdays import into_working_hours
from goodword.notifications.models import Email
from goodword.references.domain.by_member import (
    Refused,
    actor,
    held_check,
    held_request,
    refuse_unless_open,
)
from goodword.references.domain.clock import candidate_is_asked, settle_clock
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.mails import REQUEST_REMINDER, request_ref, to_candidate, to_referee
from goodword.references.domain.tell import tell
from goodword.references.domain.timelines import plan
from goodword.references.domain.zones import referee_hours
from goodword.references.models import Check
from goodword.steps.domain.automation import hindrance
from goodword.steps.domain.lifecycle import is_quiet, subject_ref
from goodword.steps.domain.unreachable import CODES

#: nobody is written to twice within this time, however often a button is pressed
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """That a reminder is on its way: how many of those promised are left, and whether it goes out at an hour at
    which none would go out by itself."""

    left: int
    out_of_hours: bool


def remind_candidate_now(*, check_id: int, member: Membership, now: datetime) -> Reminded:
    """Remind the candidate of what they still have to do. Raises Refused, Check.DoesNotExist."""
    with transaction.atomic():
        check = held_check(check_id, member=member)
        _refuse_unless_running(check)
        if not candidate_is_asked(check):
            raise Refused(_("The candidate has nothing left to do here."))
        if hindrance(check.step_request.application) or check.attention in CODES:
            raise Refused(_("Mail does not reach this candidate. The page says why."))
        _refuse_if_over(check.deadline_at, now=now)
        _refuse_if_used_up(check.reminders_promised - check.reminders_sent)
        _refuse_if_written_to(check, subject_ref(check.step_request), now=now)
        check.reminders_sent += 1
        check.next_reminder_at = None
        settle_clock(check, now=now)
        left = check.reminders_promised - check.reminders_sent
        key = f"reminder:{check.invited_again}:{check.reminders_sent}"
        to_candidate(check, name="reminder", key=key, reminders=left, not_after=check.deadline_at, now=now)
        tell("check.reminded", check, by=actor(member), at=now)
        return Reminded(left=left, out_of_hours=into_working_hours(now, calendar=check.hours) > now)


def remind_referee_now(*, request_id: int, member: Membership, now: datetime) -> Reminded:
    """Remind one referee who has not answered. Raises Refused, ReferenceRequest.DoesNotExist."""
    with transaction.atomic():
        check, request = held_request(request_id, member=member)
        _refuse_unless_running(check)
        if not request.is_out:
            raise Refused(_("This referee is no longer asked."))
        if request.undelivered_at is not None:
            raise Refused(_("Mail to this referee bounces. Correct the address instead."))
        if is_barred(organisation=check.organisation, address=request.referee.email):
            raise Refused(_("This person has asked not to be contacted."))
        _refuse_if_over(request.deadline_at, now=now)
        _refuse_if_used_up(request.reminders_promised - request.reminders_sent)
        _refuse_if_written_to(check, request_ref(request), now=now)
        request.reminders_sent += 1
        plan(request, check=check, now=now)
        request.save()
        key = f"reminder:{request.reminders_sent}"
        to_referee(request, check=check, kind=REQUEST_REMINDER, key=key, now=now)
        tell("request.reminded", check, by=actor(member), at=now, request_id=request.pk)
        hours, zones = referee_hours(request, check=check)
        return Reminded(
            left=request.reminders_promised - request.reminders_sent,
            out_of_hours=into_working_hours(now, calendar=hours, zones=zones) > now,
        )


def _refuse_unless_running(check: Check) -> None:
    refuse_unless_open(check)
    if check.paused_at is not None:
        raise Refused(_("This reference check is paused, and nobody is reminded. Resume it first."))
    if is_quiet(check):
        raise Refused(_("Nothing is sent before it is wanted again. Press Invite again."))


def _refuse_if_over(deadline: datetime, *, now: datetime) -> None:
    if deadline < now:
        raise Refused(_("Their time is over. Give more time first, so that the mail names a day to come."))


def _refuse_if_used_up(left: int) -> None:
    if left <= 0:
        raise Refused(_("All reminders that were promised have gone out. Invite again writes a new mail."))


def _refuse_if_written_to(check: Check, ref: str, *, now: datetime) -> None:
    mails = Email.objects.of(check.organisation).filter(subject_ref=ref)
    waiting = mails.filter(state__in=(Email.State.QUEUED, Email.State.SENDING))
    if (
        waiting.exists()
        or mails.filter(created_at__gt=now - PATIENCE)
        .exclude(state__in=(Email.State.CANCELLED, Email.State.FAILED))
        .exists()
    ):
        raise Refused(_("They were written to a moment ago. Give them ten minutes."))
