"""The frozen data of a reference check's report. Erased names and comments are None."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Literal, NotRequired, TypedDict, assert_never, cast

from pydantic import Field

from goodword.core.text import isolate, isolate_within
from goodword.references.results import (
    AnswerGroup,
    Contradiction,
    QuestionResult,
    ReceivedReference,
    ReferenceAnswer,
    Results,
    VerifiedFact,
)

type Moment = Callable[[datetime], str]


class QuestionnaireName(TypedDict):
    title: str
    version: int | str


class RefereeData(TypedDict):
    """`title` is the referee's own, or the candidate's if the reference has only dates and title."""

    name: str | None
    relationship: str
    company: str | None
    title: str | None


class ReferenceData(TypedDict):
    """`factual`: dates and title only. `late`: received after completion. `language`: name of its language, if not the
    report's. `quote`: the sentence chosen for page 1. `erased`: the referee was erased."""

    id: str
    referee: RefereeData
    period_text: str | None
    submitted_at_text: str
    factual: bool
    self_reference: bool
    late: NotRequired[bool]
    language: NotRequired[str | None]
    quote: NotRequired[str]
    erased: NotRequired[bool]


class CommentData(TypedDict):
    """`reference` is an id. `language` is a tag for screen readers, if known to differ from the report's."""

    reference: str
    text: str | None
    language: NotRequired[str | None]


class PersonValues(TypedDict):
    """One person's levels, positions or numbers of options; empty for "can't judge"."""

    reference: str
    values: list[int]


class GroupValues(TypedDict):
    """`n` answered, `skipped` couldn't judge. `answers`: the person behind each value. `identifiable`: only one
    referee."""

    relationship: str
    n: int
    skipped: int
    values: list[int]
    identifiable: bool
    self_reference: bool
    answers: NotRequired[list[PersonValues]]


class LevelData(TypedDict):
    value: int
    label: str
    example: str | None


class QuestionHead(TypedDict):
    """`note`: who was asked. `not_asked`, `left_open`: references. `self_text`: the question in the self-assessment."""

    competency: NotRequired[str]
    note: NotRequired[str]
    not_asked: NotRequired[list[str]]
    left_open: NotRequired[list[str]]
    self_text: NotRequired[str]


class RatingQuestion(QuestionHead):
    type: Literal["rating"]
    id: str
    text: str
    levels: list[LevelData]
    by_relationship: list[GroupValues]
    comments: list[CommentData]
    agreement: NotRequired[bool]


class StatementQuestion(QuestionHead):
    """A position between two statements, from `scale_min` (all `low_text`) to `scale_max`."""

    type: Literal["statement"]
    id: str
    text: str
    low_text: str
    high_text: str
    scale_min: int
    scale_max: int
    by_relationship: list[GroupValues]
    comments: list[CommentData]


class OptionData(TypedDict):
    value: int
    label: str


class ChoiceQuestion(QuestionHead):
    """One option, or several if `multiple`. `pick`: how many adjectives to pick. `work_again`: whether this is *would
    work again* (since schema 5)."""

    type: Literal["choice"]
    id: str
    text: str
    multiple: bool
    options: list[OptionData]
    by_relationship: list[GroupValues]
    comments: list[CommentData]
    pick: NotRequired[int]
    work_again: NotRequired[bool]


class TextQuestion(QuestionHead):
    type: Literal["long_text"]
    id: str
    text: str
    comments: list[CommentData]


class LineQuestion(QuestionHead):
    """Short text, number, date or period, with `answers` in words."""

    type: Literal["line"]
    id: str
    text: str
    answers: list[CommentData]
    comments: list[CommentData]


#: `type` keeps the names of the first snapshots: of the kinds in `results.py`, "rating" includes "agreement", "choice"
#: includes "adjectives", and "statement" is "between"
type QuestionData = Annotated[
    RatingQuestion | StatementQuestion | ChoiceQuestion | TextQuestion | LineQuestion,
    Field(discriminator="type"),
]


class VerificationData(TypedDict):
    """A fact stated by the candidate, and the referee's verdict. `verdict`: "confirmed", "corrected" or "unsure".
    `kind`: the type of the question (since schema 7)."""

    reference: str
    kind: NotRequired[str]
    what: str
    stated: str | None
    confirmed: str | None
    verdict: NotRequired[str]


class Claim(TypedDict):
    text: str
    by: list[str]


class ContradictionData(TypedDict):
    """A fact on which referees of one company disagree. `references`: all of these referees."""

    what: str
    company: str
    claims: list[Claim]
    references: list[str]


class CheckData(TypedDict):
    """Numbers of references: `asked` (required), `received` (without the self-assessment), `sent` (requests),
    `declined`, and `erased` (together with their referees)."""

    questionnaire: QuestionnaireName
    asked: int
    received: int
    completed_at_text: str
    references: list[ReferenceData]
    questions: list[QuestionData]
    verification: list[VerificationData]
    sent: NotRequired[int]
    declined: NotRequired[int]
    erased: NotRequired[int]
    contradictions: NotRequired[list[ContradictionData]]


def check_data(results: Results, *, moment: Moment) -> CheckData:
    """The frozen data, without flags, times or reasons for declining."""
    people = [*results.references, *([results.self_reference] if results.self_reference else [])]
    last = max((who.submitted_at for who in results.references), default=None)
    completed = results.completed_at or last
    return {
        "questionnaire": {"title": results.questionnaire, "version": results.version},
        "asked": results.wanted,
        "received": results.received,
        "sent": results.sent,
        "declined": results.declined,
        "erased": results.erased,
        "completed_at_text": moment(completed) if completed else "",
        "references": [_reference(who, moment) for who in people],
        "questions": [_question(asked) for asked in results.questions],
        "verification": [_verification(entry) for entry in results.verification],
        "contradictions": [_contradiction(found) for found in results.contradictions],
    }


#: keys of a question's answers, in which names aren't isolated
_ANSWERS: Final = frozenset({"answers", "by_relationship", "comments"})


def with_name_isolated(check: CheckData, name: str | None) -> CheckData:
    """The data for display, with a right-to-left name isolated in its questions."""
    if not name or isolate(name) == name:
        return check
    questions = [
        {key: value if key in _ANSWERS else _isolated(value, name) for key, value in question.items()}
        for question in check["questions"]
    ]
    return {**check, "questions": cast(list[QuestionData], questions)}


def _isolated(value: object, name: str) -> object:
    match value:
        case str():
            return isolate_within(value, name)
        case list():
            return [_isolated(item, name) for item in value]
        case dict():
            return {key: _isolated(item, name) for key, item in value.items()}
    return value


def _reference(who: ReceivedReference, moment: Moment) -> ReferenceData:
    reference: ReferenceData = {
        "id": who.id,
        "referee": {
            "name": who.name,
            "relationship": who.relationship,
            "company": who.company or None,
            "title": who.candidate_title if who.factual else None,
        },
        "period_text": who.period or None,
        "submitted_at_text": moment(who.submitted_at),
        "factual": who.factual,
        "self_reference": who.is_self,
        "late": who.late,
        "language": who.language or None,
    }
    if who.quote:
        reference["quote"] = who.quote
    return reference


def _question(asked: QuestionResult) -> QuestionData:
    comments = [_comment(answer) for answer in asked.comments]
    groups = [_values(group) for group in asked.groups]
    head = _question_head(asked)
    match asked.kind:
        case "rating" | "agreement":
            levels: list[LevelData] = [
                {"value": level.value, "label": level.label, "example": level.example or None}
                for level in asked.levels
            ]
            return {
                "type": "rating",
                "id": asked.id,
                "text": asked.text,
                "levels": levels,
                "agreement": asked.kind == "agreement",
                "by_relationship": groups,
                "comments": comments,
                **head,
            }
        case "between":
            return {
                "type": "statement",
                "id": asked.id,
                "text": asked.text,
                "low_text": asked.ends[0],
                "high_text": asked.ends[1],
                "scale_min": asked.levels[0].value,
                "scale_max": asked.levels[-1].value,
                "by_relationship": groups,
                "comments": comments,
                **head,
            }
        case "choice" | "adjectives":
            return {
                "type": "choice",
                "id": asked.id,
                "text": asked.text,
                "multiple": asked.multiple,
                "options": [{"value": value, "label": label} for value, label in asked.options],
                "pick": asked.pick,
                "work_again": asked.asks_work_again,
                "by_relationship": groups,
                "comments": comments,
                **head,
            }
        case "line":
            answers: list[CommentData] = [
                {"reference": answer.by.id, "text": answer.words} for answer in asked.answers
            ]
            return {
                "type": "line",
                "id": asked.id,
                "text": asked.text,
                "answers": answers,
                "comments": comments,
                **head,
            }
        case "long_text":
            return {"type": "long_text", "id": asked.id, "text": asked.text, "comments": comments, **head}
        case _:
            assert_never(asked.kind)


def _comment(answer: ReferenceAnswer) -> CommentData:
    written: CommentData = {"reference": answer.by.id, "text": answer.comment}
    if answer.by.language_code:
        written["language"] = answer.by.language_code
    return written


def _question_head(asked: QuestionResult) -> QuestionHead:
    head: QuestionHead = {}
    if asked.competency:
        head["competency"] = asked.competency
    if asked.unasked:
        head["note"] = asked.unasked
    if asked.not_asked:
        head["not_asked"] = [who.id for who in asked.not_asked]
    if asked.self_text:
        head["self_text"] = asked.self_text
    if asked.left_open:
        head["left_open"] = [who.id for who in asked.left_open]
    return head


def _values(group: AnswerGroup) -> GroupValues:
    return {
        "relationship": group.relationship,
        "n": group.n,
        "skipped": group.skipped,
        "values": list(group.values),
        "identifiable": group.identifiable,
        "self_reference": group.is_self,
        "answers": [{"reference": answer.by.id, "values": list(answer.values)} for answer in group.answers],
    }


def _verification(entry: VerifiedFact) -> VerificationData:
    return {
        "reference": entry.reference,
        "kind": entry.kind,
        "what": entry.what,
        "stated": entry.stated or None,
        "confirmed": entry.confirmed or None,
        "verdict": entry.verdict,
    }


def _contradiction(found: Contradiction) -> ContradictionData:
    return {
        "what": found.what,
        "company": found.company,
        "claims": [{"text": fact, "by": [who.id for who in by]} for fact, by in found.claims],
        "references": [who.id for _, by in found.claims for who in by],
    }
