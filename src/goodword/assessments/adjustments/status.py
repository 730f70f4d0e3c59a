"""What a candidate has requested and been granted, what they may still request, and what the hiring team may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from goodword.assessments.attempts.variants import clock_minutes
from goodword.assessments.models import Adjustment, Attempt, AttemptPart

#: asked once more after a refusal, and no more
MAX_REFUSED = 2
#: requests on one attempt, also those that were taken back
MAX_REQUESTS = 6


class WhyNot(StrEnum):
    """Why nothing may be asked for now."""

    NOTHING = ""
    #: one request waits for its answer
    WAITS = "waits"
    #: it was asked again after a refusal, or very often
    ENOUGH = "enough"
    #: nothing is left that has not begun
    BEGUN = "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatus:
    """How it stands with an attempt's requests, oldest first; `timed` are the parts that more time can be given in."""

    requests: Sequence[Adjustment]
    timed: Sequence[AttemptPart]
    #: whether the clock of a timed part has started: that one stays as it is
    clock_started: bool
    why_not: WhyNot

    @property
    def open(self) -> Adjustment | None:
        """The request that waits for its answer."""
        return next((one for one in self.requests if one.state == Adjustment.State.ASKED), None)


def request_status(attempt: Attempt) -> RequestStatus:
    """How it stands now. Three queries."""
    requests = list(Adjustment.objects.of(attempt.organisation).filter(attempt=attempt).order_by("pk"))
    parts = list(AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt))
    return RequestStatus(
        requests=requests,
        timed=timed_parts_not_begun(attempt),
        clock_started=any(part.seconds is not None and part.begun_at is not None for part in parts),
        why_not=_why_not(requests, parts),
    )


def is_awaiting_answer(attempt: Attempt) -> bool:
    """Whether a request waits for its answer: until then no clock starts."""
    rows = Adjustment.objects.of(attempt.organisation)
    return rows.filter(attempt=attempt, state=Adjustment.State.ASKED).exists()


def _why_not(requests: Sequence[Adjustment], parts: Sequence[AttemptPart]) -> WhyNot:
    states = [one.state for one in requests]
    if Adjustment.State.ASKED in states:
        return WhyNot.WAITS
    if states.count(Adjustment.State.REFUSED) >= MAX_REFUSED or len(states) >= MAX_REQUESTS:
        return WhyNot.ENOUGH
    if all(part.begun_at is not None for part in parts):
        return WhyNot.BEGUN
    return WhyNot.NOTHING


def timed_parts_not_begun(attempt: Attempt) -> Sequence[AttemptPart]:
    """The timed parts that have not begun, in order, with their tests. One query."""
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
    """Raise the clocks of those parts by `percent` of what the role gives, with the attempt locked.

    What was given before stays: of two grants the longer one counts.
    """
    for part in timed_parts_not_begun(attempt):
        assert part.seconds is not None  # it is timed
        part.seconds = max(part.seconds, extended_seconds(clock_minutes(part), percent=percent))
        part.save(update_fields=["seconds"])


def granted_percent(attempt: Attempt) -> int:
    """The percent of more time that was granted on an attempt; of several grants the largest. One query."""
    rows = Adjustment.objects.of(attempt.organisation).filter(attempt=attempt, state=Adjustment.State.GRANTED)
    return max(rows.values_list("percent", flat=True), default=0)


def extended_seconds(minutes: int, *, percent: int) -> int:
    """The seconds of a clock with so many percent more, on whole minutes, rounded up. Pure."""
    return -(-minutes * (100 + percent) // 100) * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedGrant:
    """What was granted: percent of more time (0: none), and whether another form."""

    percent: int
    other_form: bool


def is_disclosed(row: Adjustment) -> bool:
    """Whether this one may be shown to members: it was granted, and the candidate agrees."""
    return row.may_tell and row.state == Adjustment.State.GRANTED


def disclosed_grants(attempt: Attempt) -> tuple[DisclosedGrant, ...]:
    """Those of an attempt that its hiring team may know, oldest first. One query."""
    rows = Adjustment.objects.of(attempt.organisation).filter(attempt=attempt).order_by("pk")
    return tuple(
        DisclosedGrant(percent=row.percent, other_form=row.other_form) for row in rows if is_disclosed(row)
    )
