"""Reminders to candidates and referees, by sweep or by a member, and word to the candidate of slow referees.

A sweep reads the due rows and checks each again under its lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.sweep import each
from goodword.core.workdays import into_working_hours
from goodword.notifications.models import Email
from goodword.references.domain import locking
from goodword.references.domain.context import candidate_language, day_in_words
from goodword.references.domain.deadlines import (
    candidate_is_asked,
    plan_request_reminders,
    referee_hours,
    update_clock,
)
from goodword.references.domain.declines import is_barred
from goodword.references.domain.locking import (
    Refused,
    actor,
    lock_check_for_member,
    lock_request_for_member,
    record_event,
    refuse_unless_open,
)
from goodword.references.domain.mails import REQUEST_REMINDER, mail_candidate, mail_referee, request_ref
from goodword.references.domain.requests import open_requests
from goodword.references.models import Check, ReferenceRequest
from goodword.workflow.domain.application_outcome import awaits_click, plan_reminder, subject_ref
from goodword.workflow.domain.candidate_mail import MAIL_FAILURES, has_queued_mail
from goodword.workflow.domain.eligibility import blocking_reason, closing_reason, mail_blocked_reason
from goodword.workflow.states import is_open, lock

AT_MOST = 200
#: nobody is written to twice within this time, however often a button is pressed
PATIENCE = timedelta(minutes=10)


def remind_candidates(*, now: datetime) -> int:
    """Remind every candidate who is due; how many mails were queued."""
    due = Check.objects.across_organisations().filter(
        next_reminder_at__lte=now, paused_at=None, closed_at=None, clock_stopped_at=None
    )
    first = due.order_by("next_reminder_at").values_list("pk", flat=True)[:AT_MOST]
    return each(list(first), lambda pk: remind_candidate(check_id=pk, now=now))


def remind_candidate(*, check_id: int, now: datetime) -> bool:
    """Remind one candidate if that is still due; whether a mail was queued."""
    with transaction.atomic():
        check = lock(Check, check_id)
        if check.next_reminder_at is None or check.next_reminder_at > now or is_on_hold(check):
            return False
        if (
            _is_over(check, check.deadline_at, now=now)
            or check.invited_at is None
            or not candidate_is_asked(check)
            or check.attention in MAIL_FAILURES
            or awaits_click(check)
            or mail_blocked_reason(check.step_request.application)
        ):
            check.next_reminder_at = None
            check.save(update_fields=["next_reminder_at"])
            return False
        if (later := into_working_hours(now, calendar=check.hours)) > now:  # the sweep came late
            check.next_reminder_at = later
            check.save(update_fields=["next_reminder_at"])
            return False
        held_up = has_queued_mail(
            organisation=check.organisation, subject_ref=subject_ref(check.step_request)
        )
        check.reminders_sent += not held_up
        plan_reminder(check, organisation=check.organisation, now=now)
        check.save(update_fields=["reminders_sent", "next_reminder_at"])
        if held_up:
            return False
        key = f"reminder:{check.invited_again}:{check.reminders_sent}"
        left = check.reminders_promised - check.reminders_sent
        mail_candidate(check, name="reminder", key=key, reminders=left, not_after=check.deadline_at, now=now)
        record_event("check.reminded", check, by="goodword", at=now)
        return True


def remind_referees(*, now: datetime) -> int:
    """Remind every referee who is due; how many mails were queued."""
    due = ReferenceRequest.objects.across_organisations().filter(
        next_reminder_at__lte=now,
        check_run__paused_at=None,
        check_run__closed_at=None,
        check_run__clock_stopped_at=None,
    )
    first = due.order_by("next_reminder_at").values_list("pk", flat=True)[:AT_MOST]
    return each(list(first), lambda pk: remind_referee(request_id=pk, now=now))


def remind_referee(*, request_id: int, now: datetime) -> bool:
    """Remind one referee if that is still due; whether a mail was queued."""
    with transaction.atomic():
        check, request = locking.lock_request(request_id)
        if request.next_reminder_at is None or request.next_reminder_at > now or is_on_hold(check):
            return False
        if (
            _is_over(check, request.deadline_at, now=now)
            or not request.is_out
            or request.invited_at is None
            or request.undelivered_at is not None
            or awaits_click(check)
            or _wants_no_mail(request)
        ):
            request.next_reminder_at = None
            request.save(update_fields=["next_reminder_at"])
            return False
        hours, zones = referee_hours(request, check=check)
        if (later := into_working_hours(now, calendar=hours, zones=zones)) > now:
            request.next_reminder_at = later
            request.save(update_fields=["next_reminder_at"])
            return False
        held_up = has_queued_mail(organisation=check.organisation, subject_ref=request_ref(request))
        request.reminders_sent += not held_up
        plan_request_reminders(request, check=check, now=now)
        request.save(update_fields=["reminders_sent", "next_reminder_at", "slow_at"])
        if held_up:
            return False
        key = f"reminder:{request.reminders_sent}"
        mail_referee(request, check=check, kind=REQUEST_REMINDER, key=key, now=now)
        record_event("request.reminded", check, by="goodword", at=now, request_id=request.pk)
        return True


def is_on_hold(check: Check) -> bool:
    """Whether it is paused, or waits for the organisation alone: nobody is asked for anything meanwhile."""
    return check.paused_at is not None or check.clock_stopped_at is not None


def _is_over(check: Check, deadline: datetime, *, now: datetime) -> bool:
    """Closed, late, or its application has ended in a way that closes it: that reaction may still be on the way."""
    return (
        now > deadline
        or not is_open(check)
        or bool(closing_reason(check.step_request.application, check.step_request.step))
    )


def _wants_no_mail(request: ReferenceRequest) -> bool:
    """Whether the referee has asked not to be written to, or has marked a mail as spam."""
    if is_barred(organisation=request.organisation, address=request.referee.email):
        return True
    mails = Email.objects.of(request.organisation).filter(
        subject_ref=request_ref(request), to_address__iexact=request.referee.email
    )
    return mails.exclude(complained_at=None).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """That a reminder is on its way: how many of those promised are left, and whether it goes out at an hour at
    which none would go out by itself."""

    left: int
    out_of_hours: bool


def remind_candidate_now(*, check_id: int, member: Membership, now: datetime) -> Reminded:
    """Remind the candidate of what they still have to do. Raises Refused, Check.DoesNotExist."""
    with transaction.atomic():
        check = lock_check_for_member(check_id, member=member)
        _refuse_unless_running(check)
        if not candidate_is_asked(check):
            raise Refused(_("The candidate has nothing left to do here."))
        if blocking_reason(check.step_request.application) or check.attention in MAIL_FAILURES:
            raise Refused(_("Mail does not reach this candidate. The page says why."))
        _refuse_if_over(check.deadline_at, now=now)
        _refuse_if_used_up(check.reminders_promised - check.reminders_sent)
        _refuse_if_written_to(check, subject_ref(check.step_request), now=now)
        check.reminders_sent += 1
        check.next_reminder_at = None
        update_clock(check, now=now)
        left = check.reminders_promised - check.reminders_sent
        key = f"reminder:{check.invited_again}:{check.reminders_sent}"
        mail_candidate(check, name="reminder", key=key, reminders=left, not_after=check.deadline_at, now=now)
        record_event("check.reminded", check, by=actor(member), at=now)
        return Reminded(left=left, out_of_hours=into_working_hours(now, calendar=check.hours) > now)


def remind_referee_now(*, request_id: int, member: Membership, now: datetime) -> Reminded:
    """Remind one referee who has not answered. Raises Refused, ReferenceRequest.DoesNotExist."""
    with transaction.atomic():
        check, request = lock_request_for_member(request_id, member=member)
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
        plan_request_reminders(request, check=check, now=now)
        request.save()
        key = f"reminder:{request.reminders_sent}"
        mail_referee(request, check=check, kind=REQUEST_REMINDER, key=key, now=now)
        record_event("request.reminded", check, by=actor(member), at=now, request_id=request.pk)
        hours, zones = referee_hours(request, check=check)
        return Reminded(
            left=request.reminders_promised - request.reminders_sent,
            out_of_hours=into_working_hours(now, calendar=hours, zones=zones) > now,
        )


def _refuse_unless_running(check: Check) -> None:
    refuse_unless_open(check)
    if check.paused_at is not None:
        raise Refused(_("This reference check is paused, and nobody is reminded. Resume it first."))
    if awaits_click(check):
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


def mail_all_about_slow_referees(*, now: datetime) -> int:
    """Tell every candidate whose referees are slow by now; how many mails were queued."""
    due = ReferenceRequest.objects.across_organisations().filter(
        slow_at__lte=now,
        check_run__paused_at=None,
        check_run__closed_at=None,
        check_run__clock_stopped_at=None,
    )
    first = due.order_by("slow_at").values_list("check_run_id", flat=True)[:AT_MOST]
    return each(dict.fromkeys(first), lambda pk: mail_about_slow_referees(check_id=pk, now=now))


def mail_about_slow_referees(*, check_id: int, now: datetime) -> bool:
    """Tell one candidate of all their slow referees, if that is still due; whether a mail was queued."""
    with transaction.atomic():
        check = lock(Check, check_id)
        if is_on_hold(check):
            return False
        if _is_pointless(check):
            _clear_slow(check)
            return False
        if (later := into_working_hours(now, calendar=check.hours)) > now:  # the sweep came late
            _requests_of(check).filter(slow_at__lte=now).update(slow_at=later)
            return False
        slow = [request for request in open_requests(check) if _is_slow(request, check=check, now=now)]
        if not slow:
            return False
        check.slow_told_at = now
        check.save(update_fields=["slow_told_at"])
        _clear_slow(check)
        mail_candidate(
            check,
            name="slow",
            key="slow",
            referees=[request.referee.name for request in slow],
            last_day=_last_day(check, slow),
            now=now,
        )
        record_event("check.slow_told", check, by="goodword", at=now, requests=len(slow))
        return True


def _is_slow(request: ReferenceRequest, *, check: Check, now: datetime) -> bool:
    """Asked of the rows as they are now: an extended deadline gives a referee more time."""
    if request.slow_at is None or request.slow_at > now:
        return False
    if request.undelivered_at is not None or request.deadline_at < now:
        request.slow_at = None
    else:
        plan_request_reminders(request, check=check, now=now)
    request.save(update_fields=["next_reminder_at", "slow_at"])
    return request.slow_at is not None and request.slow_at <= now


def _is_pointless(check: Check) -> bool:
    """Told already, over or waiting for a member's click; of who is not to be mailed, or whom mail does not reach."""
    return (
        check.slow_told_at is not None
        or not is_open(check)
        or check.attention in MAIL_FAILURES
        or awaits_click(check)
        or bool(closing_reason(check.step_request.application, check.step_request.step))
        or bool(mail_blocked_reason(check.step_request.application))
    )


def _requests_of(check: Check) -> QuerySet[ReferenceRequest]:
    return ReferenceRequest.objects.of(check.organisation).filter(check_run=check)


def _clear_slow(check: Check) -> None:
    _requests_of(check).exclude(slow_at=None).update(slow_at=None)


def _last_day(check: Check, slow: list[ReferenceRequest]) -> str:
    """The first deadline among them, as the mail says it."""
    first = min(request.deadline_at for request in slow)
    language = candidate_language(check, check.step_request.application.candidate)
    return day_in_words(first, organisation=check.organisation, language=language)
