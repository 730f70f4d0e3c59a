"""Raising the flags of an attempt once it is complete: rows in, findings out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from goodword.assessments.content import content_of
from goodword.assessments.flags.rules import (
    Left,
    Pasted,
    contradiction_flag,
    fast_flag,
    left_page_flag,
    line_broke_flag,
    pasted_flag,
    second_window_flag,
    seconds_between,
    straight_line_flag,
)
from goodword.assessments.items import visible_items
from goodword.assessments.kinds.custom.items import CustomQuestion
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.models import Attempt, AttemptFlag, AttemptPart, Noticed
from goodword.assessments.psychometrics.speed import Timed
from goodword.assessments.queries import parts_of, read_answers
from goodword.core.json_reading import Json
from goodword.core.models import Event
from goodword.workflow.domain.eligibility import lock_step_request
from goodword.workflow.flags.models import Finding
from goodword.workflow.states import lock


def on_attempt_completed(event: Event) -> None:
    """All has come in: look at what was noticed and answered. The scores stand already, and stay."""
    known = lock_step_request(event.data["step_request_id"])
    if known is None or known[1].is_going:
        return
    update_flags(lock(Attempt, event.data["attempt_id"]), now=event.occurred_at)


def update_flags(attempt: Attempt, *, now: datetime) -> None:
    """Keep what is found on a locked attempt, each flag once; found again, nothing changes.

    A dismissed one stays as it was dismissed; one that is not found any more stays too.
    """
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
        elif flag.dismissed_at is None and (flag.grade, flag.facts) != (found.grade, dict(found.facts)):
            flag.grade, flag.facts = found.grade, dict(found.facts)
            flag.save(update_fields=["grade", "facts"])


def find_flags(attempt: Attempt) -> list[Finding]:
    """All flags on an attempt, as its rows are now."""
    found: list[Finding | None] = []
    noticed = Noticed.objects.of(attempt.organisation).filter(part__attempt=attempt).order_by("pk")
    rows = list(noticed)
    for part in parts_of(attempt):
        found += _of_part(part, [row for row in rows if row.part_id == part.pk])
    return [flag for flag in found if flag is not None]


def text_lengths(items: Sequence[Item], answers: Mapping[str, Json]) -> dict[str, int]:
    """The length in characters of each text that was answered, by item."""
    return {
        item.id: len(text)
        for item in items
        if isinstance(item, CustomQuestion)
        and item.is_written
        and isinstance(text := answers.get(item.id), str)
    }


def _of_part(part: AttemptPart, noticed: Sequence[Noticed]) -> list[Finding | None]:
    key, timed = str(part.order), part.part.minutes is not None
    answers = read_answers(part)
    items = visible_items(part, answers)
    content = content_of(part.version)
    times = Counter(row.what for row in noticed)
    left = [Left(row.item, row.amount or 0) for row in noticed if row.what == Noticed.What.LEFT]
    pasted = [Pasted(row.item, row.amount or 0) for row in noticed if row.what == Noticed.What.PASTED]
    found = [
        pasted_flag(key=key, pasted=pasted, texts=text_lengths(items, answers)),
        fast_flag(key=key, answers=_paces(part, items, timed=timed), measured=timed),
        line_broke_flag(key=key, times=times[Noticed.What.BROKE]),
        second_window_flag(key=key, times=times[Noticed.What.SECOND]),
    ]
    if isinstance(content, Instrument):
        values = {item: value for item, value in answers.items() if isinstance(value, int)}
        found += [
            look(key=key, instrument=content, form=part.form, answers=values)
            for look in (straight_line_flag, contradiction_flag)
        ]
    else:
        shown = min(part.at, len(items)) if timed else len(items)
        found.append(left_page_flag(key=key, left=left, timed=timed, items=shown))
    return found


def _paces(part: AttemptPart, items: Sequence[Item], *, timed: bool) -> list[Timed]:
    rows = {answer.item: answer for answer in part.answers.all()}
    if timed:
        known = {item: row.seconds for item, row in rows.items() if row.seconds is not None}
    else:
        answered = {item: row.answered_at for item, row in rows.items()}
        known = seconds_between([item.id for item in items], answered, begun_at=part.begun_at)
    return [Timed(known[item.id], item.reading_seconds()) for item in items if item.id in known]
