from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from goodword.core.json_reading import Json
from goodword.questionnaires.types import (
    CONFIRMING,
    RATING_LEVELS,
    Adjectives,
    Agreement,
    Between,
    Condition,
    DatesConfirm,
    LongText,
    MultipleChoice,
    Question,
    QuestionBase,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)

YES_NO_UNSURE = ("yes", "no", "unsure")
WOULD_WORK_AGAIN = ("yes", "yes_with_reservations", "no", "prefer_not_to_say")
#: maximum neighbours of a group on one page of a phone
MOST_STATEMENTS, MOST_RATINGS, MOST_PICKS, MOST_CLOSING = 5, 2, 2, 3


@dataclass(frozen=True, slots=True)
class ConditionProblem:
    number: int
    what: str


def applicable[Q: QuestionBase](
    questions: Sequence[Q],
    *,
    relationship: str = "",
    answers: Mapping[str, Json] | None = None,
) -> tuple[Q, ...]:
    """Without `relationship` or `answers`, their conditions are ignored. A question that depends on an omitted one is
    omitted."""
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
    """The questions of a self-assessment: without confirmations and *would work again*, and what depends on them."""
    return applicable(
        [
            replace(question, text=question.self_text or question.text, self_text="")
            for question in questions
            if not isinstance(question, (*CONFIRMING, WouldWorkAgain))
        ]
    )


def pages(questions: Sequence[Question]) -> tuple[tuple[Question, ...], ...]:
    """Adjacent questions of a group share a page, unless one depends on another; others have their own."""
    result: list[list[Question]] = []
    for question in questions:
        if result and _joins(question, result[-1]):
            result[-1].append(question)
        else:
            result.append([question])
    return tuple(tuple(page) for page in result)


def _joins(question: Question, page: Sequence[Question]) -> bool:
    group, most = _group(question)
    if not group or group != _group(page[-1])[0] or len(page) >= most:
        return False
    return question.when is None or question.when.question not in {other.id for other in page}


def _group(question: Question) -> tuple[Hashable, int]:
    """Neighbours with the same group can share a page, up to the number; none if the group is empty."""
    match question:
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return "confirming", len(CONFIRMING)
        case Agreement() if question.competency:
            return ("agreement", question.competency), MOST_STATEMENTS
        case _ if question.when is not None:
            return "", 1
        case Rating() if not question.comment:
            return "rating", MOST_RATINGS
        case Adjectives() | Between():
            return "picks", MOST_PICKS
        case LongText() | ShortText() | WouldWorkAgain():
            return "closing", MOST_CLOSING
    return "", 1


def is_met(condition: Condition, answer: Json) -> bool:
    return not answer_values(answer).isdisjoint(condition.values)


def answer_values(answer: Json) -> frozenset[str]:
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
    """The first condition that can never be met. `what` continues a sentence: "depends on itself"."""
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
    found: set[str] = set()
    while name in places and (when := questions[places[name]].when) and when.question not in found:
        name = when.question
        found.add(name)
    return found
