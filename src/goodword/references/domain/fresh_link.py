"""A link has expired, and what it opens has not: a fresh one goes to the address that we know, never to another."""

from datetime import datetime, timedelta

from django.db import transaction

from goodword.notifications.models import Email, Link
from goodword.references.domain import guard
from goodword.references.domain.mails import REQUEST_FRESH, request_ref, to_candidate, to_referee
from goodword.references.models import Check
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock

CANDIDATE_FRESH = "references.fresh"
#: one fresh link within this time
EVERY = timedelta(minutes=10)


def send_fresh(link: Link, *, now: datetime) -> bool:
    """Mail a new link to whom an expired one was sent; whether a mail was queued.

    False, and nothing is sent, within ten minutes of the last one, for a revoked link, and once there is nothing
    behind it any more.
    """
    if link.ended_at is not None:
        return False
    with transaction.atomic():
        if link.purpose == Link.Purpose.REFEREE:
            return _to_referee(link, now=now)
        if link.purpose == Link.Purpose.CANDIDATE:
            return _to_candidate(link, now=now)
    return False


def masked(address: str) -> str:
    """An address that its owner recognises, and nobody else can write to: "a…@m….example"."""
    local, _, domain = address.rpartition("@")
    host, dot, ending = domain.rpartition(".")
    return f"{local[:1]}…@{host[:1]}…{dot}{ending}"


def _to_candidate(link: Link, *, now: datetime) -> bool:
    rows = Check.objects.of(link.organisation).filter(start_id=link.subject_id).order_by("-pk")
    latest = rows.values_list("pk", flat=True).first()
    if latest is None:
        return False
    check = lock(Check, latest)
    if check.closed_at is not None or check.start.application.is_going:
        return False
    ref = subject_ref(check.start)
    if _sent_lately(link, kind=CANDIDATE_FRESH, ref=ref, now=now):
        return False
    to_candidate(check, name="fresh", key=f"fresh:{now:%Y%m%d%H%M%S}", now=now)
    return True


def _to_referee(link: Link, *, now: datetime) -> bool:
    check, request = guard.locked_request(link.subject_id)
    if not guard.request_takes_answers(check, request, now=now) or check.start.application.is_going:
        return False
    if _sent_lately(link, kind=REQUEST_FRESH, ref=request_ref(request), now=now):
        return False
    request.sent_again += 1
    request.save(update_fields=["sent_again"])
    to_referee(request, check=check, kind=REQUEST_FRESH, key=f"fresh:{request.sent_again}", now=now)
    return True


def _sent_lately(link: Link, *, kind: str, ref: str, now: datetime) -> bool:
    mails = Email.objects.of(link.organisation).filter(kind=kind, subject_ref=ref)
    return mails.filter(created_at__gt=now - EVERY).exists()
