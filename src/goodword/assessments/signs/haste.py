"""Answers that came faster than their items can be read: psychometrics.speed has the floor and the grades.

On a clock an answer has its seconds on screen. Without one there are only the moments of the answers, and the time
between two of them stands for the second, where that is plain: the next item in order was answered next. Whoever went
back, left one out or had two windows open gives no time there. Nor does what was given without a connection before the
part had begun: all of it stands at that moment. So measured, it is never more than medium.

More time than usual leads to no other grade, since only the text sets the floor. Nor do screen readers: only what is
asked counts as read, while listeners must hear the answers too, which takes longer than the floor at 400 words a
minute. The flag shows the share of answers, never a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from goodword.assessments.psychometrics.speed import Timed, too_fast
from goodword.steps.signs.found import Found

CODE = "fast"


def fast_sign(*, key: str, answers: Iterable[Timed], measured: bool) -> Found | None:
    """The sign in the times of a part's answers; `measured`: they are of its clock, not from one to the next."""
    haste = too_fast(answers)
    if haste.grade is None:
        return None
    grade = "medium" if haste.grade == "high" and not measured else haste.grade
    return Found(code=CODE, grade=grade, key=key, facts={"percent": round(100 * haste.share)})


def between(
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
