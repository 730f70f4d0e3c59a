"""Which questions a person is asked: by their relationship, and by what they have answered so far."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from goodword.questionnaires.conditions import holds
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import CONFIRMING, Question, WouldWorkAgain


def asked_of(
    questions: Sequence[Question],
    *,
    relationship: str = "",
    answers: Mapping[str, Json] | None = None,
) -> tuple[Question, ...]:
    """The questions that are asked, in their order.

    Without a `relationship` those for some relationships only are among them. With `answers` (stored ones, by
    question id) a condition must hold by them; without, every question is there that some answer can bring up.
    What hangs on a question that is not asked is not asked either, whatever is still stored for that one.
    """
    asked: dict[str, Question] = {}
    for question in questions:
        if relationship and question.only_for and relationship not in question.only_for:
            continue
        when = question.when
        if when is not None:
            if when.question not in asked:
                continue
            if answers is not None and not holds(when, answers.get(when.question)):
                continue
        asked[question.id] = question
    return tuple(asked.values())


def for_self(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions as somebody answers them about themself.

    `self_text` stands in place of the text. What confirms a statement and whether one would work together
    again are left out, and with them whatever hangs on those.
    """
    return asked_of(
        [
            replace(question, text=question.self_text or question.text, self_text="")
            for question in questions
            if not isinstance(question, (*CONFIRMING, WouldWorkAgain))
        ]
    )
