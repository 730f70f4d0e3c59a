"""Whether the mail server is up. While it is down, one mail at a time is sent as a probe (docs/decisions/0030-*)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from goodword.core import jobs
from goodword.notifications.models import MailService

#: delays between probes; the last one repeats
PROBE_PACE = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 180))
#: maximum time until a message is sent, and from then to the response, with a margin
BEFORE_MESSAGE = timedelta(minutes=5)
FOR_ANSWER = timedelta(minutes=20)
LONGEST_REPLY = 300
_ROW = 1
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPermit:
    """Permission to send one mail now. `probe`: its number as a probe, or 0 while the server is up."""

    probe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    since: datetime
    error: str


def current_outage() -> Outage | None:
    row = MailService.objects.filter(pk=_ROW, down_since__isnull=False).first()
    return (
        None if row is None or row.down_since is None else Outage(since=row.down_since, error=row.last_error)
    )


def ask_permit(*, now: datetime) -> SendPermit | None:
    """Permission to send one mail, or None to wait. While the server is down, the first caller gets to probe."""
    if not MailService.objects.filter(pk=_ROW, down_since__isnull=False).exists():
        return SendPermit(probe=0)
    with transaction.atomic():
        row = (
            MailService.objects.select_for_update(skip_locked=True)
            .filter(
                _is_due("probe_at", PROBE_PACE[-1], now), _is_due("probing_until", FOR_ANSWER, now), pk=_ROW
            )
            .first()
        )
        if row is None:
            # another worker is probing, unless the outage has just ended
            over = not MailService.objects.filter(pk=_ROW, down_since__isnull=False).exists()
            return SendPermit(probe=0) if over else None
        if row.down_since is None:
            return SendPermit(probe=0)
        row.probe += 1
        row.probing_until = now + BEFORE_MESSAGE
        row.save(update_fields=["probe", "probing_until"])
        return SendPermit(probe=row.probe)


def extend_probe(permit: SendPermit, *, now: datetime) -> None:
    """Extend the probe's time, since its message was sent but the server has yet to respond."""
    if permit.probe:
        MailService.objects.filter(pk=_ROW, probe=permit.probe).exclude(probing_until=None).update(
            probing_until=now + FOR_ANSWER
        )


def return_permit(permit: SendPermit) -> None:
    if permit.probe:
        MailService.objects.filter(pk=_ROW, probe=permit.probe).update(probing_until=None)


def end_outage() -> None:
    rows = MailService.objects.filter(pk=_ROW, down_since__isnull=False)
    if rows.update(down_since=None, failures=0, probe_at=None, probing_until=None, last_error=""):
        jobs.named("email.sweep").defer_once(lock="email.sweep")


def record_outage(permit: SendPermit, *, error: str, now: datetime) -> datetime:
    """Record a failure in the caller's transaction. Returns when to probe; only failed probes lengthen the delay."""
    MailService.objects.get_or_create(pk=_ROW)
    row = MailService.objects.select_for_update().get(pk=_ROW)
    mine = permit.probe and permit.probe == row.probe
    if row.down_since is None:
        row.down_since, row.failures, row.probe_at = now, 1, now + PROBE_PACE[0]
    elif mine:
        row.failures += 1
        row.probe_at = now + probe_pace(row.failures - 1)
    if mine:
        row.probing_until = None
    row.last_error = _ADDRESS.sub("…", error)[:LONGEST_REPLY]
    row.save()
    return row.probe_at or now


def probe_pace(failures: int) -> timedelta:
    return PROBE_PACE[min(failures, len(PROBE_PACE) - 1)]


def _is_due(column: str, longest: timedelta, now: datetime) -> Q:
    """Whether the time is empty, past, or further ahead than we ever set it (so another clock has set it)."""
    return Q(**{column: None}) | Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + longest})
