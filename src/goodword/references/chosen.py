"""One question of a check's results, and one answer to it: the numbers behind it, and its words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from goodword.questionnaires import labels
from goodword.questionnaires.rendered_answers import render_answers
from goodword.questionnaires.types import (
    PLACES,
    RATING_LEVELS,
    Adjectives,
    Agreement,
    Between,
    Level,
    LongText,
    MultipleChoice,
    Question,
    Rating,
    SingleChoice,
    WouldWorkAgain,
    YesNoUnsure,
)
from goodword.references.found import Answer, Asked, Received


def frame_of(question: Question) -> Asked:
    """The question with nothing answered yet."""
    options = _options(question)
    return Asked(
        id=question.id,
        kind=_kind(question),
        text=question.text,
        own_text="",
        competency=question.competency if isinstance(question, Rating | Agreement) else "",
        levels=_levels(question),
        options=tuple(enumerate(options.values(), start=1)),
        ends=(question.left, question.right) if isinstance(question, Between) else ("", ""),
        pick=question.pick if isinstance(question, Adjectives) else 0,
        multiple=isinstance(question, MultipleChoice | Adjectives),
        groups=(),
        unasked="",
        not_asked=(),
        left_open=(),
    )


def answer_of(question: Question, given: Any, *, by: Received) -> Answer:
    """A stored answer in words; a long text is all comment."""
    [row] = render_answers([question], {question.id: given})
    text = isinstance(question, LongText)
    return Answer(
        by=by,
        words="" if text else row.answer,
        detail=row.detail,
        comment=row.answer if text else row.comment,
        values=values_in(question, given),
    )


def values_in(question: Question, given: Any) -> tuple[int, ...]:
    """The level of a rating, the place between two statements, or the numbers of the options that were chosen."""
    match question:
        case Rating() | Agreement():
            return (given["level"],) if given["level"] else ()
        case Between():
            return (given["place"],) if given["place"] else ()
    numbers = {value: number for number, value in enumerate(_options(question), start=1)}
    match given:
        case _ if not numbers:
            return ()
        case {"answer": value} | str(value):
            return (numbers[value],)
    return tuple(numbers[value] for value in given)


def unasked_because(question: Question, questions: Sequence[Question]) -> str:
    """Why not everybody was asked, in a sentence or two; empty if everybody was."""
    sentences = []
    if question.only_for:
        known = labels.relationships()
        who = ", ".join(known[relationship] for relationship in question.only_for)
        sentences.append(gettext("Asked only of: %(who)s.") % {"who": who})
    if question.when is not None:
        earlier = next(one for one in questions if one.id == question.when.question)
        words = _option_words(earlier)
        sentences.append(
            gettext("Asked only after the answer %(answers)s to “%(question)s”.")
            % {
                "answers": ", ".join(f"“{words.get(value, value)}”" for value in question.when.values),
                "question": earlier.text,
            }
        )
    return " ".join(sentences)


def _kind(question: Question) -> str:
    match question:
        case Rating() | Agreement() | Between() | Adjectives():
            return question.type
        case LongText():
            return "text"
    return "choice" if _options(question) else "line"


def _levels(question: Question) -> tuple[Level, ...]:
    match question:
        case Rating():
            return question.levels
        case Agreement():
            return tuple(Level(value, _agreement(question, value), "") for value in RATING_LEVELS)
        case Between():
            return tuple(Level(value, "", "") for value in PLACES)
    return ()


def _agreement(question: Agreement, level: int) -> str:
    [row] = render_answers([question], {question.id: {"level": level, "not_able": False, "comment": ""}})
    return row.answer


def _options(question: Question) -> Mapping[str, str]:
    """The labels of what there is to choose, by value, in the order of the question."""
    match question:
        case SingleChoice() | MultipleChoice() | Adjectives():
            return {choice.value: choice.label for choice in question.choices}
        case YesNoUnsure():
            return labels.yes_no_unsure()
        case WouldWorkAgain():
            return labels.would_work_again()
    return {}


def _option_words(question: Question) -> Mapping[str, str]:
    return _options(question) or {str(level.value): level.label for level in _levels(question)}
