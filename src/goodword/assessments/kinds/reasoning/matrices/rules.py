"""The rules of figural matrices: nine values of one aspect that follow one kind of rule.

The kinds are those that Carpenter, Just and Shell (1990, Psychological Review 97, 404-431) found in Raven's matrices.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from goodword.assessments.kinds.reasoning.generated import Figure, Mark, Shading, Shape

type Aspect = Literal["shape", "turn", "shading", "size", "count", "place", "places"]
type Cell = Mapping[Aspect, int]

SHAPES: tuple[Shape, ...] = get_args(Shape.__value__)
SHADINGS: tuple[Shading, ...] = get_args(Shading.__value__)
EDGE = (0, 1, 2, 5, 8, 7, 6, 3)
DIE: Mapping[int, tuple[int, ...]] = {
    1: (4,),
    2: (2, 6),
    3: (2, 4, 6),
    4: (0, 2, 6, 8),
    5: (0, 2, 4, 6, 8),
    6: (0, 2, 3, 5, 6, 8),
}
MIDDLE = 4
LARGE = 3


def bits(places: Iterable[int]) -> int:
    return sum(1 << place for place in places)


def figure(cell: Cell) -> Figure:
    """The figure of a cell; by default one large mark that is not turned."""
    if "count" in cell:
        places = DIE[cell["count"]]
    elif "place" in cell:
        places = (EDGE[cell["place"]],)
    elif "places" in cell:
        places = tuple(place for place in range(9) if cell["places"] >> place & 1)
    else:
        places = (MIDDLE,)
    small = {"count", "place", "places"} & cell.keys()
    return Figure(
        tuple(
            Mark(
                shape=SHAPES[cell["shape"]],
                shading=SHADINGS[cell["shading"]],
                turn=cell.get("turn", 0) * 45,
                place=place,
                size=1 if small else cell.get("size", LARGE),
            )
            for place in places
        )
    )


type Kind = Literal["same", "step", "three", "add", "take", "over", "minus"]
type Line = tuple[int, int, int]
type Grid = tuple[Line, Line, Line]

#: the number of values in a cycle; 0 if they do not repeat
ROUND: dict[Aspect, int] = {"turn": 8, "place": 8}
#: the aspects that a kind of rule can apply to
SEEN: dict[Kind, tuple[Aspect, ...]] = {
    "same": ("shape", "turn", "shading", "size", "count"),
    "step": ("turn", "count", "place"),
    "three": ("shape", "turn", "shading", "size", "count", "place"),
    "add": ("count",),
    "take": ("count",),
    "over": ("places",),
    "minus": ("places",),
}
#: small circles and pentagons look alike, so a matrix has at most one of them
ALIKE = frozenset({0, 4})
QUARTERS = (0, 2, 4, 6)
MOST_MARKS = 6


@dataclass(frozen=True, slots=True)
class Ruled:
    """One aspect under one rule. `by` is the step along a row (0 where there is none)."""

    aspect: Aspect
    kind: Kind
    rows: Grid
    by: int = 0

    @property
    def key(self) -> int:
        return self.rows[2][2]


def ruled(kind: Kind, aspect: Aspect, random: Random, *, shift: int = 1, eighths: bool = False) -> Ruled:
    """Nine values for which no other kind of rule, along rows or columns, leads to another missing value.

    `shift` (1 or 2): places that the same three values move from row to row; `eighths`: turns of 45 degrees.
    """
    while True:
        found = _draw(kind, aspect, random, shift=shift, eighths=eighths)
        if not _strays(found):
            return found


def _draw(kind: Kind, aspect: Aspect, random: Random, *, shift: int, eighths: bool) -> Ruled:
    match kind:
        case "same":
            first, second, third = _three_values(aspect, random)
            return Ruled(aspect, kind, ((first,) * 3, (second,) * 3, (third,) * 3))
        case "three":
            values = _three_values(aspect, random)
            rows = [tuple(values[(place + row * shift) % 3] for place in range(3)) for row in range(3)]
            return Ruled(aspect, kind, _grid(rows))
        case "step":
            by = random.choice((-1, 1) if aspect == "count" else (-2, -1, 1, 2))
            starts = {"count": (1, 2, 3, 4) if by > 0 else (3, 4, 5, 6)}.get(aspect, tuple(range(8)))
            if aspect == "turn" and not eighths:
                by, starts = random.choice((-2, 2)), QUARTERS
            around = ROUND.get(aspect, 9)
            rows = [
                tuple((start + place * by) % around for place in range(3))
                for start in random.sample(starts, 3)
            ]
            return Ruled(aspect, kind, _grid(rows), by)
        case _:
            rows = [_reckoned(kind, random) for _ in range(3)]
            return Ruled(aspect, kind, _grid(rows))


def _three_values(aspect: Aspect, random: Random) -> list[int]:
    values: dict[Aspect, tuple[int, ...]] = {
        "shape": tuple(range(8)),
        "turn": QUARTERS,
        "shading": tuple(range(len(SHADINGS))),
        "size": (1, 2, 3),
        "count": tuple(range(1, MOST_MARKS + 1)),
        "place": tuple(range(8)),
    }
    while True:
        three = random.sample(values[aspect], 3)
        if aspect != "shape" or not set(three) >= ALIKE:
            return three


def _reckoned(kind: Kind, random: Random) -> Line:
    match kind:
        case "add":
            third = random.randint(2, MOST_MARKS - 1)
            first = random.randint(1, third - 1)
            return first, third - first, third
        case "take":
            third = random.randint(2, MOST_MARKS - 1)
            second = random.randint(1, MOST_MARKS - third)
            return third + second, second, third
        case "over":
            shared, *alone = random.sample(range(9), 4)
            one, other = bits((shared, *alone[:2])), bits((shared, alone[2]))
            return one, other, one | other
        case _:
            places = random.sample(range(9), 6)
            return bits(tuple(places)), bits(tuple(places[:2])), bits(tuple(places[2:]))


def _strays(found: Ruled) -> bool:
    """Whether another rule explains all cells shown but predicts a different value, or two rows are the same."""
    if len(set(found.rows)) < 3:
        return True
    grids = [found.rows]
    if found.aspect == "count":
        # marks arranged as on a die may also be read as overlaid
        grids.append(_grid([tuple(bits(DIE[count]) for count in row) for row in found.rows]))
    return any(
        foretold not in {None, lines[2][2]}
        for grid in grids
        for lines in (grid, _grid(list(zip(*grid, strict=True))))
        for foretold in _foretold(found.aspect, lines)
    )


def _foretold(aspect: Aspect, lines: Grid) -> Iterator[int | None]:
    """The last values predicted by the rules that the first two lines follow."""
    around = ROUND.get(aspect, 0)
    by = lines[0][1] - lines[0][0]
    values = set(lines[0])

    def along(first: int, second: int) -> int | None:
        steps = (second - first - by) % around if around else second - first - by
        return None if steps else ((second + by) % around if around else second + by)

    def remaining(first: int, second: int) -> int | None:
        left = values - {first, second}
        return left.pop() if len(left) == 1 and len(values) == 3 else None

    rules: list[Callable[[int, int], int | None]] = [
        lambda first, second: first if first == second else None,
        along,
        remaining,
        lambda first, second: 2 * second - first,
        lambda first, second: first + second,
        lambda first, second: first - second,
        lambda first, second: first | second,
        lambda first, second: first & ~second,
        lambda first, second: first & second,
        lambda first, second: first ^ second,
    ]
    for rule in rules:
        if all(rule(line[0], line[1]) == line[2] for line in lines[:2]):
            yield rule(lines[2][0], lines[2][1])


def _grid(rows: list[tuple[int, ...]]) -> Grid:
    first, second, third = ((row[0], row[1], row[2]) for row in rows)
    return first, second, third
