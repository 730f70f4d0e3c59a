"""What the content of all kinds of test shares: errors, answer scales, forms, reading times."""

from dataclasses import dataclass
from typing import Final

from goodword.core.json_reading import Reader, ReadingError

#: the only form of a test without short forms
FULL_FORM: Final = "full"
#: to weigh a sentence and choose an answer; our assumption, until there are medians of real answers
DECIDING_SECONDS: Final = 5


#: what fits a page and a candidate's patience
MOST_ITEMS: Final = 600
MOST_SCALES: Final = 60
MOST_ANSWERS: Final = 11
#: as models.Score keeps it
LONGEST_SCALE: Final = 40


class PackError(ReadingError):
    """What is wrong with a pack, in one sentence."""


class FormError(LookupError):
    """A form that the test does not have."""


@dataclass(frozen=True, slots=True)
class ResponseOption:
    """One answer on the answer scale: the whole number that is scored, and its label."""

    value: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOffer:
    """One form of a version. `minutes` is its clock for generated items, else about how long it takes; `name` is its
    author's, and may be empty; `figures`: some items are pictures."""

    id: str
    name: str
    items: int
    minutes: int
    figures: bool = False


def whole_minutes(seconds: float) -> int:
    """To the nearest minute, at least one."""
    return max(1, int(seconds / 60 + 0.5))


def check_rights(reader: Reader, *, what: str) -> None:
    """Refuse content without a licence or a source; `what` it contains is named in the sentence."""
    if not reader.has("licence"):
        raise reader.wrong(f"has no licence; say under which licence the {what} may be used")
    if not reader.has("source"):
        raise reader.wrong(f"has no source; say who wrote the {what} and where they were published")


def read_response_scale(reader: Reader) -> tuple[ResponseOption, ...]:
    """The answer scale: at least two values, rising one by one."""
    options = []
    for entry in reader.objects("response_scale", each="answer"):
        options.append(ResponseOption(entry.whole("value"), entry.text("label", longest=80)))
        entry.done()
    values = [option.value for option in options]
    if len(values) < 2 or values != list(range(values[0], values[0] + len(values))):
        raise reader.wrong("needs an answer scale of at least two values, rising one by one")
    return tuple(options)


def unique(reader: Reader, what: str, ids: list[str]) -> frozenset[str]:
    """The ids as a set; refused if one comes twice."""
    for place, one in enumerate(ids):
        if one in ids[:place]:
            raise reader.wrong(f"has the {what} “{one}” twice")
    return frozenset(ids)


def at_most(what: str, n: int, most: int) -> None:
    """Raises `PackError` for more."""
    if n > most:
        raise PackError(f"It has {n} {what}; {most} are the most.")
