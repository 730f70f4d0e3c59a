"""Answers as rows to show: what was asked, what was answered, in words, nothing computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext

from goodword.questionnaires import labels
from goodword.questionnaires.confirmations import CONFIRMED, CORRECTED, UNSURE
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    Adjectives,
    Agreement,
    Between,
    Date,
    DatesConfirm,
    MultipleChoice,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    RelationshipConfirm,
    SingleChoice,
    Stated,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question and its answer for display; all texts are plain, to be escaped where they are shown.

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


def rows(
    questions: Sequence[Question], answers: Mapping[str, Json], *, stated: Stated | None = None
) -> tuple[Row, ...]:
    """One row a question, in their order, from stored answers by question id (see `answers.py`).

    Labels of the page ("Yes", month names) are in the active language, the rest as the version has it.
    """
    return tuple(_row(question, answers.get(question.id), stated or Stated()) for question in questions)


def _row(question: Question, value: Json, stated: Stated) -> Row:
    words = _words(question, value) if value is not None else {"answer": ""}
    if isinstance(question, Between):
        words |= {"left": question.left, "right": question.right}
    if isinstance(question, Rating | Agreement):
        words["competency"] = question.competency
    said = _stated(question, stated)
    return Row(
        question_id=question.id,
        kind=question.kind,
        question=question.text,
        answered=value is not None,
        stated=said,
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
        case Number():
            return {"answer": labels.number(cast(float, value), question.unit)}
        case Date():
            return {"answer": labels.day(str(value))}
        case Period():
            months = cast(Mapping[str, str | None], value)
            return {"answer": labels.period(str(months["from"]), months["to"])}
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
    return {"answer": str(value)}


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


def _confirmation(question: Question, value: Mapping[str, str | None]) -> dict[str, Any]:
    verdict = str(value["answer"])
    if verdict == UNSURE:
        return {"answer": gettext("Not sure"), "verdict": UNSURE}
    given = _fact(question, value)
    if verdict == CONFIRMED:
        return {"answer": gettext("Confirmed: %(fact)s") % {"fact": given}, "verdict": CONFIRMED}
    return {"answer": given, "verdict": CORRECTED}


def _fact(question: Question, value: Mapping[str, str | None]) -> str:
    match question:
        case DatesConfirm():
            return labels.period(str(value["from"]), value["to"])
        case RelationshipConfirm():
            return labels.relationships().get(str(value["relationship"]), str(value["relationship"]))
    return str(value["title"])


def _stated(question: Question, stated: Stated) -> str:
    match question:
        case DatesConfirm():
            return labels.period(stated.from_month, stated.to_month) if stated.from_month else ""
        case RelationshipConfirm():
            return labels.relationships().get(stated.relationship, stated.relationship)
        case TitleConfirm():
            return stated.title
    return ""
