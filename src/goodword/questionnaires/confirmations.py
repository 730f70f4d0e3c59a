"""Answers to the questions that ask to confirm or correct what the candidate stated."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext

from goodword.questionnaires.incoming import AnswerError, one_of, parts, text_of, unreadable
from goodword.questionnaires.months import read_period
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    LONGEST_LINE,
    RELATIONSHIPS,
    DatesConfirm,
    Question,
    RelationshipConfirm,
    Stated,
    TitleConfirm,
)

CONFIRMED, CORRECTED, UNSURE = "confirmed", "corrected", "unsure"


def is_stated(question: Question, stated: Stated) -> bool:
    """Whether there is something to confirm; otherwise the question asks openly."""
    match question:
        case RelationshipConfirm():
            return bool(stated.relationship)
        case DatesConfirm():
            return stated.from_month is not None
        case TitleConfirm():
            return bool(stated.title)
    return False


def relationship(question: RelationshipConfirm, raw: object, *, stated: Stated) -> Json:
    """`{"answer": "confirmed" or "corrected", "relationship": one of RELATIONSHIPS}`."""
    given = parts(raw, alone="answer")
    answer = _answer(question, given, stated=stated, allowed=(CONFIRMED, CORRECTED))
    if answer is None:
        return None
    if answer == CONFIRMED:
        return {"answer": CONFIRMED, "relationship": stated.relationship}
    value = one_of(given.get("relationship"), RELATIONSHIPS)
    if not value:
        if not is_stated(question, stated) and not question.required:
            return None
        raise AnswerError(gettext("Choose the relationship."), part="relationship")
    return {"answer": CORRECTED, "relationship": value}


def title(question: TitleConfirm, raw: object, *, stated: Stated) -> Json:
    """`{"answer": "confirmed", "corrected" or "unsure", "title": str}`; no title when unsure."""
    given = parts(raw, alone="answer")
    answer = _answer(question, given, stated=stated, allowed=(CONFIRMED, CORRECTED, UNSURE))
    if answer is None:
        return None
    if answer == CONFIRMED:
        return {"answer": CONFIRMED, "title": stated.title}
    if answer == UNSURE:
        return {"answer": UNSURE, "title": ""}
    value = text_of(given.get("title"), longest=LONGEST_LINE, one_line=True, part="title")
    if not value:
        raise AnswerError(gettext("Enter the job title as you know it."), part="title")
    return {"answer": CORRECTED, "title": value}


def dates(question: DatesConfirm, raw: object, *, stated: Stated, today: date | None) -> Json:
    """`{"answer": "confirmed", "corrected" or "unsure", "from": month or None, "to": month or None}`.

    A corrected period needs its first month, and its last month unless it goes on. Refused are months that
    cross and, with `today`, a period that begins or ends after this month.
    """
    given = parts(raw, alone="answer")
    answer = _answer(question, given, stated=stated, allowed=(CONFIRMED, CORRECTED, UNSURE))
    if answer is None:
        return None
    if answer == CONFIRMED:
        return {"answer": CONFIRMED, "from": stated.from_month, "to": stated.to_month}
    if answer == UNSURE:
        return {"answer": UNSURE, "from": None, "to": None}
    period = read_period(given, this_month=f"{today:%Y-%m}" if today else None)
    if period is None:
        raise AnswerError(gettext("Enter the first month, with the year."), part="from")
    first, last = period
    return {"answer": CORRECTED, "from": first, "to": last}


def _answer(
    question: Question, given: Mapping[str, object], *, stated: Stated, allowed: tuple[str, ...]
) -> str | None:
    """How it was answered, None for an optional question left open.

    Where nothing was stated there is nothing to confirm: whatever is given counts as a correction.
    """
    chosen = one_of(given.get("answer"), allowed)
    if not is_stated(question, stated):
        if chosen == CONFIRMED:
            raise unreadable()
        anything = any(value for name, value in given.items() if name != "answer")
        return chosen or (CORRECTED if anything or question.required else None)
    if chosen:
        return chosen
    if question.required:
        raise AnswerError(_unanswered(question), part="answer")
    return None


def _unanswered(question: Question) -> str:
    # These share a page, so each says which of them is meant.
    match question:
        case RelationshipConfirm():
            return gettext("Say whether the relationship is right.")
        case DatesConfirm():
            return gettext("Say whether the dates are right, or that you are not sure.")
    return gettext("Say whether the job title is right, or that you are not sure.")
