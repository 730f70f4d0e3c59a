"""Blocks of reports, with plain text in the report's language. `reports.pdf.render` and `ui.blocks` render them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs. `leads`: keep it on the next block's page. `large`: use larger type. Screens emphasise the `key`, the
    main figure in the first paragraph."""

    paragraphs: Sequence[str]
    quiet: bool = False
    leads: bool = False
    key: str = ""
    large: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Labelled:
    rows: Sequence[tuple[str, str]]
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorMark:
    """The author of an answer: letters in one of seven shapes, readable without colour. `own`: the candidate's, drawn
    hollow."""

    letters: str
    shape: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell with a muted second line and a `warning`. `rows`: how many rows it spans; the other rows omit it.
    `language`: a language tag; None if the text is in the report's language or in an unknown one.
    """

    text: str
    note: str | None = None
    rows: int = 1
    mark: AuthorMark | None = None
    warning: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`widths`: shares of the line width in PDFs (0: as wide as the content). On screens, the `caption` is only for
    screen readers unless `shows_caption`, and `own` rows are marked."""

    header: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    widths: Sequence[float] = ()
    caption: str = ""
    shows_caption: bool = False
    own: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRow:
    """A scale with its two ends, its mean and a band around it. `marks` are item responses, shown to members."""

    label: str
    note: str
    low: str
    high: str
    mean: float | None
    mean_text: str
    band: tuple[float, float] | None
    alt: str
    marks: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class ScaleChart:
    header: Sequence[str]
    axis: tuple[int, int]
    rows: Sequence[ScaleRow]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRow:
    """Answers on one scale. `hollow`: all are the candidate's. `marks`: who gave each of the `values`."""

    label: str
    note: str
    values: Sequence[int]
    hollow: bool
    alt: str
    marks: Sequence[AuthorMark] = ()


@dataclass(frozen=True, slots=True)
class RatingChart:
    """`header`: headings of the columns with the labels and, on screens, with the range. `levels`: names of the axis
    values. `legend`: explains the marks."""

    header: Sequence[str]
    axis: tuple[int, int]
    rows: Sequence[RatingRow]
    caption: str = ""
    levels: Sequence[str] = ()
    legend: Sequence[tuple[AuthorMark, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    label: str
    filled: int
    hollow: int
    alt: str
    who: str
    marks: Sequence[AuthorMark] = ()


@dataclass(frozen=True, slots=True)
class OptionChart:
    header: Sequence[str]
    rows: Sequence[OptionRow]
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnScore:
    """A test score drawn on its `axis`, with its band if it has one. `note`: its precision."""

    label: str
    value: str
    note: str
    alt: str
    axis: tuple[float, float] | None = None
    at: float | None = None
    band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """A test with its scores and the job requirement that it assesses. `precision` applies to all the scores."""

    name: str
    note: str
    scores: Sequence[DrawnScore]
    requirement: str
    requirement_note: str = ""
    precision: str = ""


@dataclass(frozen=True, slots=True)
class ScoreTable:
    header: Sequence[str]
    rows: Sequence[ScoreRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Somebody's own words. `language`: a language tag; None if it is the report's language or unknown."""

    text: str
    by: str
    language: str | None
    mark: AuthorMark | None = None


@dataclass(frozen=True, slots=True)
class Quotes:
    entries: Sequence[Quote]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A trusted SVG with its own alternative text. `marked`: draw a border; `tinted`: fill the background."""

    svg: str
    label: str = ""
    marked: bool = False
    tinted: bool = False


@dataclass(frozen=True, slots=True)
class Drawings:
    entries: Sequence[Drawing]
    columns: int


@dataclass(frozen=True, slots=True)
class BlockLink:
    """A link to a members' page (`page`: URL name); others see its text. `may_work`: only for members who may work."""

    text: str
    page: str
    pk: int
    query: str = ""
    note: str = ""
    may_work: bool = False


@dataclass(frozen=True, slots=True)
class Details:
    """Collapsible blocks, which PDFs omit. `about`: distinguishes identical summaries for screen readers."""

    summary: str
    blocks: Sequence["Block"]
    about: str = ""


type PrintedBlock = (
    Heading | Prose | Notice | Labelled | Table | ScaleChart | RatingChart | OptionChart | ScoreTable | Quotes
)
type Block = PrintedBlock | Details | Drawings | BlockLink


@dataclass(frozen=True, slots=True)
class OutcomeAnswer:
    """An answer and the referees who gave it (`by`: letter, who). `differs`: whether it differs from the candidate's
    statement."""

    text: str
    by: Sequence[tuple[str, str]] = ()
    differs: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    label: str
    answers: Sequence[OutcomeAnswer]


@dataclass(frozen=True, slots=True)
class Section:
    """Part of a report under a second-level heading, with a muted `note` beside it. `together`: keep it on one page.
    `anchor`: its id on a screen."""

    title: str
    blocks: Sequence[Block]
    together: bool = False
    anchor: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """A report. The `front`, on page 1, holds the result; the appendix starts on a new page."""

    lead: str
    front: Sequence[Section]
    body: Sequence[Section]
    appendix: Sequence[Section]
