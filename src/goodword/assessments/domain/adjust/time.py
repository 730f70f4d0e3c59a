"""More time in the timed parts of one attempt that have not begun."""

from collections.abc import Sequence

from goodword.assessments.models import Adjustment, Attempt, AttemptPart
from goodword.assessments.open_forms import clock_minutes


def before_their_clock(attempt: Attempt) -> Sequence[AttemptPart]:
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


def give_time(attempt: Attempt, *, percent: int) -> None:
    """Raise the clocks of those parts by `percent` of what the role gives, with the attempt locked.

    What was given before stays: of two grants the longer one counts.
    """
    for part in before_their_clock(attempt):
        assert part.seconds is not None  # it is timed
        part.seconds = max(part.seconds, seconds_with(clock_minutes(part), percent=percent))
        part.save(update_fields=["seconds"])


def granted(attempt: Attempt) -> int:
    """The percent of more time that was granted on an attempt; of several grants the largest. One query."""
    rows = Adjustment.objects.of(attempt.organisation).filter(attempt=attempt, state=Adjustment.State.GRANTED)
    return max(rows.values_list("percent", flat=True), default=0)


def seconds_with(minutes: int, *, percent: int) -> int:
    """The seconds of a clock with so many percent more, on whole minutes, rounded up. Pure."""
    return -(-minutes * (100 + percent) // 100) * 60
