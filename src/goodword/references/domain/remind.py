"""Reminders: the candidate who has something left to do, the referee who has not answered yet.

Time is data: a sweep asks for the rows that are due. Under the lock it looks again, so that whatever ended a
check a moment ago also ended its reminders.
"""

from datetime import datetime

from django.db import transaction

from goodword.core.sweep import each
from goodword.core.workdays import into_working_hours
from goodword.notifications.models import Email
from goodword.references.domain import guard
from goodword.references.domain.clock import candidate_is_asked
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.mails import REQUEST_REMINDER, request_ref, to_candidate, to_referee
from goodword.references.domain.tell import tell
from goodword.references.domain.timelines import plan
from goodword.references.domain.zones import referee_hours
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.automation import unreachable
from goodword.steps.domain.invited import mail_waits
from goodword.steps.domain.lifecycle import is_quiet, plan_reminder, subject_ref
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import ended
from goodword.steps.domain.unreachable import CODES
from goodword.steps.states import is_open

AT_MOST = 200


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
        if check.next_reminder_at is None or check.next_reminder_at > now or rests(check):
            return False
        if (
            _is_over(check, check.deadline_at, now=now)
            or check.invited_at is None
            or not candidate_is_asked(check)
            or check.attention in CODES
            or is_quiet(check)
            or unreachable(check.step_request.application)
        ):
            check.next_reminder_at = None
            check.save(update_fields=["next_reminder_at"])
            return False
        if (later := into_working_hours(now, calendar=check.hours)) > now:  # the sweep came late
            check.next_reminder_at = later
            check.save(update_fields=["next_reminder_at"])
            return False
        held_up = mail_waits(organisation=check.organisation, subject_ref=subject_ref(check.step_request))
        check.reminders_sent += not held_up
        plan_reminder(check, organisation=check.organisation, now=now)
        check.save(update_fields=["reminders_sent", "next_reminder_at"])
        if held_up:
            return False
        key = f"reminder:{check.invited_again}:{check.reminders_sent}"
        left = check.reminders_promised - check.reminders_sent
        to_candidate(check, name="reminder", key=key, reminders=left, not_after=check.deadline_at, now=now)
        tell("check.reminded", check, by="goodword", at=now)
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
        check, request = guard.locked_request(request_id)
        if request.next_reminder_at is None or request.next_reminder_at > now or rests(check):
            return False
        if (
            _is_over(check, request.deadline_at, now=now)
            or not request.is_out
            or request.invited_at is None
            or request.undelivered_at is not None
            or is_quiet(check)
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
        held_up = mail_waits(organisation=check.organisation, subject_ref=request_ref(request))
        request.reminders_sent += not held_up
        plan(request, check=check, now=now)
        request.save(update_fields=["reminders_sent", "next_reminder_at", "slow_at"])
        if held_up:
            return False
        key = f"reminder:{request.reminders_sent}"
        to_referee(request, check=check, kind=REQUEST_REMINDER, key=key, now=now)
        tell("request.reminded", check, by="goodword", at=now, request_id=request.pk)
        return True


def rests(check: Check) -> bool:
    """Whether it is paused, or waits for the organisation alone: nobody is asked for anything meanwhile."""
    return check.paused_at is not None or check.clock_stopped_at is not None


def _is_over(check: Check, deadline: datetime, *, now: datetime) -> bool:
    """Closed, late, or its application has ended in a way that closes it: that reaction may still be on the way."""
    return (
        now > deadline
        or not is_open(check)
        or bool(ended(check.step_request.application, check.step_request.step))
    )


def _wants_no_mail(request: ReferenceRequest) -> bool:
    """Whether the referee has asked not to be written to, or has marked a mail as spam."""
    if is_barred(organisation=request.organisation, address=request.referee.email):
        return True
    mails = Email.objects.of(request.organisation).filter(
        subject_ref=request_ref(request), to_address__iexact=request.referee.email
    )
    return mails.exclude(complained_at=None).exists()
