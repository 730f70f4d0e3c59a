"""Types shared by the content of several kinds of test."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import (
    ConfigDict,
    Field,
    FiniteFloat,
    Strict,
    StrictInt,
)
from pydantic import StringConstraints as Limits

from goodword.assessments.kinds.packs import KNOWN_NAMES, MOST_POINTS, OPTIONAL, TEXT

#: the only form of a test without short forms
FULL_FORM: Final = "full"
#: minimum lower end of the 95% interval of ICC(2,k) for a panel's key: moderate agreement (Koo & Li 2016)
LEAST_AGREEMENT: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOffer:
    """`minutes`: the time limit of generated items, else an estimate. `figures`: whether some items are pictures."""

    id: str
    name: str
    items: int
    minutes: int
    figures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Neither end of a scale is better. `name` is shown, `construct` is the technical term."""

    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    id: Annotated[str, TEXT, Limits(min_length=1, max_length=60)]
    name: Annotated[str, TEXT, Limits(min_length=1, max_length=100)]
    construct: Annotated[str, OPTIONAL, Limits(max_length=100)] = ""
    description: Annotated[str, OPTIONAL, Limits(max_length=500)] = ""
    low_label: Annotated[str, OPTIONAL, Limits(max_length=60)] = ""
    low_text: Annotated[str, OPTIONAL, Limits(max_length=500)] = ""
    high_label: Annotated[str, OPTIONAL, Limits(max_length=60)] = ""
    high_text: Annotated[str, OPTIONAL, Limits(max_length=500)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A criterion of a rubric, worth 0 to `points`; `anchors` describe what earns them."""

    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    id: Annotated[str, TEXT, Limits(min_length=1, max_length=40)]
    text: Annotated[str, TEXT, Limits(min_length=1, max_length=300)]
    points: Annotated[StrictInt, Field(ge=1, le=MOST_POINTS)]
    anchors: Annotated[str, OPTIONAL, Limits(max_length=1000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The experts whose mean ratings are the key of a version. Intraclass correlations of one expert and of their mean,
    with 95% intervals (psychometrics.agreement). `wide`: actions with weak agreement. `keyed_on`: ISO date. `invited`:
    includes `declined` and `removed`; None if not recorded. `left_out`: actions removed after they were rated.
    `ratings`: a row per expert, actions in order; rows are sorted, so they don't identify experts. Empty if not
    recorded. With these, the agreement can be recomputed even after the experts have been erased."""

    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    experts: int
    icc_single: float
    icc_single_interval: tuple[float, float]
    icc_average: float
    icc_average_interval: tuple[float, float]
    wide: int
    keyed_by: str
    keyed_on: str
    invited: int | None = None
    declined: int = 0
    removed: int = 0
    left_out: int = 0
    ratings: tuple[tuple[int, ...], ...] = ()

    @property
    def agrees(self) -> bool:
        return self.icc_average_interval[0] >= LEAST_AGREEMENT


@dataclass(frozen=True, slots=True)
class Norm:
    """A scale's mean and standard deviation in a norm group, on the answer scale."""

    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    mean: Annotated[FiniteFloat, Strict()]
    sd: Annotated[FiniteFloat, Strict()]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedNormGroup:
    form: str
    name: str
    n: int
    source: str
    caveat: str
    scales: tuple[tuple[str, Norm], ...]
