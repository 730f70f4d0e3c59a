"""Wrong answers for series, chosen so that the options alone do not reveal the right one.

If every wrong answer is one error away from the right answer, the right one is the option in the middle. So the options
lie on a grid whose lines are errors, and one of its five points is drawn as the right answer, all equally likely; then
tasks are drawn until one fits. (See Hu et al., 2021, "Stratified rule-aware network for abstract visual reasoning".)
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Literal

from goodword.assessments.kinds.reasoning.generated import Option

N_SERIES_OPTIONS = 5
#: prefix of errors that are slips rather than reasoning errors
SLIP = "slip_"

#: "long": three points along the first error, two of them again along the second.
#: "square": two errors, each made or not, and one of the four points again with a third error.
type Shape = Literal["long", "square"]
#: a number of steps along each of up to three errors
type Steps = tuple[int, int, int]

_POINTS: Mapping[Shape, tuple[Steps, ...]] = {
    "long": ((0, 0, 0), (1, 0, 0), (2, 0, 0), (0, 1, 0), (1, 1, 0)),
    "square": ((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """`errors` names the error for each multiple of `by` away from the right answer; `at`: the letter's index.

    An error without an opposite, such as confusing two numbers, must overshoot as often as it undershoots.
    """

    by: int
    errors: Mapping[int, str]
    at: int = 0


def one_way(away: int, error: str, at: int = 0) -> Line:
    return Line(abs(away), {1 if away > 0 else -1: error}, at)


def slips(by: int, at: int = 0) -> Line:
    return Line(by, {times: f"{SLIP}of_{abs(times) * by}" for times in (-2, -1, 1, 2)}, at)


def draw_steps(source: random.Random, shape: Shape) -> tuple[Steps, ...]:
    """Offsets of the four wrong answers from the right one, which is any of the five points with equal chance."""
    ways = [source.choice((-1, 1)) for _ in range(3)]
    points = list(_POINTS[shape])
    if shape == "square":
        # The fifth point is next to any of the four.
        points[-1] = (*source.choice(points[:4])[:2], 1)
    right = points.pop(source.randrange(N_SERIES_OPTIONS))
    return tuple(
        (
            ways[0] * (point[0] - right[0]),
            ways[1] * (point[1] - right[1]),
            ways[2] * (point[2] - right[2]),
        )
        for point in points
    )


def wrong_answers(
    right: Sequence[int], lines: Sequence[Line], steps: Sequence[Steps]
) -> dict[tuple[int, ...], str] | None:
    """The four wrong answers, each with its errors ("repeats_last_difference+slip_of_1"), as numbers or letters.

    None if an option can't be explained by an error, or if two options are the same.
    """
    wrong: dict[tuple[int, ...], str] = {}
    for each in steps:
        answer, errors = list(right), []
        for line, times in zip(lines, each, strict=False):
            if times:
                if times not in line.errors:
                    return None
                answer[line.at] += times * line.by
                errors.append(line.errors[times])
        wrong[tuple(answer)] = "+".join(errors)
    if len(wrong) < N_SERIES_OPTIONS - 1 or tuple(right) in wrong:
        return None
    return wrong


def in_order[T: (int, str)](right: T, wrong: Mapping[T, str]) -> tuple[list[Option], str]:
    """The options from the least to the greatest, and the id of the right one."""
    values = list(wrong)
    values.append(right)
    values.sort()
    options = [
        Option(id=letter, value=str(value), error="" if value == right else wrong[value])
        for letter, value in zip(ascii_lowercase, values, strict=False)
    ]
    return options, options[values.index(right)].id
