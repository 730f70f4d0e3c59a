"""Validates answers: returns the value to store, or raises a sentence about the problem.

The stored shapes, by question type (None for all: an optional question without an answer):

| type | value |
|---|---|
| rating, agreement | `{"level": 1-5 or null, "not_able": bool, "comment": str}` |
| single_choice | the choice's value |
| multiple_choice, adjectives | list of values, in the question's order |
| ranking | list of all values, in their order |
| between | `{"place": 1-5 or null, "not_able": bool}` |
| yes_no_unsure | `{"answer": "yes", "no" or "unsure", "comment": str}` |
| would_work_again | the same with "yes", "yes_with_reservations", "no" or "prefer_not_to_say" |
| long_text, short_text | str |
| number | a number, whole if the question has no decimals |
| date | "YYYY-MM-DD" |
| period | `{"from": "YYYY-MM", "to": "YYYY-MM" or null}` |
| relationship_confirm | `{"answer": "confirmed" or "corrected", "relationship": str}` |
| dates_confirm | `{"answer": "confirmed", "corrected" or "unsure", "from": "YYYY-MM" or null, "to": same}` |
| title_confirm | `{"answer": "confirmed", "corrected" or "unsure", "title": str}` |

Input has the same shape, but levels, positions and numbers may be text, periods may have `"ongoing": bool`, a month may
be `{"year": "2021", "month": "3"}` (a day also has "day"), and a ranking may be `{value: rank}`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import assert_never

from django.utils.translation import gettext, ngettext

from goodword.core.validation import Json
from goodword.questionnaires import labels
from goodword.questionnaires.input_parsing import (
    AnswerError,
    comment_of,
    one_of,
    parts,
    raise_all,
    read_day,
    read_number,
    read_period,
    text_of,
    unreadable,
)
from goodword.questionnaires.labels import NOT_ABLE
from goodword.questionnaires.types import (
    CONFIRMED,
    CORRECTED,
    LONGEST_LINE,
    PLACES,
    RATING_LEVELS,
    RELATIONSHIPS,
    UNSURE,
    Adjectives,
    Agreement,
    Between,
    Choice,
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


def validate(
    question: Question, raw: object, *, stated: Stated | None = None, today: date | None = None
) -> Json:
    """Return the value to store (see above). `today`: refuse periods in the future. Raises `AnswerError`."""
    known = stated or Stated()
    match question:
        case Rating() | Agreement():
            return _level(question, raw)
        case Between():
            return _between(question, raw)
        case SingleChoice():
            return _one(question, raw)
        case MultipleChoice():
            return _multiple(question, raw)
        case Adjectives():
            return _adjectives(question, raw)
        case YesNoUnsure():
            return _with_comment(question, raw, labels.yes_no_unsure())
        case WouldWorkAgain():
            return _with_comment(question, raw, labels.would_work_again())
        case Ranking():
            return _rank(question, raw)
        case RelationshipConfirm():
            return _relationship(question, raw, stated=known)
        case DatesConfirm():
            return _dates(question, raw, stated=known, today=today)
        case TitleConfirm():
            return _title(question, raw, stated=known)
        case _:
            return _entered(question, raw)


def _entered(question: Entered, raw: object) -> Json:
    match question:
        case LongText():
            return _text(question, raw, longest=question.longest, one_line=False)
        case ShortText():
            return _text(question, raw, longest=question.longest, one_line=True)
        case Number():
            return _needed(question, read_number(question, raw), gettext("Enter a number."))
        case Date():
            return _needed(question, read_day(raw), gettext("Enter the date: day, month and year."))
        case Period():
            return _period(question, raw)
        case _:
            assert_never(question)


def is_stated(question: Confirmation, stated: Stated) -> bool:
    match question:
        case RelationshipConfirm():
            return bool(stated.relationship)
        case DatesConfirm():
            return stated.from_month is not None
        case TitleConfirm():
            return bool(stated.title)
        case _:
            assert_never(question)


def _text(question: Question, raw: object, *, longest: int, one_line: bool) -> Json:
    text = text_of(raw, longest=longest, one_line=one_line)
    if text:
        return text
    if question.required:
        raise AnswerError(gettext("Please write something here. One sentence is enough."))
    return None


def _needed(question: Question, value: Json, sentence: str) -> Json:
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


def _level(question: Rating | Agreement, raw: object) -> Json:
    given = parts(raw, alone="level")
    comment = comment_of(given, asked=question.comment)
    chosen = _chosen(given, "level", RATING_LEVELS, can_pass=question.can_pass)
    if chosen:
        level = None if chosen == NOT_ABLE else int(chosen)
        return {"level": level, "not_able": level is None, "comment": comment}
    if not question.required and not comment:
        return None
    if isinstance(question, Agreement):
        best = gettext("Choose how much you agree.")
        or_pass = gettext("Choose how much you agree, or that you can't judge this.")
    else:
        best = gettext("Choose the level that fits best.")
        or_pass = gettext("Choose the level that fits best, or that you can't judge this.")
    raise AnswerError(or_pass if question.can_pass else best, part="level")


def _between(question: Between, raw: object) -> Json:
    chosen = _chosen(parts(raw, alone="place"), "place", PLACES, can_pass=question.can_pass)
    if chosen:
        place = None if chosen == NOT_ABLE else int(chosen)
        return {"place": place, "not_able": place is None}
    if not question.required:
        return None
    if question.can_pass:
        sentence = gettext("Choose the position that fits best, or that you can't judge this.")
        raise AnswerError(sentence, part="place")
    raise AnswerError(gettext("Choose the position that fits best."), part="place")


def _chosen(given: Mapping[str, object], name: str, offered: Sequence[int], *, can_pass: bool) -> str:
    value = given.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    passed = {NOT_ABLE} if can_pass else set()
    chosen = one_of(value, passed | {str(number) for number in offered})
    return NOT_ABLE if given.get("not_able") is True and can_pass and not chosen else chosen


def _one(question: SingleChoice, raw: object) -> Json:
    chosen = one_of(raw, {choice.value for choice in question.choices})
    if not chosen and question.required:
        raise AnswerError(gettext("Choose one of the answers."))
    return chosen or None


def _some(raw: object, choices: Sequence[Choice]) -> list[str]:
    given = [] if raw is None or raw == "" else raw
    if not isinstance(given, list | tuple):
        raise unreadable()
    offered = [choice.value for choice in choices]
    chosen = {one_of(value, offered) for value in given}
    return [value for value in offered if value in chosen]


def _multiple(question: MultipleChoice, raw: object) -> Json:
    chosen = _some(raw, question.choices)
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
    return list(chosen)


def _adjectives(question: Adjectives, raw: object) -> Json:
    chosen = _some(raw, question.choices)
    if len(chosen) == question.pick:
        return list(chosen)
    if not chosen:
        if not question.required:
            return None
        raise AnswerError(labels.choose_exactly(question.pick))
    lacking = question.pick - len(chosen)
    if lacking > 0:
        sentence = gettext("Choose %(count)s more (%(pick)s in all).")
    else:
        sentence = gettext("%(count)s too many. Choose exactly %(pick)s.")
    raise AnswerError(sentence % {"count": abs(lacking), "pick": question.pick})


def _with_comment(question: YesNoUnsure | WouldWorkAgain, raw: object, offered: Mapping[str, str]) -> Json:
    given = parts(raw, alone="answer")
    comment = comment_of(given, asked=question.comment)
    chosen = one_of(given.get("answer"), offered)
    if chosen:
        return {"answer": chosen, "comment": comment}
    if not question.required and not comment:
        return None
    raise AnswerError(gettext("Choose one of the answers."), part="answer")


def _rank(question: Ranking, raw: object) -> Json:
    """The values in order, from {value: rank} or a list. Raises `AnswerError` about each wrong choice."""
    offered = [choice.value for choice in question.choices]
    places = _ranks(raw, offered)
    if not places and not question.required:
        return None
    labels = {choice.value: choice.label for choice in question.choices}
    if not places:
        raise AnswerError(gettext("Rank each answer."), part=offered[0])
    taken: dict[int, str] = {}
    problems: list[AnswerError] = []
    for value in offered:
        place = places.get(value)
        if place is None:
            sentence = gettext("Please rank “%(answer)s” too.") % {"answer": labels[value]}
            problems.append(AnswerError(sentence, part=value))
        elif place in taken:
            sentence = gettext("Rank %(place)s is already given to “%(answer)s”. Use each rank once.")
            given = {"place": place, "answer": labels[taken[place]]}
            problems.append(AnswerError(sentence % given, part=value))
        else:
            taken[place] = value
    raise_all(problems)
    return [taken[place] for place in sorted(taken)]


def _ranks(raw: object, offered: Sequence[str]) -> dict[str, int]:
    if raw is None or raw == "":
        return {}
    if isinstance(raw, list | tuple):
        if not all(isinstance(entry, str) and entry in offered for entry in raw) or len(set(raw)) < len(raw):
            raise unreadable()
        return {str(entry): place for place, entry in enumerate(raw, start=1)}
    if not isinstance(raw, Mapping):
        raise unreadable()
    possible = {str(place): place for place in range(1, len(offered) + 1)}
    found = {}
    for value in offered:
        given = raw.get(value)
        text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
        if chosen := one_of(text, possible):
            found[value] = possible[chosen]
    return found


def _relationship(question: RelationshipConfirm, raw: object, *, stated: Stated) -> Json:
    given = parts(raw, alone="answer")
    answer = _verdict(question, given, stated=stated, allowed=(CONFIRMED, CORRECTED))
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


def _title(question: TitleConfirm, raw: object, *, stated: Stated) -> Json:
    given = parts(raw, alone="answer")
    answer = _verdict(question, given, stated=stated, allowed=(CONFIRMED, CORRECTED, UNSURE))
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


def _dates(question: DatesConfirm, raw: object, *, stated: Stated, today: date | None) -> Json:
    given = parts(raw, alone="answer")
    answer = _verdict(question, given, stated=stated, allowed=(CONFIRMED, CORRECTED, UNSURE))
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


def _verdict(
    question: Confirmation, given: Mapping[str, object], *, stated: Stated, allowed: tuple[str, ...]
) -> str | None:
    """CONFIRMED, CORRECTED or UNSURE; None without an answer. If nothing was stated, any answer is a correction."""
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


def _unanswered(question: Confirmation) -> str:
    # these questions share a page, so each message names its question
    match question:
        case RelationshipConfirm():
            return gettext("Confirm or correct the relationship.")
        case DatesConfirm():
            return gettext("Confirm or correct the dates, or say that you're not sure.")
        case TitleConfirm():
            return gettext("Confirm or correct the job title, or say that you're not sure.")
        case _:
            assert_never(question)
