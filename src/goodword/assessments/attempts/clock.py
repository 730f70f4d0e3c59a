"""The clock of a timed part. Only the server's time counts, not the page's.

While the clock runs the page sends a heartbeat every BEAT seconds; a saved answer counts as one. More than BREAK_AFTER
without any is a lost connection. When the candidate returns, they get the lost time back, at most MOST_BREAKS times
(breaks.resume). The item on screen is then replaced unless its answer had arrived before the break, so a break
gains no time to think. After that, and in shorter breaks, the clock runs on.
"""

from datetime import datetime, timedelta
from typing import Final

from goodword.assessments.models import AttemptPart

#: seconds between two signs of life of a page
HEARTBEAT: Final = 10
#: silence after which the line counts as broken: three signs of life that did not come
BREAK_AFTER: Final = timedelta(seconds=30)
#: how often a part goes on with a fresh item
MAX_BREAKS: Final = 2
#: for an answer that was given in time and took a while to arrive; the same for everybody
IN_TRANSIT: Final = timedelta(seconds=3)


def is_running(part: AttemptPart) -> bool:
    """Whether the part is on a clock that was started and has not been stopped."""
    return part.ends_at is not None and part.ended_at is None


def seconds_left(part: AttemptPart, *, now: datetime) -> int:
    """Whole seconds that are left, rounded down; none is below zero."""
    if part.ends_at is None:
        raise ValueError("An untimed part, or one that has not begun, has no time left to tell.")
    return max(0, int((part.ends_at - now).total_seconds()))


def is_broken(part: AttemptPart, *, now: datetime) -> bool:
    """Whether the line broke before the time was over, and the part may go on with a fresh item."""
    if not is_running(part) or part.breaks >= MAX_BREAKS or part.at > part.items:
        return False
    assert part.ends_at is not None and part.seen_at is not None  # it runs
    return min(now, part.ends_at) - part.seen_at > BREAK_AFTER


def is_late(part: AttemptPart, *, now: datetime) -> bool:
    """Whether an answer comes too late: after the end, whatever became of the line. Only going on after a break, with
    its fresh item, moves the end."""
    return part.ends_at is not None and now > part.ends_at + IN_TRANSIT


def is_over(part: AttemptPart, *, now: datetime) -> bool:
    """Whether nothing can come in any more: it has ended, or its time is up and the line had not broken before."""
    if part.ended_at is not None:
        return True
    if part.ends_at is None:
        return False
    return now > part.ends_at + IN_TRANSIT and not is_broken(part, now=now)
