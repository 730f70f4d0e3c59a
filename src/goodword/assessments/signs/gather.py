"""From the rows of an attempt to what the pure functions take, and all that they find."""

from collections import Counter
from collections.abc import Mapping, Sequence

from goodword.assessments.content import content_of
from goodword.assessments.given import Asked, OwnQuestion, Situation, Statement, Task, shown_items
from goodword.assessments.kinds.reasoning.item import Matrix
from goodword.assessments.kinds.reasoning.words import show
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
from goodword.questionnaires.timing import reading_seconds
from goodword.questionnaires.types import LongText, ShortText
from goodword.steps.signs.found import Found


def gather(attempt: Attempt) -> list[Found]:
    """All signs on an attempt, as its rows are now."""
    found: list[Found | None] = []
    noticed = Noticed.objects.of(attempt.organisation).filter(part__attempt=attempt).order_by("pk")
    rows = list(noticed)
    for part in parts_of(attempt):
        found += _of_part(part, [row for row in rows if row.part_id == part.pk])
    return [sign for sign in found if sign is not None]


def reading_of(item: Asked) -> float:
    """Seconds to read what an item asks, once; its answers, and what all items of a kind repeat, left out."""
    match item:
        case Statement() | OwnQuestion():
            return reading_seconds(item.text)
        case Situation():
            return reading_seconds(item.text) + sum(
                reading_seconds(action.text) for action in item.scenario.actions
            )
        case Task() if isinstance(item.drawn.task, Matrix):
            return 0
        case Task():
            shown = show(item.drawn, item.language)
            return sum(map(reading_seconds, shown.lines)) + reading_seconds(" ".join(shown.terms))


def texts_of(items: Sequence[Asked], answers: Mapping[str, Json]) -> dict[str, int]:
    """The length in characters of each text that was answered, by item."""
    return {
        item.id: len(text)
        for item in items
        if isinstance(item, OwnQuestion)
        and isinstance(item.question, LongText | ShortText)
        and isinstance(text := answers.get(item.id), str)
    }


def _of_part(part: AttemptPart, noticed: Sequence[Noticed]) -> list[Found | None]:
    key, timed = str(part.order), part.part.minutes is not None
    answers = read_answers(part)
    items = shown_items(part, answers)
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


def _paces(part: AttemptPart, items: Sequence[Asked], *, timed: bool) -> list[Timed]:
    rows = {answer.item: answer for answer in part.answers.all()}
    if timed:
        known = {item: row.seconds for item, row in rows.items() if row.seconds is not None}
    else:
        answered = {item: row.answered_at for item, row in rows.items()}
        known = between([item.id for item in items], answered, begun_at=part.begun_at)
    return [Timed(known[item.id], reading_of(item)) for item in items if item.id in known]
