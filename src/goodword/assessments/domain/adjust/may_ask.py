"""Whether a candidate may ask for an adjustment now, and for what."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from goodword.assessments.domain.adjust.time import before_their_clock
from goodword.assessments.models import Adjustment, Attempt, AttemptPart

#: asked once more after a refusal, and no more
MOST_REFUSED = 2
#: requests on one attempt, also those that were taken back
MOST = 6


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
class Standing:
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


def standing(attempt: Attempt) -> Standing:
    """How it stands now. Three queries."""
    requests = list(Adjustment.objects.of(attempt.organisation).filter(attempt=attempt).order_by("pk"))
    parts = list(AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt))
    return Standing(
        requests=requests,
        timed=before_their_clock(attempt),
        clock_started=any(part.seconds is not None and part.begun_at is not None for part in parts),
        why_not=_why_not(requests, parts),
    )


def waits(attempt: Attempt) -> bool:
    """Whether a request waits for its answer: until then no clock starts."""
    rows = Adjustment.objects.of(attempt.organisation)
    return rows.filter(attempt=attempt, state=Adjustment.State.ASKED).exists()


def _why_not(requests: Sequence[Adjustment], parts: Sequence[AttemptPart]) -> WhyNot:
    states = [one.state for one in requests]
    if Adjustment.State.ASKED in states:
        return WhyNot.WAITS
    if states.count(Adjustment.State.REFUSED) >= MOST_REFUSED or len(states) >= MOST:
        return WhyNot.ENOUGH
    if all(part.begun_at is not None for part in parts):
        return WhyNot.BEGUN
    return WhyNot.NOTHING
