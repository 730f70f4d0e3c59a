import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from goodword.core.report_blocks import (
    AuthorMark,
    Block,
    BlockLink,
    Cell,
    Details,
    Drawings,
    DrawnScore,
    Heading,
    Labelled,
    Notice,
    OptionChart,
    OptionRow,
    Prose,
    Quotes,
    RatingChart,
    RatingRow,
    ScaleChart,
    ScoreTable,
    Table,
)

#: One or more figures: "3", "−0.4 ± 0.2", "3 of 5", "60%", "–". Linear, since cells can contain untrusted text.
_FIGURES = re.compile(r"[−-]?\d[\d.,]*+(?:\s?(?:±|–|%|of|to)(?:\s?\d[\d.,]*+)?)*+|–|")


def drawn(blocks: Iterable[Block]) -> Iterator[tuple[str, Any]]:
    """Return the kind of each block, as the template calls it, and its data."""
    for block in blocks:
        match block:
            case Prose():
                yield "prose", (block, block.paragraphs[0].partition(block.key) if block.key else None)
            case Table():
                yield "table", _table(block)
            case ScoreTable():
                yield "table", _table(_scores(block))
            case ScaleChart():
                yield "scales", _scales(block)
            case RatingChart():
                yield "ratings", _ratings(block)
            case OptionChart():
                yield "options", (block, [_option(row) for row in block.rows])
            case BlockLink():
                yield "link", block
            case Heading() | Notice() | Labelled() | Quotes() | Drawings() | Details():
                yield type(block).__name__.lower(), block
            case _:
                assert_never(block)


@dataclass(frozen=True, slots=True)
class _TableCell:
    cell: Cell
    label: str
    is_number: bool
    is_head: bool


@dataclass(frozen=True, slots=True)
class _TableRow:
    cells: Sequence[_TableCell]
    is_own: bool


@dataclass(frozen=True, slots=True)
class _Table:
    table: Table
    header: Sequence[tuple[str, bool]]
    rows: Sequence[_TableRow]


def _table(table: Table) -> _Table:
    placed = [list(cells) for cells in _placed(table)]
    numbers = [
        column > 0
        and all(_FIGURES.fullmatch(cell.text) for cells in placed for place, cell in cells if place == column)
        for column in range(len(table.header))
    ]
    return _Table(
        table,
        list(zip(table.header, numbers, strict=True)),
        [
            _TableRow(
                [
                    _TableCell(cell, table.header[column], numbers[column], column == 0)
                    for column, cell in cells
                ],
                is_own=number in table.own,
            )
            for number, cells in enumerate(placed)
        ],
    )


def _placed(table: Table) -> Iterator[Iterator[tuple[int, Cell]]]:
    """The cells of each row with their columns. Rows omit cells that an earlier row's cell spans."""
    spanned = [0] * len(table.header)
    for row in table.rows:
        free = [column for column, left in enumerate(spanned) if not left]
        spanned = [max(left - 1, 0) for left in spanned]
        cells = [cell if isinstance(cell, Cell) else Cell(cell) for cell in row]
        for column, cell in zip(free, cells, strict=True):
            spanned[column] = max(spanned[column], cell.rows - 1)
        yield zip(free, cells, strict=True)


def _scores(table: ScoreTable) -> Table:
    test, score, _, requirement = table.header
    rows = [
        [
            Cell(row.name, note=". ".join(filter(None, [row.note, row.precision.rstrip(".")]))),
            _score_cell(row.scores),
            Cell(row.requirement, note=row.requirement_note or None),
        ]
        for row in table.rows
    ]
    return Table([test, score, requirement], rows, caption=test)


def _score_cell(scores: Sequence[DrawnScore]) -> Cell:
    text = " · ".join(f"{score.label} {score.value}".strip() for score in scores)
    note = scores[0].note.replace("\n", ". ") if len(scores) == 1 else ""
    return Cell(text, note=note or None)


@dataclass(frozen=True, slots=True)
class _Scales:
    chart: ScaleChart
    rows: Sequence[dict[str, Any]]


def _scales(chart: ScaleChart) -> _Scales:
    return _Scales(
        chart,
        [
            {"label": row.label, "mean": row.mean, "marks": list(row.marks), "detail": "", "band": row.band}
            for row in chart.rows
        ],
    )


@dataclass(frozen=True, slots=True)
class _Level:
    """The marks of the people who chose this level; None if unknown. `spread`: "from" at the referees' lowest answer,
    "to" at the highest, "through" in between, else empty."""

    value: int
    marks: Sequence[AuthorMark | None]
    spread: str

    @property
    def count(self) -> int:
        return len(self.marks)


@dataclass(frozen=True, slots=True)
class _Rating:
    row: RatingRow
    levels: Sequence[_Level]
    range: str


@dataclass(frozen=True, slots=True)
class _Ratings:
    chart: RatingChart
    levels: range
    rows: Sequence[_Rating]

    @property
    def levels_named(self) -> Sequence[tuple[int, str]]:
        return list(zip(self.levels, self.chart.levels, strict=False))


def _ratings(chart: RatingChart) -> _Ratings:
    """Data for a rating chart. It has no means, since no figure on a screen should sum up a person."""
    levels = range(chart.axis[0], chart.axis[1] + 1)
    return _Ratings(chart, levels, [_rating(row, levels) for row in chart.rows])


def _rating(row: RatingRow, levels: range) -> _Rating:
    marks: Sequence[AuthorMark | None] = row.marks or [None] * len(row.values)
    pairs = list(zip(row.values, marks, strict=True))
    given = [value for value, mark in pairs if mark is None or not mark.own]
    low, high = min(given, default=0), max(given, default=0)
    between = str(low) if low == high else f"{low}–{high}"
    cells = [
        _Level(level, [mark for value, mark in pairs if value == level], _spread(level, low, high))
        for level in levels
    ]
    return _Rating(row, cells, between if given else "–")


def _spread(level: int, low: int, high: int) -> str:
    if low == high or not low <= level <= high:
        return ""
    return {low: "from", high: "to"}.get(level, "through")


@dataclass(frozen=True, slots=True)
class _Option:
    row: OptionRow
    marks: range
    rings: range

    @property
    def count(self) -> int:
        return self.row.filled + self.row.hollow


def _option(row: OptionRow) -> _Option:
    return _Option(row, range(row.filled), range(row.hollow))
