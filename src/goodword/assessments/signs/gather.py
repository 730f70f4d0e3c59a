"""From the rows of an attempt to what the pure functions take, and all that they find."""

from collections import Counter
from collections.abc import Mapping, Sequence

from goodword.assessments.content import content_of
from goodword.assessments.items import visible_items
from goodword.assessments.kinds.custom.items import CustomQuestion
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.models import Attempt, AttemptPart, Noticed
from goodword.assessments.psychometrics.speed import Timed
from goodword.assessments.queries import parts_of, read_answers
from goodword.assessments.signs.haste import between, fast_sign
from goodword.assessments.signs.leaving import Left, left_sign
from goodword.assessments.signs.line import broke_sign, second_sign
from goodword.assessments.signs.pasting import Pasted, pasted_sign
from goodword.assessments.signs.responses import contradiction_sign, straight_sign
from goodword.questionnaires.reading import Json
from goodword.steps.signs.found import Found


def gather(attempt: Attempt) -> list[Found]:
    """All signs on an attempt, as its rows are now."""
    found: list[Found | None] = []
    noticed = Noticed.objects.of(attempt.organisation).filter(part__attempt=attempt).order_by("pk")
    rows = list(noticed)
    for part in parts_of(attempt):
        found += _of_part(part, [row for row in rows if row.part_id == part.pk])
    return [sign for sign in found if sign is not None]


def texts_of(items: Sequence[Item], answers: Mapping[str, Json]) -> dict[str, int]:
    """The length in characters of each text that was answered, by item."""
    return {
        item.id: len(text)
        for item in items
        if isinstance(item, CustomQuestion)
        and item.is_written
        and isinstance(text := answers.get(item.id), str)
    }


def _of_part(part: AttemptPart, noticed: Sequence[Noticed]) -> list[Found | None]:
    key, timed = str(part.order), part.part.minutes is not None
    answers = read_answers(part)
    items = visible_items(part, answers)
    content = content_of(part.version)
    times = Counter(row.what for row in noticed)
    left = [Left(row.item, row.amount or 0) for row in noticed if row.what == Noticed.What.LEFT]
    pasted = [Pasted(row.item, row.amount or 0) for row in noticed if row.what == Noticed.What.PASTED]
    found = [
        pasted_sign(key=key, pasted=pasted, texts=texts_of(items, answers)),
        fast_sign(key=key, answers=_paces(part, items, timed=timed), measured=timed),
        broke_sign(key=key, times=times[Noticed.What.BROKE]),
        second_sign(key=key, times=times[Noticed.What.SECOND]),
    ]
    if isinstance(content, Instrument):
        values = {item: value for item, value in answers.items() if isinstance(value, int)}
        found += [
            look(key=key, instrument=content, form=part.form, answers=values)
            for look in (straight_sign, contradiction_sign)
        ]
    else:
        shown = min(part.at, len(items)) if timed else len(items)
        found.append(left_sign(key=key, left=left, timed=timed, items=shown))
    return found


def _paces(part: AttemptPart, items: Sequence[Item], *, timed: bool) -> list[Timed]:
    rows = {answer.item: answer for answer in part.answers.all()}
    if timed:
        known = {item: row.seconds for item, row in rows.items() if row.seconds is not None}
    else:
        answered = {item: row.answered_at for item, row in rows.items()}
        known = between([item.id for item in items], answered, begun_at=part.begun_at)
    return [Timed(known[item.id], item.reading_seconds()) for item in items if item.id in known]
