"""Reminders to candidates and referees, and notices about slow referees. Each is checked again under its lock."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.jobs import AT_MOST, for_each, for_first
from goodword.core.workdays import into_working_hours
from goodword.references.domain import checks
from goodword.references.domain.checks import (
    candidate_is_asked,
    candidate_language,
    day_in_words,
    lock_request_for_member,
    refuse_unless_open,
    update_check,
)
from goodword.references.domain.mails import REQUEST_REMINDER, mail_candidate, mail_referee
from goodword.references.domain.reminder_times import plan_request_reminders, referee_hours
from goodword.references.domain.requests import has_opted_out, referee_complained, wants_no_mail
from goodword.references.models import Check, ReferenceRequest, open_requests
from goodword.workflow.domain.eligibility import closing_outcome, mail_blocked_reason
from goodword.workflow.domain.reminder_times import plan_reminder
from goodword.workflow.domain.runs import (
    MAIL_FAILURES,
    Refused,
    Reminded,
    actor,
    candidate_complained,
    has_queued_mail,
    lock_for_member,
    refuse_if_over,
    refuse_if_unreachable,
    refuse_if_used_up,
    refuse_if_written_to,
)
from goodword.workflow.models import awaits_click, is_open, lock, record_event


def candidates_due(*, now: datetime) -> QuerySet[Check]:
    return Check.objects.across_organisations().filter(
        next_reminder_at__lte=now, paused_at=None, closed_at=None, clock_stopped_at=None
    )


def remind_candidates(*, now: datetime) -> int:
    due = candidates_due(now=now).order_by("next_reminder_at", "pk")
    return for_first(due, lambda pk: remind_candidate(check_id=pk, now=now))


def remind_candidate(*, check_id: int, now: datetime) -> bool:
    with transaction.atomic():
        check = lock(Check, check_id)
        if check.next_reminder_at is None or check.next_reminder_at > now or is_stopped(check):
            return False
        if not _may_remind_candidate(check, now=now):
            check.next_reminder_at = None
            check.save(update_fields=["next_reminder_at"])
            return False
        if (later := into_working_hours(now, calendar=check.hours)) > now:  # the sweep is late
            check.next_reminder_at = later
            check.save(update_fields=["next_reminder_at"])
            return False
        held_up = has_queued_mail(organisation=check.organisation, subject_ref=check.step_request.mail_ref)
        check.reminders_sent += not held_up
        plan_reminder(check, organisation=check.organisation, now=now)
        check.save(update_fields=["reminders_sent", "next_reminder_at"])
        if held_up:
            return False
        _queue_reminder(check, by="goodword", now=now)
        return True


def _queue_reminder(check: Check, *, by: str, now: datetime) -> None:
    key = f"reminder:{check.invited_again}:{check.reminders_sent}"
    left = check.reminders_promised - check.reminders_sent
    mail_candidate(check, name="reminder", key=key, reminders=left, not_after=check.deadline_at, now=now)
    record_event("check.reminded", check, by=by, at=now)


def referees_due(*, now: datetime) -> QuerySet[ReferenceRequest]:
    return _not_stopped().filter(next_reminder_at__lte=now)


def _not_stopped() -> QuerySet[ReferenceRequest]:
    return ReferenceRequest.objects.across_organisations().filter(
        check_run__paused_at=None, check_run__closed_at=None, check_run__clock_stopped_at=None
    )


def remind_referees(*, now: datetime) -> int:
    due = referees_due(now=now).order_by("next_reminder_at", "pk")
    return for_first(due, lambda pk: remind_referee(request_id=pk, now=now))


def remind_referee(*, request_id: int, now: datetime) -> bool:
    with transaction.atomic():
        try:
            check, request = checks.lock_request(request_id)
        except checks.CheckClosed:  # erased in the meantime
            return False
        if request.next_reminder_at is None or request.next_reminder_at > now or is_stopped(check):
            return False
        if not _may_remind_referee(request, check=check, now=now):
            request.next_reminder_at = None
            request.save(update_fields=["next_reminder_at"])
            return False
        hours, zones = referee_hours(request, check=check)
        if (later := into_working_hours(now, calendar=hours, zones=zones)) > now:
            request.next_reminder_at = later
            request.save(update_fields=["next_reminder_at"])
            return False
        held_up = has_queued_mail(organisation=check.organisation, subject_ref=request.mail_ref)
        request.reminders_sent += not held_up
        plan_request_reminders(request, check=check, now=now)
        request.save(update_fields=["reminders_sent", "next_reminder_at", "slow_at"])
        if held_up:
            return False
        key = f"reminder:{request.reminders_sent}"
        mail_referee(request, check=check, kind=REQUEST_REMINDER, key=key, now=now)
        record_event("request.reminded", check, by="goodword", at=now, request_id=request.pk)
        return True


def _may_remind_candidate(check: Check, *, now: datetime) -> bool:
    return not (
        _is_over(check, check.deadline_at, now=now)
        or check.invited_at is None
        or not candidate_is_asked(check)
        or check.attention in MAIL_FAILURES
        or awaits_click(check)
        or mail_blocked_reason(check.step_request.application)
        or candidate_complained(check.step_request.application)
    )


def _may_remind_referee(request: ReferenceRequest, *, check: Check, now: datetime) -> bool:
    return not (
        _is_over(check, request.deadline_at, now=now)
        or not request.is_out
        or request.invited_at is None
        or request.undelivered_at is not None
        or awaits_click(check)
        or wants_no_mail(request, check=check)
    )


def is_stopped(check: Check) -> bool:
    return check.paused_at is not None or check.clock_stopped_at is not None


def _is_over(check: Check, deadline: datetime, *, now: datetime) -> bool:
    """Whether a reminder would be pointless, even if the check hasn't yet reacted to the end of the application."""
    return (
        now > deadline or not is_open(check) or bool(closing_outcome(check, check.step_request.application))
    )


def remind_candidate_now(*, check_id: int, member: Membership, now: datetime) -> Reminded:
    with transaction.atomic():
        check = lock_for_member(Check, check_id, member=member)
        _refuse_unless_running(check)
        if not candidate_is_asked(check):
            raise Refused(_("The candidate has nothing left to do."))
        refuse_if_unreachable(check, check.step_request.application)
        refuse_if_over(check.deadline_at, now=now)
        refuse_if_used_up(check.reminders_promised - check.reminders_sent)
        refuse_if_written_to(check.organisation, check.step_request.mail_ref, now=now)
        check.reminders_sent += 1
        check.next_reminder_at = None
        update_check(check, now=now)
        _queue_reminder(check, by=actor(member), now=now)
        return Reminded(
            left=check.reminders_promised - check.reminders_sent,
            out_of_hours=into_working_hours(now, calendar=check.hours) > now,
        )


def remind_referee_now(*, request_id: int, member: Membership, now: datetime) -> Reminded:
    with transaction.atomic():
        check, request = lock_request_for_member(request_id, member=member)
        _refuse_unless_running(check)
        if not request.is_out:
            raise Refused(_("This request is no longer open."))
        if request.undelivered_at is not None:
            raise Refused(_("Mail to this referee bounces. Correct the address instead."))
        if has_opted_out(organisation=check.organisation, address=request.referee.email):
            raise Refused(_("This person has asked not to be contacted."))
        if referee_complained(request, check=check):
            raise Refused(_("This person marked our e-mail as spam, so we no longer e-mail them."))
        refuse_if_over(request.deadline_at, now=now)
        refuse_if_used_up(request.reminders_promised - request.reminders_sent)
        refuse_if_written_to(check.organisation, request.mail_ref, now=now)
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
        raise Refused(_("This reference check is paused. Resume it first."))
    if awaits_click(check):
        raise Refused(_("Nothing is sent until you press Invite again."))


def slow_due(*, now: datetime) -> QuerySet[ReferenceRequest]:
    return _not_stopped().filter(slow_at__lte=now)


def mail_all_about_slow_referees(*, now: datetime) -> int:
    first = slow_due(now=now).order_by("slow_at").values_list("check_run_id", flat=True)[:AT_MOST]
    return for_each(dict.fromkeys(first), lambda pk: mail_about_slow_referees(check_id=pk, now=now))


def mail_about_slow_referees(*, check_id: int, now: datetime) -> bool:
    with transaction.atomic():
        check = lock(Check, check_id)
        if is_stopped(check):
            return False
        if _is_pointless(check):
            _clear_slow(check)
            return False
        if (later := into_working_hours(now, calendar=check.hours)) > now:  # the sweep is late
            requests = ReferenceRequest.objects.of(check.organisation).filter(check_run=check)
            requests.filter(slow_at__lte=now).update(slow_at=later)
            return False
        slow = [request for request in open_requests(check) if _is_slow(request, check=check, now=now)]
        if not slow:
            return False
        check.slow_notified_at = now
        check.save(update_fields=["slow_notified_at"])
        _clear_slow(check)
        mail_candidate(
            check,
            name="slow",
            key="slow",
            referees=[request.referee.name for request in slow],
            last_day=_last_day(check, slow),
            now=now,
        )
        record_event("check.slow_notified", check, by="goodword", at=now, requests=len(slow))
        return True


def _is_slow(request: ReferenceRequest, *, check: Check, now: datetime) -> bool:
    if request.slow_at is None or request.slow_at > now:
        return False
    if request.undelivered_at is not None or request.deadline_at < now:
        request.slow_at = None
    else:
        plan_request_reminders(request, check=check, now=now)
    request.save(update_fields=["next_reminder_at", "slow_at"])
    return request.slow_at is not None and request.slow_at <= now


def _is_pointless(check: Check) -> bool:
    return (
        check.slow_notified_at is not None
        or not is_open(check)
        or check.attention in MAIL_FAILURES
        or awaits_click(check)
        or bool(closing_outcome(check, check.step_request.application))
        or bool(mail_blocked_reason(check.step_request.application))
    )


def _clear_slow(check: Check) -> None:
    requests = ReferenceRequest.objects.of(check.organisation).filter(check_run=check)
    requests.exclude(slow_at=None).update(slow_at=None)


def _last_day(check: Check, slow: list[ReferenceRequest]) -> str:
    first = min(request.deadline_at for request in slow)
    language = candidate_language(check, check.step_request.application.candidate)
    return day_in_words(first, organisation=check.organisation, language=language)
