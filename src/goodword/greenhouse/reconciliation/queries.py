"""Reads about reconciliation: for the health page, and for the page of one connection."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from goodword.accounts.models import Membership
from goodword.candidates.queries import visible_applications
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation.gone import still_waiting
from goodword.greenhouse.reconciliation.why import Why, why

Kind, State = Finding.Kind, Finding.State

#: what the pages look back on
SHOWN = timedelta(days=7)

#: what a delivery would have told
TOLD_BY_DELIVERIES = (Kind.MISSED_START, Kind.MISSED_CHANGE, Kind.MISSED_END)


@dataclass(frozen=True, kw_only=True)
class FindingCount:
    """What passes found on one day, of one kind. `first` and `last`: when it happened, or else was found."""

    day: date
    kind: str
    count: int
    waited: int
    first: datetime
    last: datetime


@dataclass(frozen=True, kw_only=True)
class DayOfFindings:
    """One day's findings, and why it was needed then; None where no delivery would have told."""

    day: date
    counts: list[FindingCount]
    why: Why | None


@dataclass(frozen=True, kw_only=True)
class SyncStatus:
    """How reconciliation does on one connection.

    `running` is the pass under way, `last` the one that ended last, well or not, `next_at` when the clock begins
    the next (None: only by a click); `counts` are the last pass's findings by kind and whether they were synced.
    `waiting` starts wait for a click, `asked` of them were asked for. `silent`:
    so many changes of the last day were found although no delivery has come since.
    """

    running: Reconciliation | None
    last: Reconciliation | None
    next_at: datetime | None
    counts: dict[tuple[str, bool], int]
    waiting: int
    asked: int
    days: list[DayOfFindings]
    silent: int


def sync_status(connection: Connection, *, now: datetime, member: Membership | None = None) -> SyncStatus:
    """How reconciliation does; with `member`, counts hold only what that member sees."""
    passes = Reconciliation.objects.of(connection.organisation).filter(connection=connection)
    passes = passes.select_related("requested_by__user").order_by("-started_at", "-pk")
    running = passes.filter(state=Reconciliation.State.RUNNING).first()
    last = passes.exclude(state=Reconciliation.State.RUNNING).first()
    found = _seen(Finding.objects.of(connection.organisation).filter(connection=connection), member)
    waiting = _seen(still_waiting().filter(connection=connection), member).aggregate(
        all=Count("pk"), asked=Count("pk", filter=Q(start_requested_at__isnull=False))
    )
    return SyncStatus(
        running=running,
        last=last,
        next_at=_next_at(running, last),
        counts=_counts(found, last) if last else {},
        waiting=waiting["all"],
        asked=waiting["asked"],
        days=list(_days(found, connection=connection, now=now)),
        silent=_silent(found, connection=connection, now=now),
    )


def _seen(rows: QuerySet[Finding], member: Membership | None) -> QuerySet[Finding]:
    if member is None or member.is_admin:
        return rows
    theirs = visible_applications(member).values("pk")
    return rows.filter(Q(application=None) | Q(application__in=theirs))


def _next_at(running: Reconciliation | None, last: Reconciliation | None) -> datetime | None:
    latest = running or last
    if settings.GOODWORD_SYNC_MINUTES <= 0 or latest is None:
        return None
    return latest.started_at + timedelta(minutes=settings.GOODWORD_SYNC_MINUTES)


def _counts(found: QuerySet[Finding], last: Reconciliation) -> dict[tuple[str, bool], int]:
    synced = Q(state=State.SYNCED)
    rows = found.filter(found_in=last).values("kind").order_by("kind")
    counts: dict[tuple[str, bool], int] = {}
    for row in rows.annotate(synced=Count("pk", filter=synced), other=Count("pk", filter=~synced)):
        counts |= {(row["kind"], True): row["synced"], (row["kind"], False): row["other"]}
    return {key: n for key, n in counts.items() if n}


def _days(found: QuerySet[Finding], *, connection: Connection, now: datetime) -> Iterator[DayOfFindings]:
    """Newest day first, by the organisation's calendar."""
    zone = connection.organisation.zone
    moment = Coalesce("entered_at", "found_at")
    rows = (
        found.filter(found_at__gt=now - SHOWN)
        .annotate(day=TruncDate("found_at", tzinfo=zone))
        .values("day", "kind")
        .annotate(
            count=Count("pk"),
            waited=Count("pk", filter=~Q(state=State.SYNCED)),
            first=Min(moment),
            last=Max(moment),
        )
        .order_by("-day", "kind")
    )
    days: dict[date, list[FindingCount]] = {}
    for row in rows:
        days.setdefault(row["day"], []).append(FindingCount(**row))
    for day, counts in days.items():
        told = [one for one in counts if one.kind in TOLD_BY_DELIVERIES]
        reason = None
        if told:
            first, last = min(one.first for one in told), max(one.last for one in told)
            reason = why(connection, first=first, last=last)
        yield DayOfFindings(day=day, counts=counts, why=reason)


def _silent(found: QuerySet[Finding], *, connection: Connection, now: datetime) -> int:
    """Changes of the last day that were found after the last delivery came."""
    since = max(now - timedelta(days=1), connection.last_event_at or now - timedelta(days=1))
    return found.filter(kind__in=TOLD_BY_DELIVERIES, found_at__gt=since).count()
