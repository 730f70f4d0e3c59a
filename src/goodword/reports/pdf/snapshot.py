"""The frozen content of a report, as JSON.

Texts are in the report's language and times in the organisation's time zone, so nothing is looked up for rendering.
Erased names and comments are None.

Schema 2 names the reference of each value and adds question types; its additions are `NotRequired`, so that reference
checks of schema 1 can still be rendered. Schema 3 adds kinds of test, which define their own data
(`assessments.kinds`); assessments of schemas 1 and 2, whose tests have no kind, are refused. Schema 4 adds the figures
behind percentiles and abilities. Schema 5 adds signs of careless responding with the checks made, and the sentences
that referees chose, and marks the question on working together again. Schema 6 makes the correlation within situations
the result of situational judgement, with its band and percentile; before, the percentile was that of the distance.
Schema 7 adds the kind of each fact that referees were asked to confirm.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal, NotRequired, TypedDict, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from goodword.assessments.report import AssessmentData
from goodword.core.validation import path_problem
from goodword.references.report_data import CheckData

SCHEMA: Final = 7


class Organisation(TypedDict):
    """`accent` is `#rrggbb`; `logo` is a PNG, JPEG or SVG file of at most 2 MiB, in base64."""

    name: str
    accent: str
    logo: str | None


class Candidate(TypedDict):
    name: str | None


class RoleTitle(TypedDict):
    title: str


class Engine(TypedDict):
    """Exists only in snapshots from before November 2026."""

    typst: str
    fonts: dict[str, str]


class Reused(TypedDict):
    """The earlier application. `role`: None if it must not be named. `code`: the code of its first report."""

    role: str | None
    completed_at_text: str
    code: str


class Head(TypedDict):
    """`made_at`: the file's date in ISO 8601; `made_at_text` is printed. `left_out`: number of erased referees."""

    schema: Annotated[int, Field(ge=1, le=SCHEMA)]
    code: str
    version: int
    made_at: str
    made_at_text: str
    language: str
    organisation: Organisation
    candidate: Candidate
    role: RoleTitle
    engine: NotRequired[Engine]
    redacted: bool
    reused: NotRequired[Reused]
    left_out: NotRequired[int]


class AssessmentSnapshot(Head):
    kind: Literal["assessment"]
    assessment: AssessmentData


class ReferenceCheckSnapshot(Head):
    kind: Literal["reference_check"]
    check: CheckData


type ReportSnapshot = Annotated[AssessmentSnapshot | ReferenceCheckSnapshot, Field(discriminator="kind")]


@cache
def _adapter() -> TypeAdapter[ReportSnapshot]:
    """Return the type adapter. It is built on first use, since that takes a fifteenth of each program's start-up
    time."""
    return TypeAdapter(ReportSnapshot, config=ConfigDict(extra="forbid", strict=True))


class SnapshotError(ValueError):
    """The snapshot has another shape. The message names the field."""


def check_snapshot(snapshot: Mapping[str, Any]) -> ReportSnapshot:
    """Validate a snapshot. Raises `SnapshotError` with the path of the first wrong value."""
    try:
        _adapter().validate_python(snapshot)
    except ValidationError as error:
        raise SnapshotError(path_problem(error, snapshot, whole="the report")) from None
    return cast(ReportSnapshot, snapshot)
