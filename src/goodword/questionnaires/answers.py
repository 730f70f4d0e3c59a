"""From what was sent to the value that is stored, or a sentence about what is missing.

The stored shapes, by question type (None everywhere: an optional question left open):

| type | value |
|---|---|
| rating | `{"level": 1-5 or null, "not_able": bool, "comment": str}` |
| single_choice | the choice's value |
| multiple_choice | list of values, in the question's order |
| yes_no_unsure | `{"answer": "yes", "no" or "unsure", "comment": str}` |
| would_work_again | the same with "yes", "yes_with_reservations", "no" or "prefer_not_to_say" |
| long_text, short_text | str |
| relationship_confirm | `{"answer": "confirmed" or "corrected", "relationship": str}` |
| dates_confirm | `{"answer": "confirmed", "corrected" or "unsure", "from": "YYYY-MM" or null, "to": same}` |
| title_confirm | `{"answer": "confirmed", "corrected" or "unsure", "title": str}` |

What is sent has the same shape; a level may be text, dates may have `"ongoing": bool` beside them, and a
month may be `{"year": "2021", "month": "3"}`. A stored `to` is null while the work goes on. Where nothing was
stated there is nothing to confirm, and what is given is stored as "corrected". A stored value is itself a
valid answer.
"""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext, ngettext

from goodword.questionnaires import confirmations
from goodword.questionnaires.incoming import AnswerError, comment_of, one_of, parts, text_of, unreadable
from goodword.questionnaires.labels import NOT_ABLE, would_work_again, yes_no_unsure
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    DatesConfirm,
    LongText,
    MultipleChoice,
    Question,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    Stated,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)

__all__ = ["AnswerError", "validate"]


def validate(
    question: Question, raw: object, *, stated: Stated | None = None, today: date | None = None
) -> Json:
    """The value to store for an answer, in the shape of the table above.

    `raw` is untrusted: anything that was posted or sent as JSON. `stated` is what the candidate stated, for
    the questions that confirm it. With `today`, a period that begins or ends after this month is refused.
    Raises `AnswerError` with a sentence and the part of the answer it is about.
    """
    known = stated or Stated()
    match question:
        case Rating():
            return _rating(question, raw)
        case SingleChoice():
            return _single(question, raw)
        case MultipleChoice():
            return _multiple(question, raw)
        case YesNoUnsure():
            return _with_comment(question, raw, yes_no_unsure(), comment=question.comment)
        case WouldWorkAgain():
            return _with_comment(question, raw, would_work_again(), comment=question.comment)
        case LongText():
            return _text(question, raw, longest=question.longest, one_line=False)
        case ShortText():
            return _text(question, raw, longest=question.longest, one_line=True)
        case RelationshipConfirm():
            return confirmations.relationship(question, raw, stated=known)
        case DatesConfirm():
            return confirmations.dates(question, raw, stated=known, today=today)
        case TitleConfirm():
            return confirmations.title(question, raw, stated=known)
    raise TypeError(f"no rule for answers to {type(question).__name__}")


def _rating(question: Rating, raw: object) -> Json:
    given = parts(raw, alone="level")
    comment = comment_of(given, asked=question.comment)
    level = given.get("level")
    if isinstance(level, int) and not isinstance(level, bool):
        level = str(level)
    passed = {NOT_ABLE} if question.can_pass else set()
    chosen = one_of(level, passed | {str(known.value) for known in question.levels})
    if given.get("not_able") is True and question.can_pass and not chosen:
        chosen = NOT_ABLE
    if chosen == NOT_ABLE:
        return {"level": None, "not_able": True, "comment": comment}
    if chosen:
        return {"level": int(chosen), "not_able": False, "comment": comment}
    if not question.required and not comment:
        return None
    if question.can_pass:
        raise AnswerError(
            gettext("Choose the level that fits best, or that you cannot judge this."), part="level"
        )
    raise AnswerError(gettext("Choose the level that fits best."), part="level")


def _single(question: SingleChoice, raw: object) -> Json:
    chosen = one_of(raw, {choice.value for choice in question.choices})
    if not chosen and question.required:
        raise AnswerError(gettext("Choose one of the answers."))
    return chosen or None


def _multiple(question: MultipleChoice, raw: object) -> Json:
    given = [] if raw is None or raw == "" else raw
    if not isinstance(given, list | tuple):
        raise unreadable()
    offered = [choice.value for choice in question.choices]
    chosen = {one_of(value, offered) for value in given} - {""}
    if not chosen and not question.required:
        return None
    if len(chosen) < question.least:
        sentence = ngettext(
            "Choose at least %(count)s answer.", "Choose at least %(count)s answers.", question.least
        )
        raise AnswerError(sentence % {"count": question.least})
    if len(chosen) > question.most:
        sentence = ngettext(
            "Choose at most %(count)s answer.", "Choose at most %(count)s answers.", question.most
        )
        raise AnswerError(sentence % {"count": question.most})
    return [value for value in offered if value in chosen]


def _with_comment(question: Question, raw: object, labels: Mapping[str, str], *, comment: bool) -> Json:
    given = parts(raw, alone="answer")
    said = comment_of(given, asked=comment)
    chosen = one_of(given.get("answer"), labels)
    if chosen:
        return {"answer": chosen, "comment": said}
    if not question.required and not said:
        return None
    raise AnswerError(gettext("Choose one of the answers."), part="answer")


def _text(question: Question, raw: object, *, longest: int, one_line: bool) -> Json:
    text = text_of(raw, longest=longest, one_line=one_line)
    if text:
        return text
    if question.required:
        raise AnswerError(gettext("Please write something here. One sentence is enough."))
    return None
