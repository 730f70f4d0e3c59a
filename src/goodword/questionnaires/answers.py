"""From what was sent to the value that is stored, or a sentence about what is missing.

The stored shapes, by question type (None everywhere: an optional question left open):

| type | value |
|---|---|
| rating, agreement | `{"level": 1-5 or null, "not_able": bool, "comment": str}` |
| single_choice | the choice's value |
| multiple_choice, adjectives | list of values, in the question's order |
| ranking | list of all values, the first place first |
| between | `{"place": 1-5 or null, "not_able": bool}` |
| yes_no_unsure | `{"answer": "yes", "no" or "unsure", "comment": str}` |
| would_work_again | the same with "yes", "yes_with_reservations", "no" or "prefer_not_to_say" |
| long_text, short_text | str |
| number | a number, whole where the question has no decimals |
| date | "YYYY-MM-DD" |
| period | `{"from": "YYYY-MM", "to": "YYYY-MM" or null}` |
| relationship_confirm | `{"answer": "confirmed" or "corrected", "relationship": str}` |
| dates_confirm | `{"answer": "confirmed", "corrected" or "unsure", "from": "YYYY-MM" or null, "to": same}` |
| title_confirm | `{"answer": "confirmed", "corrected" or "unsure", "title": str}` |

What is sent has the same shape; a level, a place or a number may be text, dates may have `"ongoing": bool`
beside them, and a month may be `{"year": "2021", "month": "3"}`, a day that with "day"; a ranking may be
`{value: its place}`. A stored `to` is null while it goes on. Where nothing was stated there is nothing to
confirm, and what is given is stored as "corrected". A stored value is itself a valid answer.
"""

from datetime import date

from django.utils.translation import gettext

from goodword.questionnaires import confirmations
from goodword.questionnaires.choosing import choose
from goodword.questionnaires.incoming import AnswerError, parts, text_of
from goodword.questionnaires.months import read_day, read_period
from goodword.questionnaires.numbers import read_number
from goodword.questionnaires.ranking import rank
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    Adjectives,
    Agreement,
    Between,
    Date,
    DatesConfirm,
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

__all__ = ["AnswerError", "validate"]


def validate(
    question: Question, raw: object, *, stated: Stated | None = None, today: date | None = None
) -> Json:
    """The value to store for an answer, in the shape of the table above.

    `raw` is untrusted: anything that was posted or sent as JSON. `stated` is what the candidate stated, for
    the questions that confirm it. With `today`, a confirmed period that begins or ends after this month is
    refused. Raises `AnswerError` with a sentence and the part of the answer it is about.
    """
    known = stated or Stated()
    match question:
        case Rating() | Agreement() | Between():
            return choose(question, raw)
        case SingleChoice() | MultipleChoice() | Adjectives() | YesNoUnsure() | WouldWorkAgain():
            return choose(question, raw)
        case Ranking():
            return rank(question, raw)
        case RelationshipConfirm():
            return confirmations.relationship(question, raw, stated=known)
        case DatesConfirm():
            return confirmations.dates(question, raw, stated=known, today=today)
        case TitleConfirm():
            return confirmations.title(question, raw, stated=known)
    return _entered(question, raw)


def _entered(question: Question, raw: object) -> Json:
    match question:
        case LongText():
            return _text(question, raw, longest=question.longest, one_line=False)
        case ShortText():
            return _text(question, raw, longest=question.longest, one_line=True)
        case Number():
            return _needed(question, read_number(question, raw), gettext("Enter a number."))
        case Date():
            sentence = gettext("Enter the date: day, month and year.")
            return _needed(question, read_day(raw), sentence)
        case Period():
            return _period(question, raw)
    raise TypeError(f"no rule for answers to {type(question).__name__}")


def _text(question: Question, raw: object, *, longest: int, one_line: bool) -> Json:
    text = text_of(raw, longest=longest, one_line=one_line)
    if text:
        return text
    if question.required:
        raise AnswerError(gettext("Please write something here. One sentence is enough."))
    return None


def _needed(question: Question, value: Json, sentence: str) -> Json:
    """The value, or the sentence if there is none and the question wants one."""
    if value is None and question.required:
        raise AnswerError(sentence)
    return value


def _period(question: Period, raw: object) -> Json:
    period = read_period(parts(raw, alone="from"))
    if period is None:
        if question.required:
            raise AnswerError(gettext("Enter the first month, with the year."), part="from")
        return None
    first, last = period
    return {"from": first, "to": last}
