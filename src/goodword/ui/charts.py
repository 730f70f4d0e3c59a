"""Charts as rows with coordinates, in a wide and a narrow version. The narrow one has labels above the lines, to keep
the text size."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goodword.core.text import rounded

STACK_LIMIT = 6
#: values closer than this are stacked
GRAIN = 0.05


@dataclass(frozen=True)
class Axis:
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        clamped = min(max(value, self.low), self.high)
        share = (clamped - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[int]:
        first, last = int(-(-self.low // 1)), int(self.high // 1)
        return list(range(first, last + 1))


def stacked(values: Sequence[float]) -> list[tuple[float, int]]:
    """Return the sorted values with the level at which each is drawn. Close values are stacked, so that none is
    hidden."""
    piles: dict[int, int] = {}
    placed = []
    for value in sorted(values):
        key = round(value / GRAIN)
        level = piles.get(key, 0)
        placed.append((value, level % STACK_LIMIT))
        piles[key] = level + 1
    return placed


@dataclass(frozen=True)
class ChartMeasures:
    width: int
    start: int
    end: int
    row: int
    line: int
    label_x: int
    label_y: int
    narrow: bool


WIDE = ChartMeasures(width=720, start=220, end=650, row=44, line=22, label_x=0, label_y=27, narrow=False)
NARROW = ChartMeasures(width=340, start=12, end=288, row=66, line=46, label_x=0, label_y=22, narrow=True)
AXIS_HEIGHT = 40
STACK_STEP = 5


@dataclass(frozen=True)
class Ring:
    x: float
    y: float


@dataclass(frozen=True)
class ScaleCoordinates:
    """The coordinates of one scale. `mean_text` and `band_text` are empty without a mean or band."""

    label: str
    detail: str
    top: int
    line_y: int
    label_y: int
    rings: list[Ring]
    spread: tuple[float, float] | None
    mean_x: float | None
    mean_text: str
    marks_text: str
    count: int
    band: tuple[float, float] | None
    band_text: str


@dataclass(frozen=True)
class ChartDrawing:
    measures: ChartMeasures
    height: int
    axis_y: int
    ticks: list[tuple[float, str]]
    rows: list[ScaleCoordinates]


@dataclass(frozen=True)
class Chart:
    """Both versions of the same rows. The text alternative and the table use the wide one."""

    wide: ChartDrawing
    narrow: ChartDrawing
    has_marks: bool
    has_bands: bool

    @property
    def rows(self) -> list[ScaleCoordinates]:
        return self.wide.rows

    @property
    def pictures(self) -> list[ChartDrawing]:
        return [self.wide, self.narrow]


def scale_chart(rows: Iterable[Mapping[str, Any]], *, minimum: float, maximum: float) -> Chart:
    """Data for `{% scale_dots %}`. Raises ValueError if the axis has no length."""
    if maximum <= minimum:
        raise ValueError("the axis has no length")
    rows = list(rows)
    wide, narrow = (_scale_picture(rows, measures, minimum, maximum) for measures in (WIDE, NARROW))
    return Chart(
        wide=wide,
        narrow=narrow,
        has_marks=any(row.count for row in wide.rows),
        has_bands=any(row.band for row in wide.rows),
    )


def _scale_picture(
    rows: list[Mapping[str, Any]], measures: ChartMeasures, minimum: float, maximum: float
) -> ChartDrawing:
    axis = Axis(minimum, maximum, measures.start, measures.end)
    drawn = [_scale_row(row, number, axis, measures) for number, row in enumerate(rows)]
    bottom = len(drawn) * measures.row
    ticks = [(axis.at(tick), str(tick)) for tick in axis.ticks()]
    return ChartDrawing(measures, bottom + AXIS_HEIGHT, bottom, ticks, drawn)


def _scale_row(row: Mapping[str, Any], number: int, axis: Axis, measures: ChartMeasures) -> ScaleCoordinates:
    top = number * measures.row
    line_y = top + measures.line
    marks = [float(mark) for mark in row.get("marks") or []]
    mean, band = row.get("mean"), row.get("band")
    rings = [Ring(axis.at(value), line_y - level * STACK_STEP) for value, level in stacked(marks)]
    return ScaleCoordinates(
        label=str(row["label"]),
        detail=str(row.get("detail") or ""),
        top=top,
        line_y=line_y,
        label_y=top + measures.label_y,
        rings=rings,
        spread=(axis.at(min(marks)), axis.at(max(marks))) if len(marks) > 1 else None,
        mean_x=None if mean is None else axis.at(float(mean)),
        mean_text="" if mean is None else rounded(float(mean), 1),
        marks_text=", ".join(f"{mark:g}" for mark in sorted(marks)),
        count=len(marks),
        band=(axis.at(band[0]), axis.at(band[1])) if band else None,
        band_text=f"{rounded(band[0], 1)} – {rounded(band[1], 1)}" if band else "",
    )
