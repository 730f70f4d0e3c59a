"""What may be said of an answer without saying who gave it: what was chosen, and of what was typed only that it was."""

from collections.abc import Mapping
from typing import Any

from goodword.assessments.kinds.custom.items import CustomQuestion
from goodword.assessments.kinds.items import Item
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    Adjectives,
    Agreement,
    Between,
    MultipleChoice,
    Ranking,
    Rating,
    SingleChoice,
    WouldWorkAgain,
    YesNoUnsure,
)

#: of these only what was chosen is kept, under these names
_CHOSEN = ("level", "not_able", "place", "answer")


def said(item: Item, value: Json) -> dict[str, Any]:
    """{"value": ...}, or {"left_out": kind of question} for texts, numbers, dates and files that somebody gave."""
    if not isinstance(item, CustomQuestion) or value is None:
        return {"value": value}
    match item.question:
        case SingleChoice() | MultipleChoice() | Adjectives() | Ranking():
            return {"value": value}
        case Rating() | Agreement() | Between() | YesNoUnsure() | WouldWorkAgain():
            if isinstance(value, Mapping):
                return {"value": {name: value[name] for name in _CHOSEN if name in value}}
    return {"left_out": item.question.type}
