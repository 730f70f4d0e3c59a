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

_PLACE = re.compile(r"(?:\b(?P<elided>[dD]e|[qQ]ue) )?\{(?P<name>candidate|company)\}")
_VOWEL = re.compile(r"[aeiouàâäæéèêëîïôöœùûü]", re.IGNORECASE)


def fill_placeholders(
    questions: Sequence[Question], *, candidate: str, company: str = "", language: str = ""
) -> tuple[Question, ...]:
    """The same questions with `{candidate}` and `{company}` filled in, in every text that people read.

    Every other brace stays as it is, and names are put in as they are: one that looks like a placeholder is
    not filled again. In French, "de" and "que" are elided before a vowel.
    """
    names = {"candidate": candidate, "company": company}
    is_french = language.partition("-")[0] == "fr"

    def put(found: re.Match[str]) -> str:
        name, before = names[found["name"]], found["elided"]
        if not before:
            return name
        return f"{before[:-1]}’{name}" if is_french and _VOWEL.match(name) else f"{before} {name}"

    def fill(text: str) -> str:
        return _PLACE.sub(put, text)

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
