from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never, cast

from django.utils.dates import MONTHS
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext

from goodword.core.validation import Json
from goodword.questionnaires.types import (
    CONFIRMED,
    CORRECTED,
    UNSURE,
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

NOT_ABLE = "not_able"


def yes_no_unsure() -> Mapping[str, str]:
    return {"yes": gettext("Yes"), "no": gettext("No"), "unsure": gettext("Not sure")}


def would_work_again() -> Mapping[str, str]:
    return {
        "yes": gettext("Yes"),
        "yes_with_reservations": gettext("Yes, with reservations"),
        "no": gettext("No"),
        "prefer_not_to_say": gettext("I prefer not to say"),
    }


def agreement() -> Mapping[int, str]:
    return {
        1: gettext("Strongly disagree"),
        2: gettext("Disagree"),
        3: gettext("Neither agree nor disagree"),
        4: gettext("Agree"),
        5: gettext("Strongly agree"),
    }


def between(left: str, right: str) -> Mapping[int, str]:
    return {
        1: gettext("Much more like: %(statement)s") % {"statement": left},
        2: gettext("A little more like: %(statement)s") % {"statement": left},
        3: gettext("Both equally"),
        4: gettext("A little more like: %(statement)s") % {"statement": right},
        5: gettext("Much more like: %(statement)s") % {"statement": right},
    }


def between_words() -> Mapping[int, str]:
    return {
        1: pgettext("place between two statements", "Much more"),
        2: pgettext("place between two statements", "A little more"),
        3: pgettext("place between two statements", "Both equally"),
        4: pgettext("place between two statements", "A little more"),
        5: pgettext("place between two statements", "Much more"),
    }


def choose_exactly(count: int) -> str:
    return ngettext("Choose exactly %(count)s.", "Choose exactly %(count)s.", count) % {"count": count}


def choose_some(least: int, most: int, *, of: int) -> str:
    if least == most:
        return choose_exactly(least)
    if least > 1 and most < of:
        return gettext("Choose %(least)s to %(most)s.") % {"least": least, "most": most}
    if least > 1:
        return ngettext("Choose at least %(count)s.", "Choose at least %(count)s.", least) % {"count": least}
    if most < of:
        return ngettext("Choose at most %(count)s.", "Choose at most %(count)s.", most) % {"count": most}
    return gettext("Choose all that apply.")


def relationships() -> Mapping[str, str]:
    return {
        "manager": pgettext("relationship", "Manager"),
        "peer": pgettext("relationship", "Colleague"),
        "direct_report": pgettext("relationship", "Direct report"),
        "client": pgettext("relationship", "Client"),
        "teacher": pgettext("relationship", "Teacher"),
        "fellow_student": pgettext("relationship", "Fellow student"),
        "other": pgettext("relationship", "Other"),
    }


def relationships_as_asked() -> Mapping[str, str]:
    return {
        "manager": gettext("Their manager"),
        "peer": gettext("A colleague"),
        "direct_report": gettext("Someone who reported to them"),
        "client": gettext("A client"),
        "teacher": gettext("A teacher"),
        "fellow_student": gettext("A fellow student"),
        "other": gettext("Something else"),
    }


def not_able() -> str:
    return gettext("I can't judge this")


def month(value: str) -> str:
    year, number = value.split("-")
    return f"{MONTHS[int(number)]} {year}"


def day(value: str) -> str:
    year, number, of_month = value.split("-")
    words = {"day": int(of_month), "month": MONTHS[int(number)], "year": year}
    return gettext("%(day)s %(month)s %(year)s") % words


def number(value: float, unit: str) -> str:
    """For example "7.5 hours"."""
    return f"{written_number(value)} {unit}".strip()


def written_number(value: float) -> str:
    return str(number_format(exact(value)))


def exact(value: float) -> Decimal:
    """Return the number as it was written: 0.1 without a float's error, 5 instead of 5.0."""
    exact = Decimal(str(value))
    whole = exact.to_integral_value()
    return whole if exact == whole else exact


def period(from_month: str, to_month: str | None) -> str:
    """For example "March 2021 to August 2023", "since March 2021" (`to_month` is None), or a single month."""
    if to_month is None:
        return gettext("since %(month)s") % {"month": month(from_month)}
    if to_month == from_month:
        return month(from_month)
    return gettext("%(first)s to %(last)s") % {"first": month(from_month), "last": month(to_month)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedAnswer:
    """A question and its answer in plain text.

    `detail`: the example of the rated level. `place`, `left` and `right` are for positions between statements;
    `verdict` ("confirmed", "corrected", "unsure") and `stated` are for confirmations.
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
    """`answers`: stored answers by question id. Our own labels ("Yes", names of months) are in the active language."""
    return tuple(_render(question, answers.get(question.id), stated or Stated()) for question in questions)


def _render(question: Question, value: Json, stated: Stated) -> RenderedAnswer:
    words = _answer_parts(question, value) if value is not None else {"answer": ""}
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


def _answer_parts(question: Question, value: Json) -> dict[str, Any]:
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
            return {"answer": ", ".join(f"{place}. {named[ranked]}" for place, ranked in order)}
        case YesNoUnsure():
            return _chosen(yes_no_unsure(), cast(Mapping[str, str], value))
        case WouldWorkAgain():
            return _chosen(would_work_again(), cast(Mapping[str, str], value))
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return _confirmation(question, cast(Mapping[str, str | None], value))
        case _:
            return {"answer": _entered(question, value)}


def _entered(question: Entered, value: Json) -> str:
    match question:
        case Number():
            return number(cast(float, value), question.unit)
        case Date():
            return day(str(value))
        case Period():
            months = cast(Mapping[str, str | None], value)
            return period(str(months["from"]), months["to"])
        case LongText() | ShortText():
            return str(value)
        case _:
            assert_never(question)


def _rating(question: Rating, value: Mapping[str, Any]) -> dict[str, Any]:
    if value["not_able"]:
        return {"answer": not_able(), "comment": value["comment"]}
    level = question.levels[value["level"] - 1]
    return {
        "answer": level.label,
        "detail": level.example,
        "level": level.value,
        "comment": value["comment"],
    }


def _agreement(value: Mapping[str, Any]) -> dict[str, Any]:
    if value["not_able"]:
        return {"answer": not_able(), "comment": value["comment"]}
    level = value["level"]
    return {"answer": agreement()[level], "level": level, "comment": value["comment"]}


def _between(question: Between, value: Mapping[str, Any]) -> dict[str, Any]:
    if value["not_able"]:
        return {"answer": not_able()}
    place = value["place"]
    return {"answer": between(question.left, question.right)[place], "place": place}


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
            return period(str(value["from"]), value["to"])
        case RelationshipConfirm():
            return relationships().get(str(value["relationship"]), str(value["relationship"]))
        case TitleConfirm():
            return str(value["title"])
        case _:
            assert_never(question)


def _stated(question: Question, stated: Stated) -> str:
    match question:
        case DatesConfirm():
            return period(stated.from_month, stated.to_month) if stated.from_month else ""
        case RelationshipConfirm():
            return relationships().get(stated.relationship, stated.relationship)
        case TitleConfirm():
            return stated.title
    return ""
