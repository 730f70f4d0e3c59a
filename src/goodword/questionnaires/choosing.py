"""Answers that are chosen: a level, a place, one or some of what is offered."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext, ngettext

from goodword.questionnaires import labels
from goodword.questionnaires.incoming import AnswerError, comment_of, one_of, parts, unreadable
from goodword.questionnaires.labels import NOT_ABLE
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    PLACES,
    RATING_LEVELS,
    Adjectives,
    Agreement,
    Between,
    Choice,
    MultipleChoice,
    Question,
    Rating,
    SingleChoice,
    WouldWorkAgain,
    YesNoUnsure,
)

type Choosing = (
    Rating | Agreement | Between | SingleChoice | MultipleChoice | Adjectives | YesNoUnsure | WouldWorkAgain
)


def choose(question: Choosing, raw: object) -> Json:
    """The value to store (see `answers.py`), None for an optional question left open.

    Raises `AnswerError` where nothing, too little or too much is chosen.
    """
    match question:
        case Rating() | Agreement():
            return _level(question, raw)
        case Between():
            return _place(question, raw)
        case SingleChoice():
            return _one(question, raw)
        case MultipleChoice():
            return _multiple(question, raw)
        case Adjectives():
            return _adjectives(question, raw)
        case YesNoUnsure():
            return _with_comment(question, raw, labels.yes_no_unsure(), comment=question.comment)
        case WouldWorkAgain():
            return _with_comment(question, raw, labels.would_work_again(), comment=question.comment)


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


def _place(question: Between, raw: object) -> Json:
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
    """The level or place as text, `NOT_ABLE` for the way past it, "" for neither."""
    value = given.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    passed = {NOT_ABLE} if can_pass else set()
    chosen = one_of(value, passed | {str(one) for one in offered})
    return NOT_ABLE if given.get("not_able") is True and can_pass and not chosen else chosen


def _one(question: SingleChoice, raw: object) -> Json:
    chosen = one_of(raw, {choice.value for choice in question.choices})
    if not chosen and question.required:
        raise AnswerError(gettext("Choose one of the answers."))
    return chosen or None


def _some(raw: object, choices: Sequence[Choice]) -> list[str]:
    """The chosen values in the order of the question, each once."""
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
        sentence = ngettext(
            "Choose %(count)s more, so that it is %(pick)s in all.",
            "Choose %(count)s more, so that it is %(pick)s in all.",
            lacking,
        )
    else:
        sentence = ngettext(
            "That is %(count)s too many. Take one away, so that %(pick)s are left.",
            "That is %(count)s too many. Take some away, so that %(pick)s are left.",
            -lacking,
        )
    raise AnswerError(sentence % {"count": abs(lacking), "pick": question.pick})


def _with_comment(question: Question, raw: object, labels: Mapping[str, str], *, comment: bool) -> Json:
    given = parts(raw, alone="answer")
    said = comment_of(given, asked=comment)
    chosen = one_of(given.get("answer"), labels)
    if chosen:
        return {"answer": chosen, "comment": said}
    if not question.required and not said:
        return None
    raise AnswerError(gettext("Choose one of the answers."), part="answer")
