"""What an attempt was given: its parts, and the items of each, as fixed when it was assigned or drawn."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from goodword.assessments.content import Content, content_of
from goodword.assessments.given.asked import (
    Asked,
    OwnQuestion,
    Situation,
    Statement,
    Task,
    UnknownOption,
    asked_now,
)
from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.reasoning.content import Forms
from goodword.assessments.kinds.reasoning.item import Item, from_json
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.models import AttemptPart, DrawnItem
from goodword.questionnaires.reading import Json

__all__ = [
    "Asked",
    "OwnQuestion",
    "Situation",
    "Statement",
    "Task",
    "UnknownOption",
    "asked_in",
    "count_of",
    "instrument_of",
    "items_of",
    "shown_items",
]


def items_of(part: AttemptPart) -> tuple[Asked, ...]:
    """The items of a part that count, in the order in which they are given (one query where they are drawn).

    What was on screen as the line broke does not count, so that the next one stands in its place. Nothing was drawn
    before the part begins: then there are none. `part` comes with its version and test.
    """
    content = content_of(part.version)
    drawn: list[tuple[str, Item]] = []
    if isinstance(content, Forms):
        rows = [row for row in part.drawn.all() if row.voided_at is None]
        rows.sort(key=lambda row: row.position)
        drawn = [(row.item, _item(row.pk, _Held(row))) for row in rows]
    asked = asked_in(content, form=part.form, drawn=drawn, language=part.attempt.language)
    return tuple(item for item in asked if item.id not in part.void) if part.void else asked


class _Held:
    """Carries the row past the cache's key: an item that was drawn never changes."""

    def __init__(self, row: DrawnItem) -> None:
        self.row = row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4096)
def _item(pk: int, held: _Held) -> Item:
    """One item, read from its JSON once a process: it is asked for several times in each request of its part."""
    del pk
    return from_json(held.row.content)


def asked_in(
    content: Content, *, form: str, drawn: Sequence[tuple[str, Item]], language: str
) -> tuple[Asked, ...]:
    """The items of a form, from its content alone; of generated ones those that were `drawn`, with their ids. Pure."""
    match content:
        case Instrument():
            return tuple(
                Statement(id=item.id, item=item, instrument=content) for item in content.items_of(form)
            )
        case JudgementSet():
            return tuple(
                Situation(id=scenario.id, scenario=scenario, judgement=content)
                for scenario in content.scenarios
            )
        case QuestionSet():
            return tuple(OwnQuestion(id=question.id, question=question) for question in content.questions)
    return tuple(Task(id=key, drawn=item, language=language) for key, item in drawn)


def shown_items(part: AttemptPart, answers: Mapping[str, Json]) -> tuple[Asked, ...]:
    """The items that this candidate is asked: own questions only where their condition holds."""
    return asked_now(items_of(part), answers)


def count_of(part: AttemptPart) -> int:
    """How many items the form of a part has, also before they are drawn. No query."""
    content = content_of(part.version)
    match content:
        case Instrument():
            return len(content.items_of(part.form))
        case JudgementSet():
            return len(content.scenarios)
        case QuestionSet():
            return len(content.questions)
    return content.blueprint(part.form).n


def instrument_of(part: AttemptPart) -> Instrument:
    """The instrument of a part that is one of scales. Raises LookupError for another kind of test."""
    content = content_of(part.version)
    if not isinstance(content, Instrument):
        raise LookupError(f"Part {part.pk} is no test of scales.")
    return content


def unanswered(items: Sequence[Asked], answers: Mapping[str, Json]) -> list[int]:
    """The numbers of the items without a whole answer, counted from 1."""
    return [
        number
        for number, item in enumerate(items, start=1)
        if item.id not in answers or not item.is_whole(answers[item.id])
    ]
