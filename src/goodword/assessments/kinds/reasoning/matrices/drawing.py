"""Draws figures as SVG without ids, styles or clips, since a page can have many of them, and without colours."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import cos, pi, sin

from goodword.assessments.kinds.generated import (
    Figure,
    GeneratedItem,
    Mark,
    Matrix,
    Picture,
    Shape,
    Shown,
    ShownOption,
)
from goodword.assessments.kinds.reasoning.matrices.rules import SHADINGS, SHAPES
from goodword.assessments.kinds.reasoning.matrices.words import WORDS, RuleWords, alt
from goodword.core.validation import Json

type Point = tuple[float, float]

SIDE = 96
#: distance from a mark's centre to its corners by size; a small mark fits a ninth of the cell
RADIUS = {1: 12.5, 2: 26.0, 3: 40.0}
APART = 30
LINE = 2.5
STRIPE = {1: 5.0, 2: 8.0, 3: 10.0}
GREY = "0.5"


def picture(figure: Figure, language: str) -> Picture:
    words = alt(figure, language)
    drawn = "".join(_mark(mark) for mark in figure.marks)
    return Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" class="matrix__drawing" role="img"'
        f' aria-label="{escape(words)}" focusable="false">{drawn}</svg>',
        words,
    )


def literal(svg: str, ink: str = "#1d1b20") -> str:
    return svg.replace("currentColor", ink)


def _mark(mark: Mark) -> str:
    x, y = (SIDE // 2 + APART * (at - 1) for at in (mark.place % 3, mark.place // 3))
    radius = RADIUS[mark.size]
    corners = [_turned(corner, mark.turn) for corner in _CORNERS.get(mark.shape, _ROUND)]
    points = [(x + radius * across, y + radius * down) for across, down in corners]
    if mark.shape == "circle":
        outline = f'<circle cx="{x}" cy="{y}" r="{_number(radius * _CIRCLE)}"'
    else:
        outline = f'<path d="{_path(points)}"'
    fill = {
        "empty": 'fill="none"',
        "striped": 'fill="none"',
        "grey": f'fill="currentColor" fill-opacity="{GREY}"',
        "full": 'fill="currentColor"',
    }[mark.shading]
    line = f'stroke="currentColor" stroke-width="{LINE}" stroke-linejoin="round"'
    stripes = ""
    if mark.shading == "striped":
        lines = "".join(_segment(*ends) for ends in _stripes(points, (x, y), STRIPE[mark.size]))
        stripes = f'<path d="{lines}" fill="none" stroke="currentColor" stroke-width="{LINE * 0.8}"/>'
    return f"{stripes}{outline} {fill} {line}/>"


def _stripes(points: Sequence[Point], middle: Point, step: float) -> Iterator[tuple[Point, Point]]:
    """Lines rising to the right, `step` apart, clipped to the outline `points`."""
    turned = [_turned((x - middle[0], y - middle[1]), 45) for x, y in points]
    low, high = min(y for _, y in turned), max(y for _, y in turned)
    height = -step * int(-low / step)
    while height < high:
        crossings = sorted(
            x1 + (height - y1) * (x2 - x1) / (y2 - y1)
            for (x1, y1), (x2, y2) in zip(turned, [*turned[1:], turned[0]], strict=True)
            if (y1 <= height) != (y2 <= height)
        )
        for start, end in zip(crossings[::2], crossings[1::2], strict=True):
            ends = [_turned((x, height), -45) for x in (start, end)]
            first, second = ((x + middle[0], y + middle[1]) for x, y in ends)
            yield first, second
        height += step


def _turned(point: Point, degrees: int) -> Point:
    """Rotate clockwise about the origin; y grows downwards."""
    angle = degrees * pi / 180
    x, y = point
    return x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points) + "Z"


def _segment(start: Point, end: Point) -> str:
    return f"M{_number(start[0])} {_number(start[1])}L{_number(end[0])} {_number(end[1])}"


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}"


def _round(corners: int, radius: float = 1.0, first: float = -pi / 2) -> list[Point]:
    return [
        (radius * cos(first + 2 * pi * at / corners), radius * sin(first + 2 * pi * at / corners))
        for at in range(corners)
    ]


_CIRCLE = 0.9
_ROUND = _round(60, _CIRCLE)
_STAR = [point for pair in zip(_round(5), _round(5, 0.42, -pi / 2 + pi / 5), strict=True) for point in pair]
#: corners of each shape in a circle of radius 1, pointing up
_CORNERS: dict[Shape, list[Point]] = {
    "square": [(-0.78, -0.78), (0.78, -0.78), (0.78, 0.78), (-0.78, 0.78)],
    "triangle": [(0, -1), (0.87, 0.75), (-0.87, 0.75)],
    "diamond": [(0, -1), (0.72, 0), (0, 1), (-0.72, 0)],
    "pentagon": _round(5),
    "star": _STAR,
    "cross": [
        (-0.33, -0.95), (0.33, -0.95), (0.33, -0.33), (0.95, -0.33), (0.95, 0.33), (0.33, 0.33),
        (0.33, 0.95), (-0.33, 0.95), (-0.33, 0.33), (-0.95, 0.33), (-0.95, -0.33), (-0.33, -0.33),
    ],
    "arrow": [(0, -1), (0.82, -0.05), (0.34, -0.05), (0.34, 0.95), (-0.34, 0.95), (-0.34, -0.05), (-0.82, -0.05)],
}  # fmt: skip


def show_matrix(item: GeneratedItem, language: str) -> Shown:
    if not isinstance(item.task, Matrix):
        raise TypeError(f"{item.family} makes no matrices.")
    return Shown(
        question=WORDS[language].question,
        pictures=tuple(picture(cell, language) for cell in item.task.cells),
        options=tuple(
            ShownOption(id=option.id, picture=picture(_figure(option.value), language))
            for option in item.options
        ),
    )


def matrix_rule_in_words(item: GeneratedItem, language: str) -> str:
    words = WORDS[language]
    rules = item.rule["rules"]
    if not isinstance(rules, list | tuple):
        raise TypeError("The rule of a matrix must be a list.")
    sentences = [_sentence(rule, words) for rule in rules if isinstance(rule, Mapping)]
    right = next(_figure(option.value) for option in item.options if option.id == item.key)
    figure = alt(right, language)
    missing = words.missing[len(right.marks) > 1]
    return " ".join([*sentences, missing.format(figure=figure[:1].lower() + figure[1:])])


def _sentence(rule: Mapping[str, Json], words: RuleWords) -> str:
    kind, aspect, by, values = rule["kind"], str(rule["aspect"]), rule["by"], rule["values"]
    match kind:
        case "same":
            return words.same[aspect]
        case "step" if isinstance(by, int):
            return words.step[aspect, by]
        case "three" if isinstance(values, list | tuple):
            names = _names(aspect, [int(str(value)) for value in sorted(values, key=str)], words)
            return words.three[aspect].format(values=names)
        case _:
            return words.reckoned[str(kind)]


def _names(aspect: str, values: list[int], words: RuleWords) -> str:
    match aspect:
        case "shape":
            names = [words.shapes[SHAPES[value]] for value in values]
        case "shading":
            names = [words.shadings[SHADINGS[value]] for value in values]
        case _:
            names = [str(value) for value in values]
    return f"{', '.join(names[:-1])} {words.also} {names[-1]}"


def _figure(value: object) -> Figure:
    if not isinstance(value, Figure):
        raise TypeError("An option of a matrix must be a figure.")
    return value
