"""The frozen content of a report, as JSON: what `render_pdf` takes and what is stored beside the file.

A snapshot holds JSON values only, so it is written as typed dictionaries: what the domain builds, what the
database keeps and what the renderer reads are one and the same thing. Every text is already in the report's
language, and times are already in the organisation's zone: rendering looks nothing up.

Keys whose type allows `None` are always present; only `NotRequired` ones may be left out. `None` for a name
or a comment means that it was erased. `check_snapshot` validates a stored snapshot against these types.

Schema 2 names the reference of each value and has more types of question. What it adds is `NotRequired`, so that
snapshots of schema 1 are drawn as they were. Schema 3 has several kinds of test; each kind defines its data
(`assessments.kinds`). Schema 4 has the figures that percentiles and abilities were computed from.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from goodword.assessments.kinds import PartData
from goodword.core.validation import path_problem

SCHEMA: Final = 4


class Organisation(TypedDict):
    """Whose report it is. `accent` is `#rrggbb` (darkened here until it reads on white); `logo` is the
    base64 of a PNG, JPEG or SVG file, at most 1 MiB; without one, or with one that cannot be drawn, the
    name stands."""

    name: str
    accent: str
    logo: str | None


class Candidate(TypedDict):
    name: str | None


class RoleTitle(TypedDict):
    title: str


class Engine(TypedDict):
    """What the file was made with; take it from `current_engine()` when the snapshot is built. Rendering the
    same snapshot gives the same bytes as long as the engine is the same."""

    typst: str
    fonts: dict[str, str]


class Reused(TypedDict):
    """Where a result comes from that was made for another application of the same person: for which role
    (`None`: not to be named here), when it was completed, and in which report it was first published."""

    role: str | None
    completed_at_text: str
    code: str


class Head(TypedDict):
    """Common to every report.

    `code` is the short code printed in the footer ("GW-7F3K-Q2"), `version` counts from 1, `made_at` is ISO
    8601 with an offset and becomes the file's date, `made_at_text` is the same moment as people read it,
    `language` is a tag such as `en` or `de-AT`, `redacted` says that personal data were removed from this
    version, `reused` is there if the result was not made for this application, `left_out` says how many referees
    were taken out of it.
    """

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
    """What goes into a total: its name (of a category of tasks its id), how many were solved ("Reasoning: 7/10"), its
    share solved and its share of the total, in percent."""

    name: str
    counted: str
    share: float
    weight: float


class Total(TypedDict):
    """A total over right-or-wrong tests, in percent (`None`: there can be none, or erased). `reason` says why the
    weights are as they are."""

    value: float | None
    weighted: bool
    reason: str
    portions: list[Portion]


class Assessment(TypedDict):
    """`taken_at_text` is when it was finished; `language` is the name of the language it was taken in. `total` is
    there where the assessment has one."""

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
    """Who gave a reference. `title` is the referee's or, for a factual one, the candidate's title there."""

    name: str | None
    relationship: str
    company: str | None
    title: str | None


class Reference(TypedDict):
    """One reference that came in. `id` is any string that is unique in the snapshot. `factual`: only dates
    and title were confirmed. `self_reference`: the candidate answered about themself. `late`: it came when the
    check was done. `language`: the name of the language it was given in, if that is not the report's. `erased`:
    the referee was taken out."""

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
    """A comment in full; `reference` is the id of its reference. `text` is `None` once erased. `language`
    is a tag if it is known to differ from the report's (screen readers then read it in that language)."""

    reference: str
    text: str | None
    language: NotRequired[str | None]


class PersonValues(TypedDict):
    """What one person chose: levels, places, or numbers of options; nothing for who could not say."""

    reference: str
    values: list[int]


class GroupValues(TypedDict):
    """The answers of the referees of one relationship: `values` in any order, `n` referees who answered,
    `skipped` who could not say. `identifiable`: one referee stands behind it. For a question with several
    choices `values` holds every chosen option, so it may be longer than `n`. `answers` says whose each is."""

    relationship: str
    n: int
    skipped: int
    values: list[int]
    identifiable: bool
    self_reference: bool
    answers: NotRequired[list[PersonValues]]


class Level(TypedDict):
    """One step of a rating scale; `example` is the example of behaviour shown at it."""

    value: int
    label: str
    example: str | None


class QuestionHead(TypedDict):
    """How a question was put: `competency` is its heading, `note` says why not everybody was asked, `not_asked`
    whom it was not, `own_text` what the candidate was asked instead."""

    competency: NotRequired[str]
    note: NotRequired[str]
    not_asked: NotRequired[list[str]]
    own_text: NotRequired[str]


class RatingQuestion(QuestionHead):
    """Levels of behaviour; with `agreement` levels of agreement with the text."""

    type: Literal["rating"]
    id: str
    text: str
    levels: list[Level]
    by_relationship: list[GroupValues]
    comments: list[Comment]
    agreement: NotRequired[bool]


class StatementQuestion(QuestionHead):
    """Place the candidate between two statements: whole numbers from `scale_min` (all `low_text`) to
    `scale_max`."""

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
    """Options to pick from: one, or with `multiple` several. *Would work with again* is one. Of adjectives `pick`
    says how many were to be picked."""

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
    """A few words, a number, a day or a period, as `answers` in words."""

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
    """What the candidate stated and what the referee confirmed, side by side, without a judgement.
    `what` is a short label ("Worked together"); `None`: not given. `verdict` is "confirmed", "corrected" or
    "unsure"."""

    reference: str
    what: str
    stated: str | None
    confirmed: str | None
    verdict: NotRequired[str]


class Claim(TypedDict):
    text: str
    by: list[str]


class Contradiction(TypedDict):
    """A fact on which referees of one company disagree, with the ids of those who gave each version. `references` are
    all."""

    what: str
    company: str
    said: list[Claim]
    references: list[str]


class Check(TypedDict):
    """`asked` counts the references that the role asks for, `received` those that came in (without the self-
    reference). `completed_at_text` is when the check was completed, or closed early. Relationships appear in
    the order in which they are first met in each question. `sent` were asked, `declined` said no, `erased` had
    answered and are gone."""

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
    """A snapshot that does not have the shape it should have; the message names the place."""


def check_snapshot(snapshot: Mapping[str, Any]) -> ReportSnapshot:
    """The same snapshot, known to be of one of the two kinds.

    Raises `SnapshotError` with the path of the first value that is missing, unknown or of another type.
    """
    try:
        _SNAPSHOT.validate_python(snapshot)
    except ValidationError as error:
        raise SnapshotError(path_problem(error, snapshot, whole="the report")) from None
    return cast(ReportSnapshot, snapshot)
