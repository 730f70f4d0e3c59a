"""Rules over what pages notice and how was answered. Pure. The thresholds are ours; their error rates are unknown.

**Left the page**: hidden for two seconds and more. In a timed part, the number of items on which the page was left
counts: two low, four and a quarter of them medium, six and half of them high. Items and not minutes, so that extra
time leads to no higher grade. In an untimed part candidates may pause: more than ten minutes is a pause, shorter ones
are low from five times on. Scales are left out, since there is nothing to look up. The longest time is shown only
roughly, because the exact one could reveal an adjustment.

**Pasted**: texts of 200 characters (about 35 words) that came at once, while the answer is still that long. One
answer low; two answers and half of all texts medium; never high, since many write elsewhere first. Dictation arrives
phrase by phrase, below that length. Only the length is known, never the text.

**Fast**: answers faster than their items can be read (psychometrics.speed has floor and grades). In untimed parts the
time between two answers is used where the next item in order was answered next, and not for answers saved offline
before the part began; it is never more than medium. Only the text sets the floor, so extra time leads to no other
grade, and listening with a screen reader takes longer. The flag shows a share of answers, never a time.

**Connection lost** in a timed part voids the item on screen, which could tempt somebody to get another one. Once low,
twice medium, never high: connections do break, and more time means more breaks.

**Second window**: another answer sent for an item that was over, without effect: low.

**Scales**: one answer over and over, or agreement with a sentence and its reverse (kinds.scales.response_quality has
formulas, grades and sources).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.response_quality import contradiction, straight_lining
from goodword.assessments.psychometrics.speed import Timed, too_fast
from goodword.workflow.flags.models import Finding, Grade

LEFT_PAGE = "left_page"
#: seconds from which on somebody without a clock is pausing
PAUSE = 600
_FEW = 2
_FEW_WITHOUT_CLOCK = 5
_MEDIUM_ITEMS, _HIGH_ITEMS = 4, 6
PASTED = "pasted"
LONG_PASTE = 200
FAST = "fast"
LINE_BROKE, SECOND_WINDOW = "line_broke", "second_window"
STRAIGHT_LINE, CONTRADICTION = "straight_line", "contradiction"


type Length = Literal["moment", "minute", "longer"]


@dataclass(frozen=True, slots=True)
class Left:
    """One leaving: on which item, for how many seconds."""

    item: str
    seconds: int


def left_page_flag(*, key: str, left: Sequence[Left], timed: bool, items: int) -> Finding | None:
    """The flag in the leavings of a part; `items` is how many came on screen."""
    counted = left if timed else [one for one in left if one.seconds <= PAUSE]
    if len(counted) < (_FEW if timed else _FEW_WITHOUT_CLOCK):
        return None
    grade = _grade(len({one.item for one in counted}), items) if timed else "low"
    longest = max(one.seconds for one in counted)
    return Finding(
        code=LEFT_PAGE, grade=grade, key=key, facts={"times": len(counted), "longest": length_of(longest)}
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


@dataclass(frozen=True, slots=True)
class Pasted:
    """One paste: into the answer to which item, of how many characters."""

    item: str
    characters: int


def pasted_flag(*, key: str, pasted: Sequence[Pasted], texts: Mapping[str, int]) -> Finding | None:
    """The flag in the pastes of a part. `texts` are the lengths, in characters, of the texts that were answered."""
    long = {
        one.item for one in pasted if one.characters >= LONG_PASTE and texts.get(one.item, 0) >= LONG_PASTE
    }
    if not long:
        return None
    grade: Grade = "medium" if len(long) >= 2 and 2 * len(long) >= len(texts) else "low"
    return Finding(code=PASTED, grade=grade, key=key, facts={"answers": len(long)})


def fast_flag(*, key: str, answers: Iterable[Timed], measured: bool) -> Finding | None:
    """The flag in the times of a part's answers; `measured`: they are of its clock, not from one to the next."""
    haste = too_fast(answers)
    if haste.grade is None:
        return None
    grade = "medium" if haste.grade == "high" and not measured else haste.grade
    return Finding(code=FAST, grade=grade, key=key, facts={"percent": round(100 * haste.share)})


def seconds_between(
    items: Sequence[str], answered: Mapping[str, datetime], *, begun_at: datetime | None
) -> dict[str, float]:
    """Seconds from one answer to the next, by the item of the second, where the next in order was answered next.

    `items` are the ids in the order in which they are given.
    """
    place = {item: number for number, item in enumerate(items)}
    known = sorted((at, place[item], item) for item, at in answered.items() if item in place)
    seconds: dict[str, float] = {}
    for (before, first, _), (at, second, item) in pairwise(known):
        gathered = begun_at is not None and before <= begun_at
        if second == first + 1 and at > before and not gathered:
            seconds[item] = (at - before).total_seconds()
    return seconds


def line_broke_flag(*, key: str, times: int) -> Finding | None:
    """The flag in breaks of the line."""
    if not times:
        return None
    return Finding(code=LINE_BROKE, grade="low" if times == 1 else "medium", key=key, facts={"times": times})


def second_window_flag(*, key: str, times: int) -> Finding | None:
    """The flag in answers from a second window."""
    return Finding(code=SECOND_WINDOW, grade="low", key=key, facts={"times": times}) if times else None


def straight_line_flag(
    *, key: str, instrument: Instrument, form: str, answers: Mapping[str, int]
) -> Finding | None:
    """The flag in a run of one answer; `answers` are values by item id."""
    values = [answers[item.id] for item in instrument.items_of(form) if item.id in answers]
    found = straight_lining(values)
    if found.grade is None:
        return None
    return Finding(code=STRAIGHT_LINE, grade=found.grade, key=key, facts={"longest": found.longest})


def contradiction_flag(
    *, key: str, instrument: Instrument, form: str, answers: Mapping[str, int]
) -> Finding | None:
    """The flag in pairs of opposite statements; `answers` are values by item id."""
    found = contradiction(instrument, form, answers)
    if found.grade is None or found.mean is None:
        return None
    facts = {"mean": round(found.mean, 1), "chance": round(found.chance, 1)}
    return Finding(code=CONTRADICTION, grade=found.grade, key=key, facts=facts)
