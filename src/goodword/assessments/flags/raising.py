"""Finds the flags of a completed attempt, and signs of careless responding."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from goodword.assessments.flags.rules import (
    CONTRADICTION,
    FAST,
    STRAIGHT_LINE,
    Left,
    Pasted,
    connection_lost_flag,
    contradiction_flag,
    fast_flag,
    left_page_flag,
    pasted_flag,
    second_window_flag,
    seconds_between,
    straight_line_flag,
    text_lengths,
)
from goodword.assessments.kinds import kind_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.report import CARELESSNESS, CarelessSigns
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.items import LEAST_PAIRS, LEAST_RUN, contradiction
from goodword.assessments.models import Attempt, AttemptFlag, AttemptPart, Observation
from goodword.assessments.psychometrics.speed import LEAST_ANSWERS, Timed
from goodword.assessments.queries import content_of, parts_of, read_answers, visible_items
from goodword.core.events import by_worker
from goodword.core.models import Event
from goodword.core.validation import Json
from goodword.workflow.flags.findings import FlagFinding
from goodword.workflow.models import lock, lock_step_request


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
    content = content_of(part.version)
    if isinstance(content, Instrument):
        values = _values(answers)
        asked = [item.id for item in content.items_of(part.form) if item.id in values]
        if len(asked) >= LEAST_RUN:
            checked.add(STRAIGHT_LINE)
        if contradiction(content, part.form, values).pairs >= LEAST_PAIRS:
            checked.add(CONTRADICTION)
    return checked


def _careless_flags(
    part: AttemptPart, items: Sequence[Item], answers: Mapping[str, Json]
) -> list[FlagFinding | None]:
    key, timed = str(part.order), part.part.minutes is not None
    found = [fast_flag(key=key, answers=_paces(part, items, timed=timed), measured=timed)]
    content = content_of(part.version)
    if isinstance(content, Instrument):
        found += [
            look(key=key, instrument=content, form=part.form, answers=_values(answers))
            for look in (straight_line_flag, contradiction_flag)
        ]
    return found


def _values(answers: Mapping[str, Json]) -> dict[str, int]:
    return {item: value for item, value in answers.items() if isinstance(value, int)}


def _paces(part: AttemptPart, items: Sequence[Item], *, timed: bool) -> list[Timed]:
    rows = {answer.item: answer for answer in part.answers.all()}
    if timed:
        known = {item: row.seconds for item, row in rows.items() if row.seconds is not None}
    else:
        answered = {item: row.answered_at for item, row in rows.items()}
        known = seconds_between([item.id for item in items], answered, begun_at=part.begun_at)
    return [Timed(known[item.id], item.reading_seconds()) for item in items if item.id in known]
