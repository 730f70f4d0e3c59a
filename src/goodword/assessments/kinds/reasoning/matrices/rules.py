"""The rules of figural matrices. A rule gives an aspect, such as the shape, a value in each of the nine cells.

Carpenter, Just and Shell (1990, Psychological Review 97, 404-431) found these kinds of rule in Raven's matrices.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from goodword.assessments.kinds.generated import Figure, Mark, Shading, Shape

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
    7: (0, 2, 3, 4, 5, 6, 8),
    8: (0, 1, 2, 3, 5, 6, 7, 8),
    9: tuple(range(9)),
}
MIDDLE = 4
LARGE = 3


def bits(places: Iterable[int]) -> int:
    return sum(1 << place for place in places)


def figure(cell: Cell) -> Figure:
    """Return the figure of a cell. Without other aspects it is one large mark that isn't turned."""
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

#: number of values in a cycle; 0 if they don't repeat
ROUND: dict[Aspect, int] = {"turn": 8, "place": 8}
#: aspects to which a kind of rule can apply
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
MOST_MARKS = 9


@dataclass(frozen=True, slots=True)
class Ruled:
    """An aspect with its rule. `by`: the step along a row (0: none)."""

    aspect: Aspect
    kind: Kind
    rows: Grid
    by: int = 0

    @property
    def key(self) -> int:
        return self.rows[2][2]


def ruled(
    kind: Kind, aspect: Aspect, key: int, offered: Sequence[int], random: Random, *, shift: int
) -> Ruled:
    """Nine values ending with `key`, where no other kind of rule predicts a different missing value.

    `offered`: the values of the options (the key and the errors). `shift` (1 or 2): how many places the same three
    values move from row to row.
    """
    while True:
        found = _draw(kind, aspect, key, offered, random, shift=shift)
        if found is not None and not _is_ambiguous(found):
            return found


def _draw(
    kind: Kind, aspect: Aspect, key: int, offered: Sequence[int], random: Random, *, shift: int
) -> Ruled | None:
    match kind:
        case "same":
            others = _two_others(aspect, key, offered, random)
            return Ruled(aspect, kind, (*others, (key, key, key)))
        case "three":
            (one, *_), (other, *_) = _two_others(aspect, key, offered, random)
            # the third row ends with the key
            values = (key, one, other)
            rows = [
                tuple(values[(place - 2 + (row - 2) * shift) % 3] for place in range(3)) for row in range(3)
            ]
            return Ruled(aspect, kind, _grid(rows))
        case "step":
            by = random.choice(steps_of(aspect, offered))
            last = _stepped(aspect, key - 2 * by, by)
            rows = [_stepped(aspect, start, by) for start in random.sample(values_of(aspect, offered), 2)]
            if not all(_is_allowed(aspect, value) for row in (*rows, last) for value in row):
                return None
            return Ruled(aspect, kind, _grid([*rows, last]), by)
        case "add" | "take":
            first_rows = [_counted(kind, random.randint(1, MOST_MARKS), random) for _ in range(2)]
            last_row = _counted(kind, key, random)
            if last_row is None or None in first_rows:
                return None
            return Ruled(aspect, kind, _grid([*(row for row in first_rows if row), last_row]))
        case _:
            keys = [bits(random.sample(range(9), random.randint(2, MOST_MARKS - 3))) for _ in range(2)]
            lines = [_overlaid(kind, drawn, 0, random) for drawn in keys]
            return Ruled(aspect, kind, _grid([*lines, _overlaid(kind, key, _differing(offered), random)]))


def steps_of(aspect: Aspect, offered: Sequence[int]) -> Sequence[int]:
    """The possible steps. Turns move by 90 degrees if all offered values are multiples of 90."""
    return (-2, 2) if aspect == "turn" and set(offered) <= set(QUARTERS) else (-2, -1, 1, 2)


def values_of(aspect: Aspect, offered: Sequence[int]) -> Sequence[int]:
    match aspect:
        case "shape":
            return range(len(SHAPES))
        case "shading":
            return range(len(SHADINGS))
        case "size":
            return (1, 2, 3)
        case "count":
            return range(1, MOST_MARKS + 1)
        case "turn" if set(offered) <= set(QUARTERS):
            return QUARTERS
        case _:
            return range(8)


def _is_allowed(aspect: Aspect, value: int) -> bool:
    return aspect != "count" or 1 <= value <= MOST_MARKS


def _stepped(aspect: Aspect, start: int, by: int) -> Line:
    around = ROUND.get(aspect, 0)
    first, second, third = (
        (start + place * by) % around if around else start + place * by for place in range(3)
    )
    return first, second, third


def _two_others(aspect: Aspect, key: int, offered: Sequence[int], random: Random) -> tuple[Line, Line]:
    others = [value for value in offered if value != key]
    more = [value for value in values_of(aspect, offered) if value not in offered]
    while True:
        one, other = random.sample([*others, random.choice(more)][:2], 2)
        if aspect != "shape" or not {key, one, other} >= ALIKE:
            return (one, one, one), (other, other, other)


def _counted(kind: Kind, third: int, random: Random) -> Line | None:
    if kind == "add":
        if third < 2:
            return None
        first = random.randint(1, third - 1)
        return first, third - first, third
    if third == MOST_MARKS:
        return None
    second = random.randint(1, MOST_MARKS - third)
    return third + second, second, third


def _overlaid(kind: Kind, key: int, changed: int, random: Random) -> Line:
    """The filled cells of three figures. A wrong rule often gives another result in the `changed` cells."""
    taken = [place for place in range(9) if key >> place & 1]
    free = [place for place in range(9) if not key >> place & 1]
    for places in (taken, free):
        places.sort(key=lambda place: (not changed >> place & 1 or random.random() < 0.3, random.random()))
    if kind == "minus":
        removed = bits(free[: random.randint(1, min(3, len(free)))])
        return key | removed, removed, key
    n_shared = random.randint(min(1, len(taken) - 2), min(2, len(taken) - 2))
    shared, alone = taken[:n_shared], random.sample(taken[n_shared:], len(taken) - n_shared)
    n_first = random.randint(1, len(alone) - 1)
    return bits((*shared, *alone[:n_first])), bits((*shared, *alone[n_first:])), key


def _differing(values: Sequence[int]) -> int:
    every, some = values[0], 0
    for value in values:
        every, some = every & value, some | value
    return some & ~every


def _is_ambiguous(found: Ruled) -> bool:
    """Whether another rule explains all cells shown but predicts a different value, or two rows are equal."""
    if len(set(found.rows)) < 3:
        return True
    grids = [found.rows]
    if found.aspect == "count":
        # marks arranged as on dice can also be read as overlaid
        grids.append(_grid([tuple(bits(DIE[count]) for count in row) for row in found.rows]))
    return any(
        prediction not in {None, lines[2][2]}
        for grid in grids
        for lines in (grid, _grid(list(zip(*grid, strict=True))))
        for prediction in _predictions(found.aspect, lines)
    )


def _predictions(aspect: Aspect, lines: Grid) -> Iterator[int | None]:
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
