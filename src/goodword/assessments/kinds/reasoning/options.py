"""The options of series, drawn so that they don't reveal the right answer.

The five options come first: points on a grid whose lines are errors. Options are kept only if each of the five has a
series that leads to it and has the other four as errors. One of them is then drawn as the right answer, so each is
right with a probability of one fifth, and the options reveal nothing. (If all wrong answers are derived from the right
one, the right one is in the middle: Hu et al., 2021, "Stratified rule-aware network for abstract visual reasoning".)
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Literal

from goodword.assessments.kinds.generated import GeneratedOption

N_SERIES_OPTIONS = 5
#: prefix of errors that are slips rather than errors of reasoning
SLIP = "slip_"

#: "long": three points along the first error; two of them repeated with the second.
#: "square": four points, with and without each of two errors; one of them repeated with a third.
type Shape = Literal["long", "square"]
type Steps = tuple[int, int, int]
#: one number, or the position of each letter in the alphabet
type Answer = tuple[int, ...]

_POINTS: Mapping[Shape, tuple[Steps, ...]] = {
    "long": ((0, 0, 0), (1, 0, 0), (2, 0, 0), (0, 1, 0), (1, 1, 0)),
    "square": ((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0), (0, 0, 1)),
}


@dataclass(frozen=True, slots=True)
class Grid:
    """Five options. `by`: the size of each error, and the index of the letter it affects. `base`: the first point."""

    points: tuple[Steps, ...]
    by: tuple[tuple[int, int], ...]
    base: Answer

    def answer(self, point: Steps) -> Answer:
        answer = list(self.base)
        for times, (by, at) in zip(point, self.by, strict=False):
            answer[at] += times * by
        return tuple(answer)

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(self.answer(point) for point in self.points)

    def way(self, right: int, error: int) -> int:
        """The direction (1 or -1) from a point to the others along a one-way error."""
        mine = self.points[right][error]
        return next((1 if point[error] > mine else -1 for point in self.points if point[error] != mine), 1)


@dataclass(frozen=True, slots=True)
class Line:
    """`errors` names the error for each multiple of `by` away from the right answer; `at`: the letter's index."""

    by: int
    errors: Mapping[int, str]
    at: int = 0


def one_way(away: int, error: str, at: int = 0) -> Line:
    return Line(abs(away), {1 if away > 0 else -1: error}, at)


def slips(by: int, at: int = 0) -> Line:
    return Line(by, {times: f"{SLIP}of_{abs(times) * by}" for times in (-2, -1, 1, 2)}, at)


def draw_points(source: random.Random, shape: Shape) -> tuple[Steps, ...]:
    ways = [source.choice((-1, 1)) for _ in range(3)]
    points = list(_POINTS[shape])
    if shape == "square":
        # the fifth point is next to any of the four
        points[-1] = (*source.choice(points[:4])[:2], 1)
    return tuple((ways[0] * one, ways[1] * two, ways[2] * three) for one, two, three in points)


def fair_choice[T](
    source: random.Random,
    draw_grid: Callable[[random.Random], Grid],
    task_for: Callable[[random.Random, Grid, int], T | None],
) -> T:
    """`task_for` receives the index of the right option, and returns a task with that answer."""
    while True:
        grid = draw_grid(source)
        if len(set(grid.answers)) < N_SERIES_OPTIONS:
            continue
        tasks: list[T] = []
        for number in range(N_SERIES_OPTIONS):
            task = task_for(source, grid, number)
            if task is None:
                break
            tasks.append(task)
        else:
            return source.choice(tasks)


def wrong_answers(grid: Grid, right: int, lines: Sequence[Line]) -> dict[Answer, str] | None:
    """The four wrong answers with their errors ("repeats_last_difference+slip_of_1").

    None if an option can't be explained by errors.
    """
    wrong: dict[Answer, str] = {}
    key = grid.points[right]
    for number, point in enumerate(grid.points):
        if number == right:
            continue
        errors = []
        for line, mine, theirs in zip(lines, point, key, strict=False):
            if mine != theirs:
                if mine - theirs not in line.errors:
                    return None
                errors.append(line.errors[mine - theirs])
        wrong[grid.answer(point)] = "+".join(errors)
    return wrong


def in_order[T: (int, str)](right: T, wrong: Mapping[T, str]) -> tuple[list[GeneratedOption], str]:
    """The options sorted, and the id of the right one."""
    values = list(wrong)
    values.append(right)
    values.sort()
    options = [
        GeneratedOption(id=letter, value=str(value), error="" if value == right else wrong[value])
        for letter, value in zip(ascii_lowercase, values, strict=False)
    ]
    return options, options[values.index(right)].id
