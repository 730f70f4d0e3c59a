"""Solves a figural matrix using only its eight cells and the options.

For each feature, every hypothesis about rows or columns is tested on all cells shown. Those that fit predict the
missing value.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from goodword.assessments.kinds.generated import Figure, GeneratedOption, Matrix

_LOOKS = ("shape", "shading", "turn", "size")
_CLOCKWISE = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))


@dataclass(frozen=True, slots=True)
class Prediction:
    feature: str
    value: Hashable
    cost: int


def solve(task: Matrix, options: Sequence[GeneratedOption]) -> frozenset[str]:
    readings = _readings(task, options)
    least = {
        feature: min((reading.cost for reading in readings if reading.feature == feature), default=0)
        for feature in {reading.feature for reading in readings}
    }
    # number and places explain the same thing, so use the simpler of the two for both
    if "number" in least and "places" in least:
        least["number"] = least["places"] = min(least["number"], least["places"])
    return _fitting([reading for reading in readings if reading.cost <= least[reading.feature]], options)


def solve_by_any_reading(task: Matrix, options: Sequence[GeneratedOption]) -> frozenset[str]:
    return _fitting(_readings(task, options), options)


def _fitting(readings: Sequence[Prediction], options: Sequence[GeneratedOption]) -> frozenset[str]:
    allowed = {(reading.feature, reading.value) for reading in readings}

    def fits(figure: Figure) -> bool:
        looks = all((look, _look(figure, look)) in allowed for look in _LOOKS)
        layout = ("number", len(figure.marks)) in allowed or ("places", _places(figure)) in allowed
        return looks and layout

    return frozenset(
        option.id for option in options if isinstance(option.value, Figure) and fits(option.value)
    )


def _readings(task: Matrix, options: Sequence[GeneratedOption]) -> list[Prediction]:
    figures = task.cells
    found = [
        Prediction(look, value, cost)
        for look in _LOOKS
        for value, cost in _predictions([_look(figure, look) for figure in figures], look)
    ]
    every = [*figures, *(option.value for option in options if isinstance(option.value, Figure))]
    layouts = {(len(figure.marks), _places(figure)) for figure in every}
    if len({number for number, _ in layouts}) == len(layouts):
        found += [
            Prediction("number", value, cost)
            for value, cost in _predictions([len(figure.marks) for figure in figures], "number")
        ]
    found += [
        Prediction("places", value, cost)
        for value, cost in _predictions([_places(figure) for figure in figures], "places")
    ]
    return found


def _look(figure: Figure, look: str) -> Hashable:
    values = tuple(getattr(mark, look) for mark in figure.marks)
    return values[0] if len(set(values)) == 1 else values


def _places(figure: Figure) -> frozenset[int]:
    return frozenset(mark.place for mark in figure.marks)


type _Lines = tuple[
    tuple[Hashable, Hashable, Hashable], tuple[Hashable, Hashable, Hashable], tuple[Hashable, Hashable]
]
type _Hypothesis = Callable[[_Lines, Hashable, Hashable], Hashable | None]


def _predictions(values: Sequence[Hashable], feature: str) -> Iterator[tuple[Hashable, int]]:
    v = values
    for lines in (
        ((v[0], v[1], v[2]), (v[3], v[4], v[5]), (v[6], v[7])),
        ((v[0], v[3], v[6]), (v[1], v[4], v[7]), (v[2], v[5])),
    ):
        for cost, hypothesis in _HYPOTHESES[feature]:
            if all(hypothesis(lines, a, b) == c for a, b, c in lines[:2]):
                value = hypothesis(lines, *lines[2])
                if value is not None:
                    yield value, cost


def _alike(_: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    return a if a == b else None


def _same_three(lines: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    three = set(lines[0])
    if len(three) < 3 or set(lines[1]) != three or a == b or not {a, b} <= three:
        return None
    return (three - {a, b}).pop()


def _steady(lines: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    match lines[0][0], lines[0][1], a, b:
        case int(first), int(second), int(a), int(b) if second - first == b - a:
            return b + second - first
    return None


def _even(_: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    return 2 * b - a if isinstance(a, int) and isinstance(b, int) else None


def _turning(lines: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    match lines[0][0], lines[0][1], a, b:
        case int(first), int(second), int(a), int(b) if (second - first - b + a) % 360 == 0:
            return (b + second - first) % 360
    return None


def _sum(_: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    return a + b if isinstance(a, int) and isinstance(b, int) else None


def _difference(_: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    return a - b if isinstance(a, int) and isinstance(b, int) else None


def _overlay(_: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    return a | b if isinstance(a, frozenset) and isinstance(b, frozenset) else None


def _without(_: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    return a - b if isinstance(a, frozenset) and isinstance(b, frozenset) else None


def _in_both(_: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    return a & b if isinstance(a, frozenset) and isinstance(b, frozenset) else None


def _in_one_only(_: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    return a ^ b if isinstance(a, frozenset) and isinstance(b, frozenset) else None


def _round_the_edge(lines: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    first, second, a_at, b_at = (_edge(places) for places in (lines[0][0], lines[0][1], a, b))
    if first is None or second is None or a_at is None or b_at is None:
        return None
    if (second - first - b_at + a_at) % 8:
        return None
    row, column = _CLOCKWISE[(b_at + second - first) % 8]
    return frozenset({row * 3 + column})


def _edge(places: Hashable) -> int | None:
    match tuple(places) if isinstance(places, frozenset) else ():
        case (int(place),) if place != 4:
            return _CLOCKWISE.index(divmod(place, 3))
    return None


def _shifted(lines: _Lines, a: Hashable, b: Hashable) -> Hashable | None:
    """The hypothesis that all marks move by the same rows and columns, wrapping around at the edges."""
    sets = (lines[0][0], lines[0][1], a, b)
    first, second, one, two = (places if isinstance(places, frozenset) else frozenset() for places in sets)
    for down in range(3):
        for right in range(3):
            if _moved(first, down, right) == second and _moved(one, down, right) == two:
                return _moved(two, down, right)
    return None


def _moved(places: frozenset[int], down: int, right: int) -> frozenset[int]:
    return frozenset((place // 3 + down) % 3 * 3 + (place + right) % 3 for place in places)


_NAMES: list[tuple[int, _Hypothesis]] = [(1, _alike), (2, _same_three)]
_NUMBERS: list[tuple[int, _Hypothesis]] = [(2, _steady), (3, _sum), (3, _difference), (4, _even)]
_HYPOTHESES: dict[str, list[tuple[int, _Hypothesis]]] = {
    "shape": _NAMES,
    "shading": _NAMES,
    "turn": [*_NAMES, (2, _turning)],
    "size": [*_NAMES, *_NUMBERS],
    "number": [*_NAMES, *_NUMBERS],
    "places": [
        *_NAMES,
        (2, _round_the_edge),
        (2, _shifted),
        (3, _overlay),
        (3, _without),
        (4, _in_both),
        (4, _in_one_only),
    ],
}
