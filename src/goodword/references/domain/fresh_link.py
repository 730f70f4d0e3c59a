"""A link has expired, and what it opens has not: a fresh one goes to the address that we know, never to another."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from goodword.notifications.models import Email, Link
from goodword.references.domain import guard
from goodword.references.domain.mails import REQUEST_FRESH, request_ref, to_candidate, to_referee
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.automation import unreachable
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock
from goodword.steps.states import UNFINISHED, takes_answers

CANDIDATE_FRESH = "references.fresh"
#: one fresh link within this time
EVERY = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Behind:
    """What stands behind a link, and whose address is known. `is_live`: there is still a page to open."""

    check: Check
    request: ReferenceRequest | None
    address: str
    language: str
    is_live: bool


def behind(link: Link, *, now: datetime) -> Behind | None:
    """What a candidate's or a referee's link leads to; None where that is gone, or a revoked link."""
    if link.purpose == Link.Purpose.REFEREE:
        requests = ReferenceRequest.objects.of(link.organisation).select_related(
            "referee", "check_run__step_request__step", "check_run__step_request__application__candidate"
        )
        request = requests.filter(pk=link.subject_id).first()
        if request is None:
            return None
        check, live = request.check_run, guard.request_takes_answers(request.check_run, request, now=now)
        address, language = request.referee.email, request.language
    elif link.purpose == Link.Purpose.CANDIDATE:
        checks = Check.objects.of(link.organisation).select_related(
            "step_request__step", "step_request__application__candidate"
        )
        found = checks.filter(step_request_id=link.subject_id).order_by("-pk").first()
        if found is None:
            return None
        request, check, language = None, found, found.language
        live = check.closed_at is None and (check.progress not in UNFINISHED or takes_answers(check, now=now))
        live = live and not unreachable(check.step_request.application)
        address = check.step_request.application.candidate.email
    else:
        return None
    live = live and link.ended_at is None and not check.step_request.application.is_going
    return Behind(check=check, request=request, address=address, language=language, is_live=live)


def send_fresh(link: Link, *, now: datetime) -> bool:
    """Mail a new link to whom an expired one was sent; whether a mail was queued.

    False, and nothing is sent, within ten minutes of the last one, for a revoked link, and once there is nothing
    behind it any more.
    """
    with transaction.atomic():
        first = behind(link, now=now)
        if first is None:
            return False
        lock(Check, first.check.pk)
        found = behind(link, now=now)
        if found is None or not found.is_live:
            return False
        check, request = found.check, found.request
        ref = request_ref(request) if request else subject_ref(check.step_request)
        kind = REQUEST_FRESH if request else CANDIDATE_FRESH
        mails = Email.objects.of(link.organisation).filter(kind=kind, subject_ref=ref)
        if mails.filter(created_at__gt=now - EVERY).exists():
            return False
        key = f"fresh:{mails.count() + 1}"
        if request is None:
            to_candidate(check, name="fresh", key=key, now=now)
        else:
            to_referee(request, check=check, kind=REQUEST_FRESH, key=key, now=now)
        return True
