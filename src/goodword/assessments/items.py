"""The items of a part of an attempt, as assigned or drawn."""

from collections.abc import Mapping, Sequence
from typing import Final

from goodword.assessments.content import content_of
from goodword.assessments.kinds import kind_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.reasoning.generated import GeneratedItem, from_json
from goodword.assessments.models import AttemptPart, DrawnItem
from goodword.core.json_reading import Json

_MOST: Final = 4096
#: drawn items, which never change, by the id of their row: each request of a part reads them several times
_drawn: dict[int, GeneratedItem] = {}


def items_of(part: AttemptPart) -> tuple[Item, ...]:
    """The items of a part that count, in order; one query where they are drawn. `part` comes with version and test.

    Void items are left out: a fresh one takes their place. Generated items are drawn when the part begins; before that
    there are none.
    """
    content = content_of(part.version)
    kind, drawn = kind_of(content), list[tuple[str, GeneratedItem]]()
    if kind.is_generated:
        rows = sorted(
            (row for row in part.drawn.all() if row.voided_at is None), key=lambda row: row.position
        )
        drawn = [(row.item, _read(row)) for row in rows]
    items = kind.items(content, form=part.form, drawn=drawn, language=part.attempt.language)
    return tuple(item for item in items if item.id not in part.void)


def visible_items(part: AttemptPart, answers: Mapping[str, Json]) -> tuple[Item, ...]:
    """The items that this candidate is asked: custom questions only where their condition holds."""
    return kind_of(content_of(part.version)).visible(items_of(part), answers)


def practice_of(part: AttemptPart) -> tuple[Item, ...]:
    """Practice items before a part, in the active language; answers to them are never saved."""
    content = content_of(part.version)
    return kind_of(content).practice(content, form=part.form, language=part.attempt.language)


def count_of(part: AttemptPart) -> int:
    """How many items the form of a part has, also before they are drawn. No query."""
    return content_of(part.version).count(part.form)


def unanswered(items: Sequence[Item], answers: Mapping[str, Json]) -> list[int]:
    """The numbers, from 1, of the items without a complete answer."""
    return [
        number
        for number, item in enumerate(items, start=1)
        if item.id not in answers or not item.is_whole(answers[item.id])
    ]


def _read(row: DrawnItem) -> GeneratedItem:
    found = _drawn.get(row.pk)
    if found is None:
        found = from_json(row.content)
        if len(_drawn) >= _MOST:
            _drawn.clear()
        _drawn[row.pk] = found
    return found
