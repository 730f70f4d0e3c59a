"""Fills names into the texts of questions."""

import re
from collections.abc import Sequence
from dataclasses import replace

from goodword.questionnaires.types import Question, Rating

_PLACE = re.compile(r"\{(candidate|company)\}")


def worded(questions: Sequence[Question], *, candidate: str, company: str = "") -> tuple[Question, ...]:
    """The same questions with `{candidate}` and `{company}` filled in, in text, help and examples.

    Every other brace stays as it is, and names are put in as they are: one that looks like a placeholder is
    not filled again.
    """
    return tuple(_worded(question, {"candidate": candidate, "company": company}) for question in questions)


def _worded(question: Question, names: dict[str, str]) -> Question:
    def fill(text: str) -> str:
        return _PLACE.sub(lambda found: names[found[1]], text)

    filled = replace(question, text=fill(question.text), help=fill(question.help))
    if isinstance(filled, Rating):
        levels = tuple(replace(level, example=fill(level.example)) for level in filled.levels)
        return replace(filled, levels=levels)
    return filled
