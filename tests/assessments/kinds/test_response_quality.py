"""Straight-lining and contradictions: manual calculations, and error rates with simulated people."""

import random

import pytest

from goodword.assessments.kinds.builtin import WORK_STYLE_FORM
from goodword.assessments.kinds.content import FULL_FORM
from goodword.assessments.kinds.scales.content import parse_pack
from goodword.assessments.kinds.scales.items import (
    ScaleContradiction,
    SelfContradiction,
    StraightLine,
    contradiction,
    straight_lining,
)
from goodword.assessments.kinds.scores import ScoringError
from goodword.assessments.psychometrics.speed import Grade
from tests.assessments.builtins import load
from tests.assessments.kinds.packs import small_pack


@pytest.mark.parametrize(
    ("values", "longest", "grade"),
    [
        ([], 0, None),
        ([3] * 7, 7, None),  # all of them, and still fewer than eight
        ([3] * 8, 8, "high"),
        ([1, 2] * 10, 1, None),
        ([4, 4, 2, 2, 2, 5], 3, None),
        ([1, 2] * 8 + [3] * 8, 8, "medium"),  # 8 of 24, a third
        ([1, 2] * 9 + [3] * 8, 8, "low"),  # 8 of 26
        ([5] * 25 + [1, 2, 3, 4, 5] * 5, 25, "high"),  # 25 of 50, half
        ([5] * 24 + [1, 2] * 13, 24, "medium"),  # 24 of 50
    ],
)
def test_the_longest_run_makes_the_grade(values: list[int], longest: int, grade: Grade | None) -> None:
    assert straight_lining(values) == StraightLine(longest=longest, answered=len(values), grade=grade)


def test_a_contradiction_matches_a_manual_calculation() -> None:
    # warm: item 1 "+" 5, item 3 "-" 4, turned 6 - 4 = 2: 3 apart
    # quick: item 2 "+" 2, item 4 "-" 4, turned 2: 0 apart
    # over both pairs 1.5; chance: distances of 1..5: (0*5 + 1*8 + 2*6 + 3*4 + 4*2) / 25 = 40/25
    found = contradiction(parse_pack(small_pack()), "full", {"1": 5, "2": 2, "3": 4, "4": 4})
    assert found == SelfContradiction(
        scales=(
            ScaleContradiction(scale="warm", plus=5.0, turned=2.0, pairs=1, mean=3.0),
            ScaleContradiction(scale="quick", plus=2.0, turned=2.0, pairs=1, mean=0.0),
        ),
        pairs=2,
        mean=1.5,
        chance=1.6,
        grade=None,
    )


def test_a_scale_without_a_pair_is_not_checked() -> None:
    found = contradiction(parse_pack(small_pack()), "full", {"1": 5, "2": 2})
    assert found == SelfContradiction(scales=(), pairs=0, mean=None, chance=1.6, grade=None)


def test_an_answer_off_the_scale_is_refused() -> None:
    with pytest.raises(ScoringError):
        contradiction(parse_pack(small_pack()), "full", {"1": 6})


@pytest.mark.parametrize(
    ("plus", "minus", "mean", "grade"),
    [
        (5, 1, 0.0, None),  # fits: 1 turned is 5
        (5, 5, 4.0, "high"),  # agrees with everything: 5 turned is 1
        (3, 3, 0.0, None),  # always the middle: a straight line, but no contradiction
        (4, 4, 2.0, "medium"),  # 5/4 of 1.6 is 2
        (5, 2, 1.0, None),
    ],
)
def test_the_grade_compares_with_random_answers(
    plus: int, minus: int, mean: float, grade: str | None
) -> None:
    work_style = load()
    answers = {item.id: plus if item.keyed == "+" else minus for item in work_style.items_of(WORK_STYLE_FORM)}
    found = contradiction(work_style, WORK_STYLE_FORM, answers)
    assert (found.pairs, found.mean, found.grade) == (20, mean, grade)


def test_the_grade_is_low_from_chance_level_on() -> None:
    # each of the five scales has the pairs 2 x 2. "+" items 5 and 3, "-" items turned 4 and 2:
    # |5-4| + |5-2| + |3-4| + |3-2| = 6 of 4 pairs, 1.5; with 5 and 3 against 4 and 1: 1 + 4 + 1 + 2 = 8, 2.
    # Four scales of the first kind and one of the second: (4 * 6 + 8) / 20 = 1.6, just chance; five of the first: 1.5.
    work_style = load()
    items = work_style.items_of(WORK_STYLE_FORM)

    def answers(last_turned: int) -> dict[str, int]:
        given: dict[str, int] = {}
        for scale in work_style.scales:
            first, second = (item.id for item in items if item.scale == scale.id and item.keyed == "+")
            third, fourth = (item.id for item in items if item.scale == scale.id and item.keyed == "-")
            turned = last_turned if scale == work_style.scales[-1] else 2
            given |= {first: 5, second: 3, third: 6 - 4, fourth: 6 - turned}
        return given

    grades = [contradiction(work_style, WORK_STYLE_FORM, answers(turned)) for turned in (2, 1)]
    assert [(found.mean, found.grade) for found in grades] == [(1.5, None), (1.6, "low")]


@pytest.mark.slow
@pytest.mark.parametrize(("form", "most"), [(WORK_STYLE_FORM, 0.025), (FULL_FORM, 0.01)])
def test_careful_people_are_seldom_flagged(form: str, most: float) -> None:
    people = random.Random(5)
    grades = [contradiction(load(), form, _reader(form, people)).grade for _ in range(800)]
    assert sum(grade is not None for grade in grades) / 800 <= most
    assert "high" not in grades


@pytest.mark.parametrize("form", [WORK_STYLE_FORM, FULL_FORM])
def test_agreeing_with_everything_is_flagged(form: str) -> None:
    people = random.Random(6)
    items = load().items_of(form)
    grades = {
        contradiction(load(), form, {item.id: people.choice([4, 5]) for item in items}).grade
        for _ in range(100)
    }
    assert grades == {"high"}


def _reader(form: str, people: random.Random) -> dict[str, int]:
    """An attentive respondent: loadings of 0.6, individual acquiescence, answers from 1 to 5."""
    traits = {scale.id: people.gauss() for scale in load().scales}
    leaning = people.gauss(0, 0.25)
    answers = {}
    for item in load().items_of(form):
        view = 0.6 * traits[item.scale] * (1 if item.keyed == "+" else -1) + 0.8 * people.gauss()
        middle = 3.6 if item.keyed == "+" else 2.4
        answers[item.id] = min(5, max(1, round(middle + view + leaning)))
    return answers
