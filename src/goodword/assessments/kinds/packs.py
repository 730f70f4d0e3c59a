"""Limits, validation and answer scales shared by the content of all kinds of test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, StrictInt, TypeAdapter, ValidationError
from pydantic import StringConstraints as Limits

from goodword.core.text import clean_text
from goodword.core.validation import ReadingError, sentences

#: assumed seconds to read a sentence and choose an answer, until there are medians of real answers
DECIDING_SECONDS: Final = 5

#: maxima that pages and candidates can handle
MOST_ITEMS: Final = 600
MOST_SCALES: Final = 60
MOST_ANSWERS: Final = 11
MOST_POINTS: Final = 10
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
