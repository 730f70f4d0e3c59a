"""The reports of all kinds of test, by the name of the kind."""

from typing import Annotated, Any, assert_never

from pydantic import Discriminator, Tag

from goodword.assessments.kinds.custom.report import CustomPart, CustomReport
from goodword.assessments.kinds.judgement.report import JudgementPart, JudgementReport
from goodword.assessments.kinds.reasoning.report import ReasoningPart, ReasoningReport
from goodword.assessments.kinds.report_parts import KindReport
from goodword.assessments.kinds.scales.report import ScalesPart, ScalesReport
from goodword.assessments.models import Test


def kind(part: Any) -> str | None:
    """The kind of a part's frozen data; the first two schemas knew only scales, and did not name them."""
    return part.get("kind", "scales") if isinstance(part, dict) else None


type PartData = Annotated[
    Annotated[ScalesPart, Tag("scales")]
    | Annotated[ReasoningPart, Tag("reasoning")]
    | Annotated[JudgementPart, Tag("judgement")]
    | Annotated[CustomPart, Tag("questions")],
    Discriminator(kind),
]


def report_of_kind(name: str) -> KindReport[Any, Any]:
    """Raises `ValueError` for an unknown kind."""
    found = Test.Kind(name)
    match found:
        case Test.Kind.SCALES:
            return ScalesReport()
        case Test.Kind.REASONING:
            return ReasoningReport()
        case Test.Kind.JUDGEMENT:
            return JudgementReport()
        case Test.Kind.QUESTIONS:
            return CustomReport()
        case _:
            assert_never(found)
