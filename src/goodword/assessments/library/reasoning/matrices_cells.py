"""The cells of figural matrices, as the numbers that rules work on, and the figures made of them.

A cell is a number for each aspect: shapes and shadings are places in their lists, `turn` counts eighths of a turn
clockwise, `count` is 1 to 6 marks laid out as on a die, `place` one of the eight places of the edge, clockwise from
top left, and `places` any of the nine places as bits. Of size, count, place and places a matrix uses one at most.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from goodword.assessments.library.reasoning.item import Figure, Mark, Shading, Shape

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
    """The places as one number, a bit for each."""
    return sum(1 << place for place in places)


def figure(cell: Cell) -> Figure:
    """The figure that a cell stands for. What it does not name is as plain as can be: one large mark, not turned."""
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
