"""Fills names into the texts of questions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from goodword.questionnaires.types import (
    Adjectives,
    Between,
    Choice,
    MultipleChoice,
    Question,
    Ranking,
    Rating,
    SingleChoice,
)

_PLACE = re.compile(r"\{(candidate|company)\}")


def worded(questions: Sequence[Question], *, candidate: str, company: str = "") -> tuple[Question, ...]:
    """The same questions with `{candidate}` and `{company}` filled in, in every text that people read.

    Every other brace stays as it is, and names are put in as they are: one that looks like a placeholder is
    not filled again.
    """
    names = {"candidate": candidate, "company": company}

    def fill(text: str) -> str:
        return _PLACE.sub(lambda found: names[found[1]], text)

    return tuple(_worded(question, fill) for question in questions)


def _worded(question: Question, fill: Callable[[str], str]) -> Question:
    filled = replace(
        question,
        text=fill(question.text),
        help=fill(question.help),
        self_text=fill(question.self_text),
    )
    match filled:
        case Rating():
            levels = tuple(
                replace(level, label=fill(level.label), example=fill(level.example))
                for level in filled.levels
            )
            return replace(filled, levels=levels)
        case SingleChoice() | MultipleChoice() | Adjectives() | Ranking():
            return replace(filled, choices=tuple(_choice(choice, fill) for choice in filled.choices))
        case Between():
            return replace(filled, left=fill(filled.left), right=fill(filled.right))
    return filled


def _choice(choice: Choice, fill: Callable[[str], str]) -> Choice:
    return replace(choice, label=fill(choice.label))
