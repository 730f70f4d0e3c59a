"""Left the page: it was hidden for two seconds and longer, because another tab or program came before it.

On a clock what counts is on how many of the items that came on screen the page was left: twice: low; four items and a
quarter of them: medium; six items and half of them: high. Once is a notification. It is counted by items and not by
minutes, so that more time, in which more can happen, leads to no other grade; and a screen reader moves within a page
without leaving it.

Without a clock candidates were told that they may pause. What was longer than ten minutes is a pause; shorter ones are
low from five times on, and never more. In tests of scales there is nothing to look up: they are not asked.

The thresholds are ours; their error rate is not known yet. The longest time is shown only roughly: the exact one could
be longer than the standard time, and reveal an adjustment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from goodword.steps.signs.found import Found, Grade

CODE = "left_page"
#: seconds from which on somebody without a clock is pausing
PAUSE = 600

type Length = Literal["moment", "minute", "longer"]

_FEW = 2
_FEW_WITHOUT_CLOCK = 5
_MEDIUM_ITEMS, _HIGH_ITEMS = 4, 6


@dataclass(frozen=True, slots=True)
class Left:
    """One leaving: on which item, for how many seconds."""

    item: str
    seconds: int


def left_sign(*, key: str, left: Sequence[Left], timed: bool, items: int) -> Found | None:
    """The sign in the leavings of a part; `items` is how many came on screen."""
    counted = left if timed else [one for one in left if one.seconds <= PAUSE]
    if len(counted) < (_FEW if timed else _FEW_WITHOUT_CLOCK):
        return None
    grade = _grade(len({one.item for one in counted}), items) if timed else "low"
    longest = max(one.seconds for one in counted)
    return Found(
        code=CODE, grade=grade, key=key, facts={"times": len(counted), "longest": length_of(longest)}
    )


def length_of(seconds: int) -> Length:
    """Up to ten seconds, up to a minute, or longer."""
    return "moment" if seconds <= 10 else "minute" if seconds <= 60 else "longer"


def _grade(left_on: int, items: int) -> Grade:
    if left_on >= _HIGH_ITEMS and 2 * left_on >= items:
        return "high"
    if left_on >= _MEDIUM_ITEMS and 4 * left_on >= items:
        return "medium"
    return "low"
