"""Answers in readable form: what was asked and what was answered, nothing computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never, cast

from django.utils.translation import gettext

from goodword.questionnaires import labels
from goodword.questionnaires.answers import CONFIRMED, CORRECTED, UNSURE
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    Adjectives,
    Agreement,
    Between,
    Confirmation,
    Date,
    DatesConfirm,
    Entered,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    Stated,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedAnswer:
    """One question and its answer for display; all texts are plain, to be escaped by templates.

    `answer` is the answer in words, "" if the question was left open (`answered` is then false).
    `detail` is the behaviour that a rated level describes, `comment` what was added in own words.
    `competency` and `level` (1 to 5, None if not able to judge) are set for ratings and agreements only.
    `place` (1 to 5, None if not able to judge), `left` and `right` are set for places between statements only.
    `verdict` ("confirmed", "corrected", "unsure") and `stated` (in words) are set for confirmations only.
    """

    question_id: str
    kind: str
    question: str
    answer: str
    answered: bool
    detail: str = ""
    comment: str = ""
    competency: str = ""
    level: int | None = None
    place: int | None = None
    left: str = ""
    right: str = ""
    stated: str = ""
    verdict: str = ""


def render_answers(
    questions: Sequence[Question], answers: Mapping[str, Json], *, stated: Stated | None = None
) -> tuple[RenderedAnswer, ...]:
    """One for each question, in their order, from stored answers by question id (see `answers.py`).

    Labels of the page ("Yes", month names) are in the active language, the rest as the version has it.
    """
    return tuple(_render(question, answers.get(question.id), stated or Stated()) for question in questions)


def _render(question: Question, value: Json, stated: Stated) -> RenderedAnswer:
    words = _words(question, value) if value is not None else {"answer": ""}
    if isinstance(question, Between):
        words |= {"left": question.left, "right": question.right}
    if isinstance(question, Rating | Agreement):
        words["competency"] = question.competency
    return RenderedAnswer(
        question_id=question.id,
        kind=question.type,
        question=question.text,
        answered=value is not None,
        stated=_stated(question, stated),
        **words,
    )


def _words(question: Question, value: Json) -> dict[str, Any]:
    match question:
        case Rating():
            return _rating(question, cast(Mapping[str, Any], value))
        case SingleChoice():
            named = {choice.value: choice.label for choice in question.choices}
            return {"answer": named[str(value)]}
        case Agreement():
            return _agreement(cast(Mapping[str, Any], value))
        case Between():
            return _between(question, cast(Mapping[str, Any], value))
        case MultipleChoice() | Adjectives():
            chosen = set(cast(Sequence[str], value))
            return {
                "answer": ", ".join(choice.label for choice in question.choices if choice.value in chosen)
            }
        case Ranking():
            named = {choice.value: choice.label for choice in question.choices}
            order = enumerate(cast(Sequence[str], value), start=1)
            return {"answer": ", ".join(f"{place}. {named[one]}" for place, one in order)}
        case YesNoUnsure():
            return _chosen(labels.yes_no_unsure(), cast(Mapping[str, str], value))
        case WouldWorkAgain():
            return _chosen(labels.would_work_again(), cast(Mapping[str, str], value))
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return _confirmation(question, cast(Mapping[str, str | None], value))
        case _:
            return {"answer": _entered(question, value)}


def _entered(question: Entered, value: Json) -> str:
    match question:
        case Number():
            return labels.number(cast(float, value), question.unit)
        case Date():
            return labels.day(str(value))
        case Period():
            months = cast(Mapping[str, str | None], value)
            return labels.period(str(months["from"]), months["to"])
        case LongText() | ShortText():
            return str(value)
        case _:
            assert_never(question)


def _rating(question: Rating, value: Mapping[str, Any]) -> dict[str, Any]:
    if value["not_able"]:
        return {"answer": labels.not_able(), "comment": value["comment"]}
    level = question.levels[value["level"] - 1]
    return {
        "answer": level.label,
        "detail": level.example,
        "level": level.value,
        "comment": value["comment"],
    }


def _agreement(value: Mapping[str, Any]) -> dict[str, Any]:
    if value["not_able"]:
        return {"answer": labels.not_able(), "comment": value["comment"]}
    level = value["level"]
    return {"answer": labels.agreement()[level], "level": level, "comment": value["comment"]}


def _between(question: Between, value: Mapping[str, Any]) -> dict[str, Any]:
    if value["not_able"]:
        return {"answer": labels.not_able()}
    place = value["place"]
    return {"answer": labels.between(question.left, question.right)[place], "place": place}


def _chosen(named: Mapping[str, str], value: Mapping[str, str]) -> dict[str, Any]:
    return {"answer": named[value["answer"]], "comment": value["comment"]}


def _confirmation(question: Confirmation, value: Mapping[str, str | None]) -> dict[str, Any]:
    verdict = str(value["answer"])
    if verdict == UNSURE:
        return {"answer": gettext("Not sure"), "verdict": UNSURE}
    fact = _fact(question, value)
    if verdict == CONFIRMED:
        return {"answer": gettext("Confirmed: %(fact)s") % {"fact": fact}, "verdict": CONFIRMED}
    return {"answer": fact, "verdict": CORRECTED}


def _fact(question: Confirmation, value: Mapping[str, str | None]) -> str:
    match question:
        case DatesConfirm():
            return labels.period(str(value["from"]), value["to"])
        case RelationshipConfirm():
            return labels.relationships().get(str(value["relationship"]), str(value["relationship"]))
        case TitleConfirm():
            return str(value["title"])
        case _:
            assert_never(question)


def _stated(question: Question, stated: Stated) -> str:
    match question:
        case DatesConfirm():
            return labels.period(stated.from_month, stated.to_month) if stated.from_month else ""
        case RelationshipConfirm():
            return labels.relationships().get(stated.relationship, stated.relationship)
        case TitleConfirm():
            return stated.title
    return ""
