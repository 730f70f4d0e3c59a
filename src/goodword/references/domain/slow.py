"""Notifies the candidate once of slow referees: they can send a nudge, for which the portal has a text."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from goodword.core.sweep import each
from goodword.core.workdays import into_working_hours
from goodword.references.domain.about import day_in_words
from goodword.references.domain.languages import of_candidate
from goodword.references.domain.mails import to_candidate
from goodword.references.domain.remind import rests
from goodword.references.domain.requests import out
from goodword.references.domain.tell import tell
from goodword.references.domain.timelines import plan
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.automation import unreachable
from goodword.steps.domain.lifecycle import is_quiet
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import ended
from goodword.steps.domain.unreachable import CODES
from goodword.steps.states import is_open

AT_MOST = 200


def tell_of_slow_referees(*, now: datetime) -> int:
    """Tell every candidate whose referees are slow by now; how many mails were queued."""
    due = ReferenceRequest.objects.across_organisations().filter(
        slow_at__lte=now,
        check_run__paused_at=None,
        check_run__closed_at=None,
        check_run__clock_stopped_at=None,
    )
    first = due.order_by("slow_at").values_list("check_run_id", flat=True)[:AT_MOST]
    return each(dict.fromkeys(first), lambda pk: tell_of_slow(check_id=pk, now=now))


def tell_of_slow(*, check_id: int, now: datetime) -> bool:
    """Tell one candidate of all their slow referees, if that is still due; whether a mail was queued."""
    with transaction.atomic():
        check = lock(Check, check_id)
        if rests(check):
            return False
        if _is_pointless(check):
            _forget(check)
            return False
        if (later := into_working_hours(now, calendar=check.hours)) > now:  # the sweep came late
            _requests(check).filter(slow_at__lte=now).update(slow_at=later)
            return False
        slow = [request for request in out(check) if _is_slow(request, check=check, now=now)]
        if not slow:
            return False
        check.slow_told_at = now
        check.save(update_fields=["slow_told_at"])
        _forget(check)
        to_candidate(
            check,
            name="slow",
            key="slow",
            referees=[request.referee.name for request in slow],
            last_day=_last_day(check, slow),
            now=now,
        )
        tell("check.slow_told", check, by="goodword", at=now, requests=len(slow))
        return True


def _is_slow(request: ReferenceRequest, *, check: Check, now: datetime) -> bool:
    """Asked of the rows as they are now: an extended deadline gives a referee more time."""
    if request.slow_at is None or request.slow_at > now:
        return False
    if request.undelivered_at is not None or request.deadline_at < now:
        request.slow_at = None
    else:
        plan(request, check=check, now=now)
    request.save(update_fields=["next_reminder_at", "slow_at"])
    return request.slow_at is not None and request.slow_at <= now


def _is_pointless(check: Check) -> bool:
    """Told already, over or waiting for a member's click; of who is not to be mailed, or whom mail does not reach."""
    return (
        check.slow_told_at is not None
        or not is_open(check)
        or check.attention in CODES
        or is_quiet(check)
        or bool(ended(check.step_request.application, check.step_request.step))
        or bool(unreachable(check.step_request.application))
    )


def _requests(check: Check) -> QuerySet[ReferenceRequest]:
    return ReferenceRequest.objects.of(check.organisation).filter(check_run=check)


def _forget(check: Check) -> None:
    _requests(check).exclude(slow_at=None).update(slow_at=None)


def _last_day(check: Check, slow: list[ReferenceRequest]) -> str:
    """The first deadline among them, as the mail says it."""
    first = min(request.deadline_at for request in slow)
    language = of_candidate(check, check.step_request.application.candidate)
    return day_in_words(first, organisation=check.organisation, language=language)
