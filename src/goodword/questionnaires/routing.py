"""Which questions a person is asked, and on which pages: relationships, conditions, paging."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from goodword.core.json_reading import Json
from goodword.questionnaires.types import (
    CONFIRMING,
    RATING_LEVELS,
    Agreement,
    Condition,
    MultipleChoice,
    Question,
    QuestionBase,
    Rating,
    SingleChoice,
    WouldWorkAgain,
    YesNoUnsure,
)

YES_NO_UNSURE = ("yes", "no", "unsure")
WOULD_WORK_AGAIN = ("yes", "yes_with_reservations", "no", "prefer_not_to_say")
#: statements of one competency that fit on one page of a phone
MOST_STATEMENTS = 5


@dataclass(frozen=True, slots=True)
class ConditionProblem:
    """A condition that can never be met: the number of its question, from 1, and what is wrong with it."""

    number: int
    what: str


def applicable[Q: QuestionBase](
    questions: Sequence[Q],
    *,
    relationship: str = "",
    answers: Mapping[str, Json] | None = None,
) -> tuple[Q, ...]:
    """The questions that a person is asked, in their order.

    Without a `relationship`, questions for some relationships only are included. With `answers` (stored ones, by
    question id) conditions must be met; without, every question is included that some answer can lead to. A question
    that depends on one that is not asked is not asked either, whatever is still stored for that one.
    """
    found: dict[str, Q] = {}
    for question in questions:
        if relationship and question.only_for and relationship not in question.only_for:
            continue
        when = question.when
        if when is not None:
            if when.question not in found:
                continue
            if answers is not None and not is_met(when, answers.get(when.question)):
                continue
        found[question.id] = question
    return tuple(found.values())


def for_self(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions as somebody answers them about themselves.

    `self_text` replaces the text. Confirmations and *would work together again* are left out, and with them whatever
    depends on those.
    """
    return applicable(
        [
            replace(question, text=question.self_text or question.text, self_text="")
            for question in questions
            if not isinstance(question, (*CONFIRMING, WouldWorkAgain))
        ]
    )


def pages(questions: Sequence[Question]) -> tuple[tuple[Question, ...], ...]:
    """The questions in their order, page by page.

    Neighbouring confirmations share a page, and so do neighbouring statements on one competency, five at most. Every
    other question has a page of its own.

    A question with a condition never shares a page with the one that it depends on, so that its page can be skipped.
    The pages therefore follow from the answers: `pages(applicable(questions, relationship=..., answers=...))`.
    """
    result: list[list[Question]] = []
    for question in questions:
        if result and _joins(question, result[-1]):
            result[-1].append(question)
        else:
            result.append([question])
    return tuple(tuple(page) for page in result)


def _joins(question: Question, page: Sequence[Question]) -> bool:
    group = _group(question)
    if group is None or group != _group(page[-1]):
        return False
    if isinstance(question, Agreement) and len(page) == MOST_STATEMENTS:
        return False
    return question.when is None or question.when.question not in {other.id for other in page}


def _group(question: Question) -> Hashable | None:
    """What neighbours must have in common to share a page; None for questions that never do."""
    if isinstance(question, CONFIRMING):
        return "confirming"
    if isinstance(question, Agreement) and question.competency:
        return ("agreement", question.competency)
    return None


def is_met(condition: Condition, answer: Json) -> bool:
    """Whether the stored answer to the question that a condition names meets it."""
    return not answer_values(answer).isdisjoint(condition.values)


def answer_values(answer: Json) -> frozenset[str]:
    """The values in a stored answer that a condition can name; none if it was left open or passed."""
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


def condition_values(question: Question) -> tuple[str, ...]:
    """The answers that a condition can name, in the order shown; none for types that conditions cannot name."""
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


def condition_problem(questions: Sequence[Question]) -> ConditionProblem | None:
    """The first condition that can never be met; None if all can.

    `what` continues a sentence after the question's name: "depends on itself".
    """
    places = {question.id: place for place, question in enumerate(questions)}
    for number, question in enumerate(questions, start=1):
        if question.when is not None and (what := _problem(question, question.when, questions, places)):
            return ConditionProblem(number, what)
    return None


def _problem(
    question: Question, when: Condition, questions: Sequence[Question], places: Mapping[str, int]
) -> str:
    if when.question == question.id:
        return "depends on itself"
    if when.question not in places:
        return f"depends on “{when.question}”, which does not exist"
    if places[when.question] > places[question.id]:
        if question.id in _depends_on(when.question, questions, places):
            return f"depends on “{when.question}”, which in turn depends on it"
        return f"depends on “{when.question}”, which comes later"
    possible = condition_values(questions[places[when.question]])
    if not possible:
        return f"depends on “{when.question}”, which is not a choice, a yes or no, a rating or an agreement"
    unknown = [value for value in when.values if value not in possible]
    if unknown:
        return f"depends on the answer “{unknown[0]}”, which “{when.question}” does not have"
    return ""


def _depends_on(name: str, questions: Sequence[Question], places: Mapping[str, int]) -> set[str]:
    """All ids that a question depends on, directly or through others."""
    found: set[str] = set()
    while name in places and (when := questions[places[name]].when) and when.question not in found:
        name = when.question
        found.add(name)
    return found
