from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.models import Membership
from goodword.candidates.models import visible_applications
from goodword.greenhouse.models import Connection, Delivery, Finding, Reconciliation
from goodword.greenhouse.reconciliation.missed_invitations import still_waiting
from goodword.ui.templatetags.ui import short_time

Kind, State = Finding.Kind, Finding.State

PERIOD = timedelta(days=7)

DELIVERED_WITHIN = timedelta(minutes=15)

#: kinds of findings that a webhook should have reported
REPORTED_BY_WEBHOOKS = (Kind.MISSED_INVITATION, Kind.MISSED_CHANGE, Kind.MISSED_END)


@dataclass(frozen=True, kw_only=True)
class FindingCount:
    """`first` and `last`: when the changes happened, or if unknown, when they were found."""

    day: date
    kind: str
    count: int
    waited: int
    first: datetime
    last: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryCounts:
    """`refused`: some had a wrong signature. `last_before`: arrival of the last earlier delivery still stored."""

    arrived: int
    failed: int
    refused: bool
    last_before: datetime | None


@dataclass(frozen=True, kw_only=True)
class DayOfFindings:
    day: date
    counts: list[FindingCount]
    deliveries: DeliveryCounts | None


@dataclass(frozen=True, kw_only=True)
class SyncStatus:
    """`next_at`: None if only a click starts passes. `counts`: by kind, and whether synced. `waiting`: missed
    invitations that wait for a decision; `requested`: those being sent. `silent`: the number of changes found in the
    last day, but after the last delivery."""

    running: Reconciliation | None
    last: Reconciliation | None
    next_at: datetime | None
    counts: dict[tuple[str, bool], int]
    waiting: int
    requested: int
    days: list[DayOfFindings]
    silent: int


def sync_status(connection: Connection, *, now: datetime, member: Membership | None = None) -> SyncStatus:
    passes = Reconciliation.objects.of(connection.organisation).filter(connection=connection)
    passes = passes.select_related("requested_by__user").order_by("-started_at", "-pk")
    running = passes.filter(state=Reconciliation.State.RUNNING).first()
    last = passes.exclude(state=Reconciliation.State.RUNNING).first()
    findings = _visible(Finding.objects.of(connection.organisation).filter(connection=connection), member)
    waiting = _visible(still_waiting().filter(connection=connection), member).aggregate(
        undecided=Count("pk", filter=Q(invite_requested_at=None)),
        requested=Count("pk", filter=Q(invite_requested_at__isnull=False)),
    )
    return SyncStatus(
        running=running,
        last=last,
        next_at=_next_at(running, last),
        counts=_counts(findings, last) if last else {},
        waiting=waiting["undecided"],
        requested=waiting["requested"],
        days=list(_days(findings, connection=connection, now=now)),
        silent=_silent(findings, connection=connection, now=now),
    )


def deliveries_between(connection: Connection, *, first: datetime, last: datetime) -> DeliveryCounts:
    """Count deliveries from shortly before the first missed change until shortly after the last."""
    stored = Delivery.objects.across_organisations().filter(connection=connection)
    counts = stored.filter(
        received_at__gte=first - DELIVERED_WITHIN, received_at__lte=last + DELIVERED_WITHIN
    ).aggregate(arrived=Count("pk"), failed=Count("pk", filter=Q(state=Delivery.State.FAILED)))
    before = stored.filter(received_at__lt=first).order_by("-received_at")
    refused_at = connection.refused_at
    return DeliveryCounts(
        arrived=counts["arrived"],
        failed=counts["failed"],
        refused=refused_at is not None and refused_at >= first - DELIVERED_WITHIN,
        last_before=before.values_list("received_at", flat=True).first(),
    )


def _visible(rows: QuerySet[Finding], member: Membership | None) -> QuerySet[Finding]:
    if member is None or member.is_admin:
        return rows
    applications = visible_applications(member).values("pk")
    return rows.filter(Q(application=None) | Q(application__in=applications))


def _next_at(running: Reconciliation | None, last: Reconciliation | None) -> datetime | None:
    latest = running or last
    if settings.GOODWORD_SYNC_MINUTES <= 0 or latest is None:
        return None
    return latest.started_at + timedelta(minutes=settings.GOODWORD_SYNC_MINUTES)


def _counts(findings: QuerySet[Finding], last: Reconciliation) -> dict[tuple[str, bool], int]:
    synced = Q(state=State.SYNCED)
    rows = findings.filter(found_in=last).values("kind").order_by("kind")
    counts: dict[tuple[str, bool], int] = {}
    for row in rows.annotate(synced=Count("pk", filter=synced), other=Count("pk", filter=~synced)):
        counts |= {(row["kind"], True): row["synced"], (row["kind"], False): row["other"]}
    return {key: n for key, n in counts.items() if n}


def _days(findings: QuerySet[Finding], *, connection: Connection, now: datetime) -> Iterator[DayOfFindings]:
    moment = Coalesce("entered_at", "found_at")
    rows = (
        findings.filter(found_at__gt=now - PERIOD)
        .annotate(day=TruncDate("found_at", tzinfo=connection.organisation.zone))
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
        unreported = [count for count in counts if count.kind in REPORTED_BY_WEBHOOKS]
        deliveries = None
        if unreported:
            first, last = min(count.first for count in unreported), max(count.last for count in unreported)
            deliveries = deliveries_between(connection, first=first, last=last)
        yield DayOfFindings(day=day, counts=counts, deliveries=deliveries)


def _silent(findings: QuerySet[Finding], *, connection: Connection, now: datetime) -> int:
    a_day_ago = now - timedelta(days=1)
    since = max(a_day_ago, connection.last_event_at or a_day_ago)
    return findings.filter(kind__in=REPORTED_BY_WEBHOOKS, found_at__gt=since).count()


def summary(status: SyncStatus) -> list[str]:
    if status.last is None:
        return []
    outcomes = [_outcome(Kind(kind), synced=synced, n=n) for (kind, synced), n in status.counts.items()]
    if status.last.state != Reconciliation.State.DONE:
        return outcomes
    outcomes = outcomes or [_("No missed changes.")]
    return [*outcomes, status.last.error] if status.last.error else outcomes


def duration(row: Reconciliation) -> str:
    if row.ended_at is None:
        return ""
    minutes, seconds = divmod(max(1, round((row.ended_at - row.started_at).total_seconds())), 60)
    return _("%(m)d min %(s)d s") % {"m": minutes, "s": seconds} if minutes else _("%(s)d s") % {"s": seconds}


def describe(found: FindingCount) -> str:
    kind = Kind(found.kind)
    subject = _subject(kind, found.count)
    match kind:
        case Kind.NOT_VISIBLE:
            return ngettext(
                "%(what)s is no longer visible in Greenhouse. Nothing was erased.",
                "%(what)s are no longer visible in Greenhouse. Nothing was erased.",
                found.count,
            ) % {"what": subject}
        case Kind.OTHER_PERSON:
            return ngettext(
                "In Greenhouse, the ID of %(what)s belongs to another person. Nothing was synced.",
                "In Greenhouse, the IDs of %(what)s belong to other people. Nothing was synced.",
                found.count,
            ) % {"what": subject}
        case Kind.JOB_CHANGED:
            return ngettext(
                "%(what)s changed. See the role.", "%(what)s changed; see their roles.", found.count
            ) % {"what": subject}
        case Kind.NOT_REPORTED:
            return _("%(what)s, such as undone rejections, undone hires, merges and new addresses.") % {
                "what": subject
            }
        case Kind.MISSED_INVITATION | Kind.MISSED_END | Kind.MISSED_CHANGE:
            return _missed(found, subject)
        case _:
            assert_never(kind)


def _missed(found: FindingCount, subject: str) -> str:
    first, last = short_time(found.first), short_time(found.last)
    if first == last:
        sentence = _("No webhook reported %(what)s (%(at)s).") % {"what": subject, "at": first}
    else:
        sentence = _("No webhook reported %(what)s between %(first)s and %(last)s.") % {
            "what": subject,
            "first": first,
            "last": last,
        }
    if found.waited:
        waited = ngettext(
            "%(n)d of them waited for a decision.", "%(n)d of them waited for a decision.", found.waited
        ) % {"n": found.waited}
        return f"{sentence} {waited}"
    return sentence


def explain(deliveries: DeliveryCounts) -> str:
    if deliveries.refused:
        return _(
            "Deliveries were refused because of a wrong signature: compare the secret key in each webhook in "
            "Greenhouse."
        )
    if deliveries.failed:
        return ngettext(
            "%(n)d delivery failed at that time: see the webhook deliveries.",
            "%(n)d deliveries failed at that time: see the webhook deliveries.",
            deliveries.failed,
        ) % {"n": deliveries.failed}
    if deliveries.arrived:
        return _(
            "Other deliveries arrived at that time, so these were lost, or their webhook is missing or "
            "disabled in Greenhouse."
        )
    if deliveries.last_before is None:
        return _("No delivery arrived at that time: the webhooks are not set up, or cannot reach Goodword.")
    return _(
        "No delivery arrived at that time. The last one before that was on %(at)s: the webhooks were off, or could "
        "not reach Goodword."
    ) % {"at": short_time(deliveries.last_before)}


def _subject(kind: Finding.Kind, n: int) -> str:
    match kind:
        case Kind.MISSED_INVITATION:
            return ngettext("%(n)d move into a mapped stage", "%(n)d moves into mapped stages", n) % {"n": n}
        case Kind.MISSED_END:
            return ngettext("%(n)d rejection or hire", "%(n)d rejections and hires", n) % {"n": n}
        case Kind.NOT_REPORTED:
            return ngettext(
                "%(n)d change that the four webhooks don't report",
                "%(n)d changes that the four webhooks don't report",
                n,
            ) % {"n": n}
        case Kind.NOT_VISIBLE | Kind.OTHER_PERSON:
            return ngettext("%(n)d application", "%(n)d applications", n) % {"n": n}
        case Kind.JOB_CHANGED:
            return ngettext("%(n)d linked job", "%(n)d linked jobs", n) % {"n": n}
        case Kind.MISSED_CHANGE:
            return ngettext(
                "%(n)d change of stage, job or candidate data",
                "%(n)d changes of stage, job or candidate data",
                n,
            ) % {"n": n}
        case _:
            assert_never(kind)


def _outcome(kind: Finding.Kind, *, synced: bool, n: int) -> str:
    if not synced:
        return ngettext(
            "%(n)d invitation is waiting for a decision.", "%(n)d invitations are waiting for a decision.", n
        ) % {"n": n}
    match kind:
        case Kind.MISSED_INVITATION:
            return ngettext("%(n)d missed invitation was sent.", "%(n)d missed invitations were sent.", n) % {
                "n": n
            }
        case Kind.NOT_VISIBLE:
            return ngettext(
                "%(n)d application is no longer visible.", "%(n)d applications are no longer visible.", n
            ) % {"n": n}
        case Kind.OTHER_PERSON:
            return ngettext(
                "%(n)d application has the ID of another person in Greenhouse.",
                "%(n)d applications have IDs of other people in Greenhouse.",
                n,
            ) % {"n": n}
        case Kind.JOB_CHANGED:
            return ngettext("%(n)d linked job changed.", "%(n)d linked jobs changed.", n) % {"n": n}
        case Kind.MISSED_CHANGE | Kind.MISSED_END | Kind.NOT_REPORTED:
            return ngettext("%(what)s was synced.", "%(what)s were synced.", n) % {"what": _subject(kind, n)}
        case _:
            assert_never(kind)
