"""Conditions of questions: on what they can hang, and whether an answer meets them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import (
    RATING_LEVELS,
    Agreement,
    MultipleChoice,
    Question,
    Rating,
    SingleChoice,
    When,
    WouldWorkAgain,
    YesNoUnsure,
)

YES_NO_UNSURE = ("yes", "no", "unsure")
WOULD_WORK_AGAIN = ("yes", "yes_with_reservations", "no", "prefer_not_to_say")


@dataclass(frozen=True, slots=True)
class Misfit:
    """A condition that cannot be: the place of its question in the list (from 0), and what is wrong with it."""

    place: int
    what: str


def values_of(question: Question) -> tuple[str, ...]:
    """The answers on which another question can hang, in the order shown; none for types that have no such."""
    match question:
        case YesNoUnsure():
            return YES_NO_UNSURE
        case WouldWorkAgain():
            return WOULD_WORK_AGAIN
        case SingleChoice() | MultipleChoice():
            return tuple(choice.value for choice in question.choices)
        case Rating() | Agreement():
            return tuple(str(level) for level in RATING_LEVELS)
    return ()


def holds(when: When, answer: Json) -> bool:
    """Whether the stored answer to the question that a condition names meets it."""
    return not given_values(answer).isdisjoint(when.values)


def given_values(answer: Json) -> frozenset[str]:
    """The values in a stored answer on which a question can hang; none if it was left open or passed."""
    match answer:
        case str(value):
            return frozenset({value})
        case {"answer": str(value)}:
            return frozenset({value})
        case {"level": int(level)}:
            return frozenset({str(level)})
        case list() | tuple():
            return frozenset(str(value) for value in answer)
    return frozenset()


def misfit(questions: Sequence[Question]) -> Misfit | None:
    """The first condition that cannot be, in the order of the questions; None if all can.

    `what` goes on after the name of the question: "hangs on itself".
    """
    places = {question.id: place for place, question in enumerate(questions)}
    for place, question in enumerate(questions):
        if question.when is None:
            continue
        what = _wrong(question, question.when, questions, places)
        if what:
            return Misfit(place, what)
    return None


def _wrong(question: Question, when: When, questions: Sequence[Question], places: Mapping[str, int]) -> str:
    if when.question == question.id:
        return "hangs on itself"
    if when.question not in places:
        return f"hangs on “{when.question}”, which is no question here"
    if places[when.question] > places[question.id]:
        if question.id in _hangs_on(when.question, questions, places):
            return f"hangs on “{when.question}”, which in turn hangs on it"
        return f"hangs on “{when.question}”, which comes later; it can hang on an earlier question only"
    possible = values_of(questions[places[when.question]])
    if not possible:
        return (
            f"hangs on “{when.question}”, whose answers cannot decide that; "
            "take a choice, a yes or no, a rating or an agreement"
        )
    unknown = [value for value in when.values if value not in possible]
    if unknown:
        return f"hangs on the answer “{unknown[0]}” to “{when.question}”, which does not have it"
    return ""


def _hangs_on(name: str, questions: Sequence[Question], places: Mapping[str, int]) -> set[str]:
    """All ids on which a question hangs, directly or through others."""
    found: set[str] = set()
    while name in places and (when := questions[places[name]].when) and when.question not in found:
        name = when.question
        found.add(name)
    return found
