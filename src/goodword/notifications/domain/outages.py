"""Mail server outages: one mail at a time probes the server while the others wait, due, for the sweep."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from goodword.core import jobs
from goodword.notifications.models import MailService

#: delays between probes; the last one repeats
PACE = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 180))
#: maximum time until a message is handed over, and from there to its answer, with a margin
BEFORE_MESSAGE = timedelta(minutes=5)
FOR_ANSWER = timedelta(minutes=20)
#: characters kept of the server's reply, which may quote an address
LONGEST = 300
_ROW = 1
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Permission to send one mail now. `probe`: its number as a probe; 0 while the server is up."""

    probe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """When mail stopped going out, and the server's last reply."""

    since: datetime
    error: str


def outage() -> Outage | None:
    """The current outage; None while mail is going out."""
    row = MailService.objects.filter(pk=_ROW, down_since__isnull=False).first()
    return (
        None if row is None or row.down_since is None else Outage(since=row.down_since, error=row.last_error)
    )


def ask_leave(*, now: datetime) -> Leave | None:
    """Permission to send one mail, None if it has to wait. While the server is down, the first caller probes."""
    if not MailService.objects.filter(pk=_ROW, down_since__isnull=False).exists():
        return Leave(probe=0)
    with transaction.atomic():
        row = (
            MailService.objects.select_for_update(skip_locked=True)
            .filter(_is_due("probe_at", PACE[-1], now), _is_due("probing_until", FOR_ANSWER, now), pk=_ROW)
            .first()
        )
        if row is None:
            # another worker has the probe, unless the outage has just ended
            over = not MailService.objects.filter(pk=_ROW, down_since__isnull=False).exists()
            return Leave(probe=0) if over else None
        if row.down_since is None:
            return Leave(probe=0)
        row.probe += 1
        row.probing_until = now + BEFORE_MESSAGE
        row.save(update_fields=["probe", "probing_until"])
        return Leave(probe=row.probe)


def is_handed_over(leave: Leave, *, now: datetime) -> None:
    """Extend the probe's time: its message was handed over, and the server has yet to answer."""
    if leave.probe:
        MailService.objects.filter(pk=_ROW, probe=leave.probe).exclude(probing_until=None).update(
            probing_until=now + FOR_ANSWER
        )


def give_back(leave: Leave) -> None:
    if leave.probe:
        MailService.objects.filter(pk=_ROW, probe=leave.probe).update(probing_until=None)


def works() -> None:
    rows = MailService.objects.filter(pk=_ROW, down_since__isnull=False)
    if rows.update(down_since=None, failures=0, probe_at=None, probing_until=None, last_error=""):
        jobs.named("email.sweep").defer_once(lock="email.sweep")


def fails(leave: Leave, *, error: str, now: datetime) -> datetime:
    """Returns the time of the next probe; only a failed probe lengthens the delay. In the caller's transaction."""
    MailService.objects.get_or_create(pk=_ROW)
    row = MailService.objects.select_for_update().get(pk=_ROW)
    mine = leave.probe and leave.probe == row.probe
    if row.down_since is None:
        row.down_since, row.failures, row.probe_at = now, 1, now + PACE[0]
    elif mine:
        row.failures += 1
        row.probe_at = now + pace(row.failures - 1)
    if mine:
        row.probing_until = None
    row.last_error = _ADDRESS.sub("…", error)[:LONGEST]
    row.save()
    return row.probe_at or now


def pace(failures: int) -> timedelta:
    return PACE[min(failures, len(PACE) - 1)]


def _is_due(column: str, longest: timedelta, now: datetime) -> Q:
    """Whether the time is empty, past, or further ahead than it is ever set (by another clock)."""
    return Q(**{column: None}) | Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + longest})
