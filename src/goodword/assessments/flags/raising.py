"""Finds the flags of a completed attempt, and signs of careless responding. Thresholds are ours; their error rates are
unknown.

**Left the page**: hidden for at least two seconds. In a timed part, the number of items during which the page was left
counts: two are low; four and a quarter of all are medium; six and half of all are high. Items are counted rather than
minutes, so extra time doesn't raise the grade. In an untimed part candidates may pause: over ten minutes is a pause;
five or more shorter absences are low. Scales are excluded, because there is nothing to look up. The longest absence is
shown only roughly, because the exact one could reveal an adjustment.

**Pasted**: at least 200 characters (about 35 words) at once, if the answer is still that long. One answer is low, two
answers and half of all written ones medium, never high, because many people write elsewhere first. Dictation arrives in
shorter phrases. Only the length is recorded, never the text.

**Fast**: answers faster than their items can be read (psychometrics.speed has floor and grades). In untimed parts, it
is the time between the answers to two consecutive items, ignoring answers saved offline before the part started; never
above medium. Only the text determines the floor, so extra time doesn't change the grade, and screen readers are slower
than the floor. The flag shows a share of answers, never a time.

**Connection lost** in a timed part: the item on screen becomes void, so this could be used to get another one. Once is
low, twice is medium, never high, because connections do fail, and more often in a longer time.

**Second window**: another answer to an item that was over, without effect: low.

**Scales**: the same answer over and over, or agreement with a statement and its opposite
(kinds.scales.items has formulas, grades and sources).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.registry import kind_of
from goodword.assessments.kinds.report import CARELESSNESS, CarelessSigns
from goodword.assessments.kinds.scales.items import (
    LEAST_PAIRS,
    LEAST_RUN,
    ResponsePatterns,
    SelfContradiction,
    StraightLine,
)
from goodword.assessments.models import Attempt, AttemptFlag, AttemptPart, Observation
from goodword.assessments.psychometrics.speed import LEAST_ANSWERS, Timed, too_fast
from goodword.assessments.queries import content_of, parts_of, read_answers, visible_items
from goodword.core.events import by_worker
from goodword.core.models import Event
from goodword.core.validation import Json
from goodword.workflow.models import FlagFinding, Grade, lock, lock_step_request


@by_worker
def on_attempt_completed(event: Event) -> None:
    """Scores don't change."""
    known = lock_step_request(event.data["step_request_id"])
    if known is None or known[1].is_being_erased:
        return
    update_flags(lock(Attempt, event.data["attempt_id"]), now=event.occurred_at)


def update_flags(attempt: Attempt, *, now: datetime) -> None:
    """Store the flags found on a locked attempt. Idempotent. Dismissed flags and those no longer found are kept."""
    rows = AttemptFlag.objects.of(attempt.organisation).filter(attempt=attempt)
    there = {(flag.code, flag.key): flag for flag in rows}
    for found in find_flags(attempt):
        flag = there.get((found.code, found.key))
        if flag is None:
            AttemptFlag.objects.create(
                organisation=attempt.organisation,
                attempt=attempt,
                code=found.code,
                key=found.key,
                grade=found.grade,
                facts=dict(found.facts),
                found_at=now,
            )
        else:
            flag.update_from(found)


def find_flags(attempt: Attempt) -> list[FlagFinding]:
    found: list[FlagFinding | None] = []
    noticed = Observation.objects.of(attempt.organisation).filter(part__attempt=attempt).order_by("pk")
    rows = list(noticed)
    for part in parts_of(attempt):
        found += _of_part(part, [row for row in rows if row.part_id == part.pk])
    return [flag for flag in found if flag is not None]


def _of_part(part: AttemptPart, noticed: Sequence[Observation]) -> list[FlagFinding | None]:
    key, timed = str(part.order), part.part.minutes is not None
    answers = read_answers(part)
    items = visible_items(part, answers)
    content = content_of(part.version)
    times = Counter(row.kind for row in noticed)
    left = [Left(row.item, row.amount or 0) for row in noticed if row.kind == Observation.Kind.LEFT]
    pasted = [Pasted(row.item, row.amount or 0) for row in noticed if row.kind == Observation.Kind.PASTED]
    found = [
        pasted_flag(key=key, pasted=pasted, texts=text_lengths(items, answers)),
        connection_lost_flag(key=key, times=times[Observation.Kind.DISCONNECTED]),
        second_window_flag(key=key, times=times[Observation.Kind.SECOND_WINDOW]),
    ]
    if kind_of(content).can_be_looked_up:
        shown = min(part.at, len(items)) if timed else len(items)
        found.append(left_page_flag(key=key, left=left, timed=timed, items=shown))
    return [*found, *_careless_flags(part, items, answers)]


def careless_signs(attempt: Attempt) -> dict[int, CarelessSigns]:
    """Possible checks, and signs of careless responding (grade medium or higher), by the order of the part."""
    found: dict[int, CarelessSigns] = {}
    for part in parts_of(attempt):
        answers = read_answers(part)
        items = visible_items(part, answers)
        checked = _checked(part, items, answers)
        signs = {
            flag.code
            for flag in _careless_flags(part, items, answers)
            if flag is not None and flag.grade != "low"
        }
        found[part.order] = CarelessSigns(
            checked=tuple(code for code in CARELESSNESS if code in checked),
            found=tuple(code for code in CARELESSNESS if code in signs),
        )
    return found


def _checked(part: AttemptPart, items: Sequence[Item], answers: Mapping[str, Json]) -> set[str]:
    timed, checked = part.part.minutes is not None, set()
    if len(_paces(part, items, timed=timed)) >= LEAST_ANSWERS:
        checked.add(FAST)
    if patterns := _response_patterns(part, answers):
        if patterns.straight_line.answered >= LEAST_RUN:
            checked.add(STRAIGHT_LINE)
        if patterns.contradiction.pairs >= LEAST_PAIRS:
            checked.add(CONTRADICTION)
    return checked


def _careless_flags(
    part: AttemptPart, items: Sequence[Item], answers: Mapping[str, Json]
) -> list[FlagFinding | None]:
    key, timed = str(part.order), part.part.minutes is not None
    found = [fast_flag(key=key, answers=_paces(part, items, timed=timed), measured=timed)]
    if patterns := _response_patterns(part, answers):
        found.append(straight_line_flag(key=key, found=patterns.straight_line))
        found.append(contradiction_flag(key=key, found=patterns.contradiction))
    return found


def _response_patterns(part: AttemptPart, answers: Mapping[str, Json]) -> ResponsePatterns | None:
    content = content_of(part.version)
    return kind_of(content).response_patterns(content, part.form, answers)


def _paces(part: AttemptPart, items: Sequence[Item], *, timed: bool) -> list[Timed]:
    rows = {answer.item: answer for answer in part.answers.all()}
    if timed:
        known = {item: row.seconds for item, row in rows.items() if row.seconds is not None}
    else:
        answered = {item: row.answered_at for item, row in rows.items()}
        known = seconds_between([item.id for item in items], answered, begun_at=part.begun_at)
    return [Timed(known[item.id], item.reading_seconds()) for item in items if item.id in known]


LEFT_PAGE = "left_page"
#: longer absences in seconds are pauses in an untimed part
PAUSE = 600
_FEW = 2
_FEW_WITHOUT_CLOCK = 5
_MEDIUM_ITEMS, _HIGH_ITEMS = 4, 6
PASTED = "pasted"
LONG_PASTE = 200
FAST = "fast"
CONNECTION_LOST, SECOND_WINDOW = "connection_lost", "second_window"
STRAIGHT_LINE, CONTRADICTION = "straight_line", "contradiction"
type Length = Literal["moment", "minute", "longer"]


@dataclass(frozen=True, slots=True)
class Left:
    item: str
    seconds: int


def left_page_flag(*, key: str, left: Sequence[Left], timed: bool, items: int) -> FlagFinding | None:
    counted = left if timed else [absence for absence in left if absence.seconds <= PAUSE]
    if len(counted) < (_FEW if timed else _FEW_WITHOUT_CLOCK):
        return None
    grade = _grade(len({absence.item for absence in counted}), items) if timed else "low"
    longest = max(absence.seconds for absence in counted)
    return FlagFinding(
        code=LEFT_PAGE, grade=grade, key=key, facts={"times": len(counted), "longest": length_of(longest)}
    )


def length_of(seconds: int) -> Length:
    return "moment" if seconds <= 10 else "minute" if seconds <= 60 else "longer"


def _grade(left_on: int, items: int) -> Grade:
    if left_on >= _HIGH_ITEMS and 2 * left_on >= items:
        return "high"
    if left_on >= _MEDIUM_ITEMS and 4 * left_on >= items:
        return "medium"
    return "low"


@dataclass(frozen=True, slots=True)
class Pasted:
    item: str
    characters: int


def pasted_flag(*, key: str, pasted: Sequence[Pasted], texts: Mapping[str, int]) -> FlagFinding | None:
    """`texts`: the length of each written answer, by item."""
    long = {
        paste.item
        for paste in pasted
        if paste.characters >= LONG_PASTE and texts.get(paste.item, 0) >= LONG_PASTE
    }
    if not long:
        return None
    grade: Grade = "medium" if len(long) >= 2 and 2 * len(long) >= len(texts) else "low"
    return FlagFinding(code=PASTED, grade=grade, key=key, facts={"answers": len(long)})


def fast_flag(*, key: str, answers: Iterable[Timed], measured: bool) -> FlagFinding | None:
    """`measured`: times are from a clock, not between two answers."""
    haste = too_fast(answers)
    if haste.grade is None:
        return None
    grade = "medium" if haste.grade == "high" and not measured else haste.grade
    return FlagFinding(code=FAST, grade=grade, key=key, facts={"percent": round(100 * haste.share)})


def seconds_between(
    items: Sequence[str], answered: Mapping[str, datetime], *, begun_at: datetime | None
) -> dict[str, float]:
    """The seconds between consecutive items that were answered one after the other, by the id of the later one.
    `items`: ids in order."""
    place = {item: number for number, item in enumerate(items)}
    known = sorted((at, place[item], item) for item, at in answered.items() if item in place)
    seconds: dict[str, float] = {}
    for (before, first, _), (at, second, item) in pairwise(known):
        gathered = begun_at is not None and before <= begun_at
        if second == first + 1 and at > before and not gathered:
            seconds[item] = (at - before).total_seconds()
    return seconds


def connection_lost_flag(*, key: str, times: int) -> FlagFinding | None:
    if not times:
        return None
    return FlagFinding(
        code=CONNECTION_LOST, grade="low" if times == 1 else "medium", key=key, facts={"times": times}
    )


def second_window_flag(*, key: str, times: int) -> FlagFinding | None:
    return FlagFinding(code=SECOND_WINDOW, grade="low", key=key, facts={"times": times}) if times else None


def straight_line_flag(*, key: str, found: StraightLine) -> FlagFinding | None:
    if found.grade is None:
        return None
    return FlagFinding(code=STRAIGHT_LINE, grade=found.grade, key=key, facts={"longest": found.longest})


def contradiction_flag(*, key: str, found: SelfContradiction) -> FlagFinding | None:
    if found.grade is None or found.mean is None:
        return None
    facts = {"mean": round(found.mean, 1), "chance": round(found.chance, 1)}
    return FlagFinding(code=CONTRADICTION, grade=found.grade, key=key, facts=facts)


def text_lengths(items: Sequence[Item], answers: Mapping[str, Json]) -> dict[str, int]:
    return {
        item.id: len(text)
        for item in items
        if item.is_written and isinstance(text := answers.get(item.id), str)
    }
