"""The clock of a timed part. Only the server's time counts, not the page's.

While the clock runs the page sends a heartbeat every HEARTBEAT seconds; a saved answer counts as one. More than
BREAK_AFTER without any is a lost connection. When the candidate returns, they get the lost time back, at most
MAX_BREAKS times (breaks.resume). The item on screen is then replaced unless its answer had arrived before the break,
so a break gains no time to think. After that, and in shorter breaks, the clock runs on.
"""

from datetime import datetime, timedelta
from typing import Final

from goodword.assessments.models import AttemptPart

#: seconds between two heartbeats of a page
HEARTBEAT: Final = 10
#: silence after which the connection counts as lost: three missed heartbeats
BREAK_AFTER: Final = timedelta(seconds=30)
#: how often a part gets time back
MAX_BREAKS: Final = 2
#: extra time for an answer to arrive, the same for everybody
IN_TRANSIT: Final = timedelta(seconds=3)


def is_running(part: AttemptPart) -> bool:
    """Whether the part's clock has started and not been stopped."""
    return part.ends_at is not None and part.ended_at is None


def seconds_left(part: AttemptPart, *, now: datetime) -> int:
    """Whole seconds left, at least 0. Raises ValueError without a running clock."""
    if part.ends_at is None:
        raise ValueError("An untimed part, or one that has not begun, has no time left.")
    return max(0, int((part.ends_at - now).total_seconds()))


def is_broken(part: AttemptPart, *, now: datetime) -> bool:
    """Whether the connection was lost before the time was up, and the part may still get time back."""
    if not is_running(part) or part.breaks >= MAX_BREAKS or part.at > part.items:
        return False
    assert part.ends_at is not None and part.seen_at is not None  # it runs
    return min(now, part.ends_at) - part.seen_at > BREAK_AFTER


def is_late(part: AttemptPart, *, now: datetime) -> bool:
    """Whether an answer arrives after the end. Only resuming after a break moves the end."""
    return part.ends_at is not None and now > part.ends_at + IN_TRANSIT


def is_over(part: AttemptPart, *, now: datetime) -> bool:
    """Whether the part takes no more answers: it has ended, or its time is up without a lost connection."""
    if part.ended_at is not None:
        return True
    if part.ends_at is None:
        return False
    return now > part.ends_at + IN_TRANSIT and not is_broken(part, now=now)
