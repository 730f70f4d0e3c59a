"""The frozen content of a report, as JSON. None for a name or a comment means that it was erased.

Texts are in the report's language and times in the organisation's zone, so rendering looks nothing up.

Schema 2 names the reference of each value and has more types of question. What it adds is `NotRequired`, so that
snapshots of schema 1 can still be drawn. Schema 3 has several kinds of test, which define their own data
(`assessments.kinds`). Schema 4 has the figures behind percentiles and abilities.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from goodword.assessments.kinds import PartData
from goodword.core.validation import path_problem

SCHEMA: Final = 4


class Organisation(TypedDict):
    """`accent` is `#rrggbb`; `logo` is the base64 of a PNG, JPEG or SVG file of at most 1 MiB."""

    name: str
    accent: str
    logo: str | None


class Candidate(TypedDict):
    name: str | None


class RoleTitle(TypedDict):
    title: str


class Engine(TypedDict):
    typst: str
    fonts: dict[str, str]


class Reused(TypedDict):
    """The earlier application of a reused result: its role (None: not to be named) and the code of its first report."""

    role: str | None
    completed_at_text: str
    code: str


class Head(TypedDict):
    """`made_at`: ISO 8601, the file's date; `made_at_text` is printed. `left_out` counts erased referees."""

    schema: Annotated[int, Field(ge=1, le=SCHEMA)]
    code: str
    version: int
    made_at: str
    made_at_text: str
    language: str
    organisation: Organisation
    candidate: Candidate
    role: RoleTitle
    engine: Engine
    redacted: bool
    reused: NotRequired[Reused]
    left_out: NotRequired[int]


# --- assessment


class Portion(TypedDict):
    """A part of a total: a test's name or a category's id, what was solved ("Reasoning: 7/10"), and percentages."""

    name: str
    counted: str
    share: float
    weight: float


class Total(TypedDict):
    """A total over right-or-wrong tests, in percent (None: impossible or erased). `reason` explains weights."""

    value: float | None
    weighted: bool
    reason: str
    portions: list[Portion]


class Assessment(TypedDict):
    title: str
    taken_at_text: str
    language: str
    tests: list[PartData]
    total: NotRequired[Total]


class AssessmentSnapshot(Head):
    kind: Literal["assessment"]
    assessment: Assessment


# --- reference check


class QuestionnaireName(TypedDict):
    title: str
    version: int | str


class Referee(TypedDict):
    """`title` is the referee's or, in a factual reference, the candidate's."""

    name: str | None
    relationship: str
    company: str | None
    title: str | None


class Reference(TypedDict):
    """`factual`: dates and title only. `late`: received after completion. `language`: if not the report's."""

    id: str
    referee: Referee
    period_text: str | None
    submitted_at_text: str
    factual: bool
    self_reference: bool
    late: NotRequired[bool]
    language: NotRequired[str | None]
    erased: NotRequired[bool]


class Comment(TypedDict):
    """`reference` is an id. `language` is a tag, for screen readers, if known to differ from the report's."""

    reference: str
    text: str | None
    language: NotRequired[str | None]


class PersonValues(TypedDict):
    """One person's levels, positions or numbers of options; empty for "can't judge"."""

    reference: str
    values: list[int]


class GroupValues(TypedDict):
    """`n` people answered, `skipped` could not judge. `answers`: whose each value is. `identifiable`: one referee."""

    relationship: str
    n: int
    skipped: int
    values: list[int]
    identifiable: bool
    self_reference: bool
    answers: NotRequired[list[PersonValues]]


class Level(TypedDict):
    value: int
    label: str
    example: str | None


class QuestionHead(TypedDict):
    competency: NotRequired[str]
    note: NotRequired[str]
    not_asked: NotRequired[list[str]]
    own_text: NotRequired[str]


class RatingQuestion(QuestionHead):
    type: Literal["rating"]
    id: str
    text: str
    levels: list[Level]
    by_relationship: list[GroupValues]
    comments: list[Comment]
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
    comments: list[Comment]


class Option(TypedDict):
    value: int
    label: str


class ChoiceQuestion(QuestionHead):
    """One option, or several with `multiple`; `pick` is the number of adjectives to pick."""

    type: Literal["choice"]
    id: str
    text: str
    multiple: bool
    options: list[Option]
    by_relationship: list[GroupValues]
    comments: list[Comment]
    pick: NotRequired[int]


class TextQuestion(QuestionHead):
    type: Literal["long_text"]
    id: str
    text: str
    comments: list[Comment]


class LineQuestion(QuestionHead):
    """Short text, number, date or period, with `answers` in words."""

    type: Literal["line"]
    id: str
    text: str
    answers: list[Comment]
    comments: list[Comment]


type Question = Annotated[
    RatingQuestion | StatementQuestion | ChoiceQuestion | TextQuestion | LineQuestion,
    Field(discriminator="type"),
]


class Verification(TypedDict):
    """The candidate's statement and the referee's confirmation. `verdict` is "confirmed", "corrected" or "unsure"."""

    reference: str
    what: str
    stated: str | None
    confirmed: str | None
    verdict: NotRequired[str]


class Claim(TypedDict):
    text: str
    by: list[str]


class Contradiction(TypedDict):
    """A fact on which referees of one company disagree; `references` are all of them."""

    what: str
    company: str
    said: list[Claim]
    references: list[str]


class Check(TypedDict):
    """`asked`: required references, `received` without the self-assessment, `sent` requests, `declined`, `erased`."""

    questionnaire: QuestionnaireName
    asked: int
    received: int
    completed_at_text: str
    references: list[Reference]
    questions: list[Question]
    verification: list[Verification]
    sent: NotRequired[int]
    declined: NotRequired[int]
    erased: NotRequired[int]
    contradictions: NotRequired[list[Contradiction]]


class ReferenceCheckSnapshot(Head):
    kind: Literal["reference_check"]
    check: Check


type ReportSnapshot = Annotated[AssessmentSnapshot | ReferenceCheckSnapshot, Field(discriminator="kind")]

_SNAPSHOT: TypeAdapter[ReportSnapshot] = TypeAdapter(
    ReportSnapshot, config=ConfigDict(extra="forbid", strict=True)
)


class SnapshotError(ValueError):
    """A snapshot of another shape; the message names the field."""


def check_snapshot(snapshot: Mapping[str, Any]) -> ReportSnapshot:
    """Validate a snapshot. Raises `SnapshotError` with the path of the first wrong value."""
    try:
        _SNAPSHOT.validate_python(snapshot)
    except ValidationError as error:
        raise SnapshotError(path_problem(error, snapshot, whole="the report")) from None
    return cast(ReportSnapshot, snapshot)
