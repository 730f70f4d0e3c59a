"""The blocks of reports: results produce them; PDFs and screens draw them. Texts are in the report's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Phrases(Protocol):
    @property
    def language(self) -> str: ...

    def __call__(self, key: str, **values: str | int) -> str:
        """The phrase with its placeholders filled. Raises `KeyError` for a phrase that does not exist."""

    def category(self, name: str) -> str:
        """The name of a category of tasks; `name` itself for anything else."""

    def family(self, name: str) -> str:
        """The name of a family of tasks; `name` itself for an unknown one."""

    def count(self, key: str, n: int, **values: str | int) -> str:
        pass

    def number(self, value: float, places: int) -> str:
        """`value` rounded to `places` decimals, with the decimal mark of the language."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A third-level heading with a muted line below it."""

    text: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Prose:
    paragraphs: Sequence[str]
    quiet: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Labelled:
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell with a muted second line; with `rows` it spans that many rows, which omit it."""

    text: str
    note: str | None = None
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are shares of the line (0: as wide as its content)."""

    header: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    widths: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRow:
    """A scale with its two ends, its mean and a band around it."""

    label: str
    note: str
    low: str
    high: str
    mean: float | None
    mean_text: str
    band: tuple[float, float] | None
    alt: str


@dataclass(frozen=True, slots=True)
class ScaleChart:
    header: Sequence[str]
    axis: tuple[int, int]
    rows: Sequence[ScaleRow]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRow:
    """The answers of one relationship; `hollow` marks those of the candidate."""

    label: str
    note: str
    values: Sequence[int]
    answers: str
    mean: float | None
    mean_text: str
    hollow: bool
    alt: str


@dataclass(frozen=True, slots=True)
class RatingChart:
    """Answers as dots on a common axis, a row for each relationship."""

    header: Sequence[str]
    axis: tuple[int, int]
    rows: Sequence[RatingRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    label: str
    filled: int
    hollow: int
    alt: str
    who: str


@dataclass(frozen=True, slots=True)
class OptionChart:
    header: Sequence[str]
    rows: Sequence[OptionRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A text in the writer's own words. `language` is its tag, None if it is the report's or unknown."""

    text: str
    by: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Quotes:
    entries: Sequence[Quote]


type Block = Heading | Prose | Notice | Labelled | Table | ScaleChart | RatingChart | OptionChart | Quotes


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading of the second level; `together` keeps it on one page."""

    title: str
    blocks: Sequence[Block]
    together: bool = False
