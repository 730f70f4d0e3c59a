"""Answers faster than reading."""

from fractions import Fraction

import pytest

from goodword.assessments.psychometrics.speed import Haste, Timed, floor, too_fast


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (3.0, 1.5),  # ten words: 10 * 60 / 200 = 3 seconds
        (1.2, 1.0),  # half would be 0.6; never less than one second
        (0.0, 1.0),  # a picture
    ],
)
def test_the_floor_is_half_of_the_reading_time_and_at_least_a_second(reading: float, expected: float) -> None:
    assert floor(reading) == expected


@pytest.mark.parametrize(
    ("fast", "grade"),
    [(0, None), (1, None), (2, "low"), (4, "low"), (5, "medium"), (9, "medium"), (10, "high"), (20, "high")],
)
def test_the_grade_depends_on_the_share_below_the_floor(fast: int, grade: str | None) -> None:
    # of 20: 2 are a tenth, 5 a quarter, 10 half; at the floor itself is not below it
    answers = [Timed(1.4, 3.0)] * fast + [Timed(1.5, 3.0)] * (20 - fast)
    found = too_fast(answers)
    assert (found.fast, found.timed, found.grade) == (fast, 20, grade)
    assert found.share == Fraction(fast, 20)


def test_few_answers_have_no_grade() -> None:
    assert too_fast([Timed(0.2, 3.0)] * 9) == Haste(fast=9, timed=9, grade=None)
    assert too_fast([]) == Haste(fast=0, timed=0, grade=None)
    assert too_fast([]).share == 0
