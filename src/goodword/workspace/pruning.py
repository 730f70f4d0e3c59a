"""`goodword prune`: what the daily jobs delete, now or only counted."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from goodword.accounts.domain import audit
from goodword.accounts.models import Organisation
from goodword.core import events
from goodword.greenhouse.inbox import processing
from goodword.references.flags.devices import blank_raw_traces
from goodword.workspace.retention import rules


def prune(*, now: datetime, dry_run: bool) -> dict[str, int]:
    """Returns how many of each were deleted, or would be."""
    return {what: act(now) if not dry_run else _tried(act, now) for what, act in _PARTS.items()} | {
        "People past their retention period": sum(
            _people(one, now=now, dry_run=dry_run) for one in _organisations()
        )
    }


def _tried(act: Callable[[datetime], int], now: datetime) -> int:
    with transaction.atomic():
        number = act(now)
        transaction.set_rollback(True)
    return number


def _organisations() -> list[Organisation]:
    return list(Organisation.objects.order_by("pk"))


def _people(organisation: Organisation, *, now: datetime, dry_run: bool) -> int:
    if dry_run:
        return len(rules.due_now(organisation, now=now))
    erased = 0
    # a run stops after some people, so that other organisations get their turn
    while done := rules.sweep(organisation.pk, now=now):
        erased += done
    return erased


_PARTS: Mapping[str, Callable[[datetime], int]] = {
    "Webhook deliveries": lambda now: processing.prune(now=now),
    "Done reactions to events": lambda now: events.prune(now=now),
    "Entries of audit logs": lambda now: audit.prune(now=now, sign_in_days=settings.GOODWORD_SIGN_IN_DAYS),
    "Network addresses of referees and candidates": lambda now: blank_raw_traces(now=now),
    "Expired sessions": lambda now: Session.objects.filter(expire_date__lt=now).delete()[0],
}
