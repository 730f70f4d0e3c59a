"""Types, limits and validation shared by the content of all kinds of test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    Strict,
    StrictInt,
    TypeAdapter,
    ValidationError,
)
from pydantic import StringConstraints as Limits

from goodword.core.text import clean_text
from goodword.core.validation import ReadingError, sentences

#: the only form of a test without short forms
FULL_FORM: Final = "full"
#: assumed seconds to read a sentence and choose an answer, until there are medians of real answers
DECIDING_SECONDS: Final = 5

#: maxima that pages and candidates can handle
MOST_ITEMS: Final = 600
MOST_SCALES: Final = 60
MOST_ANSWERS: Final = 11
MOST_POINTS: Final = 10
#: minimum lower end of the 95% interval of ICC(2,k) for a panel's key: moderate agreement (Koo & Li 2016)
LEAST_AGREEMENT: Final = 0.5
#: maximum length of the column in models.Score
LONGEST_SCALE: Final = 40

_ENTRIES: Final = {
    "scales": "scale",
    "scoring": "scoring",
    "items": "item",
    "short_forms": "short form",
    "norms": "norm group",
    "response_scale": "answer",
    "situations": "situation",
    "actions": "action",
    "rubrics": "rubric",
    "criteria": "criterion",
    "entries": "entry",
}


def _cleaned(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


def _cleaned_or_empty(value: Any) -> Any:
    return "" if value is None else _cleaned(value)


def _or_empty(value: Any) -> Any:
    return () if value is None else value


#: validators before the limits of a text, an optional text and an optional list; null counts as missing
TEXT: Final = BeforeValidator(_cleaned)
OPTIONAL: Final = BeforeValidator(_cleaned_or_empty)
OPTIONAL_LIST: Final = BeforeValidator(_or_empty)
#: unknown names are refused, since they are probably misspelt
KNOWN_NAMES: Final = ConfigDict(extra="forbid")


class PackError(ReadingError):
    pass


class FormError(LookupError): ...


@dataclass(frozen=True, slots=True)
class ResponseOption:
    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    value: StrictInt
    label: Annotated[str, TEXT, Limits(min_length=1, max_length=80)]


def _check_rising(options: tuple[ResponseOption, ...]) -> tuple[ResponseOption, ...]:
    values = [option.value for option in options]
    if len(values) < 2 or values != list(range(values[0], values[0] + len(values))):
        raise ValueError("needs an answer scale of at least two values, rising one by one")
    return options


type ResponseScale = Annotated[tuple[ResponseOption, ...], AfterValidator(_check_rising)]


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


def read[T](adapter: TypeAdapter[T], data: object, *, whole: str, error: type[ReadingError] = PackError) -> T:
    """Validate `data`. Raises `error` with a sentence that names the first wrong field. `whole`: the name of `data` in
    sentences."""
    try:
        return adapter.validate_python(data)
    except ValidationError as wrong:
        raise error(sentences(wrong, data, whole=whole, each=_ENTRIES)[0]) from None


def wrong(whole: str, what: str, error: type[ReadingError] = PackError) -> ReadingError:
    sentence = clean_text(f"{whole} {what}.", one_line=True)
    return error(sentence[:1].upper() + sentence[1:])


def check_rights(data: object, whole: str, *, what: str) -> None:
    """Raise an error if the licence or source is missing. `what`: the content of the file, for the sentence."""
    if not isinstance(data, Mapping):
        return
    if data.get("licence") is None:
        raise wrong(whole, f"has no licence; say under which licence the {what} may be used")
    if data.get("source") is None:
        raise wrong(whole, f"has no source; say who wrote the {what} and where they were published")


def check_unique(whole: str, what: str, ids: Sequence[str]) -> None:
    if repeated := next((given for place, given in enumerate(ids) if given in ids[:place]), None):
        raise wrong(whole, f"has the {what} “{repeated}” twice")


def at_most(what: str, n: int, most: int) -> None:
    if n > most:
        raise PackError(f"It has {n} {what}; at most {most} are allowed.")
