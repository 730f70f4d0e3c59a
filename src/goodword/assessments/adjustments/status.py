from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from goodword.assessments.models import Adjustment, Attempt, AttemptPart
from goodword.assessments.queries import clock_minutes

#: maximum refusals: candidates may ask again once
MAX_REFUSED = 2
#: maximum requests per attempt, including withdrawn ones
MAX_REQUESTS = 6


class WhyNot(StrEnum):
    NOTHING = ""
    WAITS = "waits"
    ENOUGH = "enough"
    BEGUN = "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatus:
    requests: Sequence[Adjustment]
    timed: Sequence[AttemptPart]
    clock_started: bool
    why_not: WhyNot


def request_status(attempt: Attempt) -> RequestStatus:
    requests = list(Adjustment.objects.of(attempt.organisation).filter(attempt=attempt).order_by("pk"))
    parts = list(AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt))
    return RequestStatus(
        requests=requests,
        timed=timed_parts_not_begun(attempt),
        clock_started=any(part.seconds is not None and part.begun_at is not None for part in parts),
        why_not=_why_not(requests, parts),
    )


def is_awaiting_answer(attempt: Attempt) -> bool:
    """Return whether a request awaits an answer. Until it is answered, no clock starts."""
    rows = Adjustment.objects.of(attempt.organisation)
    return rows.filter(attempt=attempt, state=Adjustment.State.ASKED).exists()


def _why_not(requests: Sequence[Adjustment], parts: Sequence[AttemptPart]) -> WhyNot:
    states = [request.state for request in requests]
    if Adjustment.State.ASKED in states:
        return WhyNot.WAITS
    if states.count(Adjustment.State.REFUSED) >= MAX_REFUSED or len(states) >= MAX_REQUESTS:
        return WhyNot.ENOUGH
    if all(part.begun_at is not None for part in parts):
        return WhyNot.BEGUN
    return WhyNot.NOTHING


def timed_parts_not_begun(attempt: Attempt) -> Sequence[AttemptPart]:
    """The timed parts that haven't started, in order, with their tests. One query."""
    parts = (
        AttemptPart.objects.of(attempt.organisation)
        .filter(attempt=attempt, seconds__isnull=False, begun_at=None, ended_at=None)
        .select_related("part", "version__test")
        .order_by("order")
    )
    for part in (found := list(parts)):
        part.attempt = attempt
    return found


def extend_clocks(attempt: Attempt, *, percent: int) -> None:
    """Extend clocks that have not started by `percent` of the role's time; the longest grant counts."""
    for part in timed_parts_not_begun(attempt):
        assert part.seconds is not None  # set for timed parts
        part.seconds = max(part.seconds, extended_seconds(clock_minutes(part), percent=percent))
        part.save(update_fields=["seconds"])


def granted_percent(attempt: Attempt) -> int:
    rows = Adjustment.objects.of(attempt.organisation).filter(attempt=attempt, state=Adjustment.State.GRANTED)
    return max(rows.values_list("percent", flat=True), default=0)


def extended_seconds(minutes: int, *, percent: int) -> int:
    """Seconds on a clock with `percent` extra time, rounded up to whole minutes."""
    return -(-minutes * (100 + percent) // 100) * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedGrant:
    """A grant that the hiring team may know about: extra time in percent (0: none), and an accessible version."""

    percent: int
    accessible_version: bool


def is_disclosed(row: Adjustment) -> bool:
    return row.may_disclose and row.state == Adjustment.State.GRANTED


def disclosed_grants(attempt: Attempt) -> tuple[DisclosedGrant, ...]:
    rows = Adjustment.objects.of(attempt.organisation).filter(attempt=attempt).order_by("pk")
    return tuple(
        DisclosedGrant(percent=row.percent, accessible_version=row.accessible_version)
        for row in rows
        if is_disclosed(row)
    )
