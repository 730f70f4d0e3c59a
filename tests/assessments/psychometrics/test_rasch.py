"""The calibration, compared with simulated truth, the likelihood and manual calculations."""

import json
import math
import random
from collections.abc import Callable, Mapping
from functools import cache

import pytest

from goodword.assessments.psychometrics.abilities import ability
from goodword.assessments.psychometrics.rasch import (
    Answers,
    CalibrationResult,
    Cell,
    CellAnswer,
    Lack,
    NotEnough,
    calibrate,
    from_json,
    guess,
    to_json,
)
from goodword.assessments.psychometrics.rasch_fit import NotSettled

TRUE: dict[Cell, float] = {
    ("deductions", 1): -0.5,
    ("deductions", 2): 0.9,
    ("deductions", 3): 2.1,
    ("matrices", 1): -1.2,
    ("matrices", 2): 0.2,
    ("matrices", 3): 1.6,
    ("series", 1): -1.8,
    ("series", 2): -0.6,
    ("series", 3): 0.7,
}
SD = 1.2
OPTIONS = 5
FORM = [cell for cell in TRUE for _ in range(2)]


def people(
    seed: int,
    number: int,
    *,
    sd: float = SD,
    form: Callable[[random.Random], list[Cell]] = lambda _: FORM,
    truth: Mapping[Cell, float] = TRUE,
) -> list[Answers]:
    """Simulate people: normally distributed abilities, answers by the model."""
    chance = random.Random(seed)
    found: list[Answers] = []
    for _ in range(number):
        able = chance.gauss(0, sd)
        found.append([_answer(chance, cell, able - truth[cell]) for cell in form(chance)])
    return found


def _answer(chance: random.Random, cell: Cell, logit: float) -> CellAnswer:
    p = 1 / OPTIONS + (1 - 1 / OPTIONS) / (1 + math.exp(-logit))
    return CellAnswer(cell, OPTIONS, 1 if chance.random() < p else 0)


@cache
def calibrated() -> CalibrationResult:
    return calibrate(people(1, 800))


def test_difficulties_and_spread_are_recovered() -> None:
    found = calibrated()
    errors = [found.cells[cell].b - true for cell, true in TRUE.items()]
    assert list(found.cells) == list(TRUE)
    # a standard error is about 0.08, and that of the mean of abilities 1.2 / sqrt(800) = 0.04
    assert abs(sum(errors) / len(errors)) < 0.1
    assert math.sqrt(sum(error * error for error in errors) / len(errors)) < 0.12
    assert found.sd == pytest.approx(SD, abs=0.12)
    assert (found.n, {each.n for each in found.cells.values()}) == (800, {1600})


@pytest.mark.exhaustive
def test_standard_errors_match_the_estimation_error() -> None:
    squares = []
    bias = []
    for seed in range(30):
        found = calibrate(people(100 + seed, 200))
        for cell, true in TRUE.items():
            squares.append(((found.cells[cell].b - true) / found.cells[cell].se) ** 2)
            bias.append(found.cells[cell].b - true)
    # 1 on average if they are right; difficulties of one calibration share the error of its people's mean, so that
    # 30 calibrations leave a standard error of about 0.15
    assert sum(squares) / len(squares) == pytest.approx(1, abs=0.35)
    assert sum(bias) / len(bias) == pytest.approx(0, abs=0.05)


@pytest.mark.slow
def test_people_with_other_numbers_of_items_are_calibrated_together() -> None:
    def form(chance: random.Random) -> list[Cell]:
        return [cell for cell in TRUE if chance.random() < 0.8 for _ in range(chance.randint(1, 3))]

    found = calibrate(people(2, 400, form=form))
    errors = [found.cells[cell].b - true for cell, true in TRUE.items()]
    assert math.sqrt(sum(error * error for error in errors) / len(errors)) < 0.2


@pytest.mark.slow
def test_items_of_a_cell_that_differ_draw_difficulties_together_by_little() -> None:
    # each item's own difficulty varies about its cell's with an SD of 0.3, which the model does not know
    chance = random.Random(8)
    persons: list[Answers] = []
    for _ in range(800):
        able = chance.gauss(0, SD)
        persons.append([_answer(chance, cell, able - TRUE[cell] - chance.gauss(0, 0.3)) for cell in FORM])
    found = calibrate(persons)
    errors = [found.cells[cell].b - true for cell, true in TRUE.items()]
    assert math.sqrt(sum(error * error for error in errors) / len(errors)) < 0.15


@pytest.mark.slow
def test_the_estimates_maximise_the_likelihood() -> None:
    persons = people(3, 250, truth={cell: TRUE[cell] for cell in list(TRUE)[:3]}, form=lambda _: FORM[:6])
    found = calibrate(persons)
    difficulties = {cell: each.b for cell, each in found.cells.items()}
    top = _log_likelihood(persons, difficulties, found.sd)
    for cell, b in difficulties.items():
        for step in (-0.02, 0.02):
            assert _log_likelihood(persons, difficulties | {cell: b + step}, found.sd) < top
    for step in (-0.02, 0.02):
        assert _log_likelihood(persons, difficulties, found.sd + step) < top


@pytest.mark.slow
def test_standard_errors_match_the_curvature_of_the_likelihood() -> None:
    # One family of one cell, three items each, and the spread: two parameters. The covariance of the estimates is the
    # inverse of minus the second derivatives, here by differences of the likelihood itself (in b and ln s).
    cell: Cell = ("series", 1)
    persons = people(4, 300, truth={cell: 0.4}, form=lambda _: [cell] * 3)
    found = calibrate(persons)
    b, log_sd, h = found.cells[cell].b, math.log(found.sd), 0.01

    def value(in_b: int, in_log_sd: int) -> float:
        return _log_likelihood(persons, {cell: b + in_b * h}, math.exp(log_sd + in_log_sd * h))

    bb = -(value(1, 0) - 2 * value(0, 0) + value(-1, 0)) / h**2
    ss = -(value(0, 1) - 2 * value(0, 0) + value(0, -1)) / h**2
    bs = -(value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)) / (4 * h**2)
    assert found.cells[cell].se == pytest.approx(math.sqrt(ss / (bb * ss - bs**2)), rel=0.002)


@pytest.mark.slow
def test_the_reliability_is_the_squared_correlation_with_the_truth() -> None:
    chance = random.Random(9)
    true, measured = [], []
    for _ in range(1500):
        able = chance.gauss(0, SD)
        true.append(able)
        found = ability(calibrated(), [_answer(chance, cell, able - TRUE[cell]) for cell in FORM])
        assert found is not None
        measured.append(found.theta)
    # reliability is the squared correlation of the best estimate with the truth; Warm's is close to the best
    assert _correlation(true, measured) ** 2 == pytest.approx(calibrated().reliability, abs=0.05)


@pytest.mark.slow
def test_the_order_of_answers_changes_nothing() -> None:
    answers = people(7, 1)[0]
    assert ability(calibrated(), answers) == ability(calibrated(), list(reversed(answers)))
    assert calibrate([list(reversed(person)) for person in reversed(people(1, 800))]) == calibrated()


def test_all_that_is_lacking_is_named() -> None:
    few: Cell = ("figures", 1)
    easy: Cell = ("figures", 2)
    hard: Cell = ("figures", 3)
    persons: list[Answers] = [
        [*person, CellAnswer(easy, 4, 1), CellAnswer(hard, 4, 0)] for person in people(5, 199)
    ]
    persons[:29] = [[*person, CellAnswer(few, 4, 1)] for person in persons[:29]]
    with pytest.raises(NotEnough) as refused:
        calibrate([*persons, []])
    assert refused.value.lacks == (
        Lack("persons", None, 199, 200),
        Lack("answers", few, 29, 30),
        Lack("wrong", easy, 0, 1),
        Lack("right", hard, 0, 1),
    )


def test_no_people_are_too_few() -> None:
    with pytest.raises(NotEnough) as refused:
        calibrate([])
    assert refused.value.lacks == (Lack("persons", None, 0, 200),)


def test_people_without_variance_cannot_calibrate() -> None:
    one, other = ("series", 1), ("series", 2)
    with pytest.raises(NotSettled):
        calibrate(
            [
                [CellAnswer(one, 4, 1), CellAnswer(other, 4, 0)],
                [CellAnswer(one, 4, 0), CellAnswer(other, 4, 1)],
            ]
            * 150
        )


def test_all_or_nothing_answers_cannot_calibrate() -> None:
    everything: Answers = [CellAnswer(cell, 5, 1) for cell in FORM]
    nothing: Answers = [CellAnswer(cell, 5, 0) for cell in FORM]
    with pytest.raises(NotSettled):
        calibrate([everything, nothing] * 150)


@pytest.mark.slow
def test_one_item_each_cannot_identify_the_spread() -> None:
    with pytest.raises(NotSettled):
        calibrate(people(6, 300, form=lambda chance: [chance.choice(FORM[:4])]))


@pytest.mark.parametrize("answer", [2, -1, 0.5, None])
def test_an_answer_must_be_zero_or_one(answer: object) -> None:
    with pytest.raises(ValueError, match="An answer must be 0 or 1"):
        calibrate([[CellAnswer(FORM[0], 5, answer)]])  # type: ignore[arg-type]  # an invalid answer on purpose


def test_a_calibration_survives_json() -> None:
    assert from_json(json.loads(json.dumps(to_json(calibrated())))) == calibrated()


def test_an_item_has_at_least_two_options() -> None:
    with pytest.raises(ValueError, match="at least two options, not 1"):
        guess(1)


@pytest.mark.slow
def test_ignoring_guessing_makes_hard_cells_look_easy() -> None:
    # with a thousand options guessing is negligible: the plain Rasch model
    ignored = calibrate([[answer._replace(options=1000) for answer in person] for person in people(1, 800)])
    hardest = ("deductions", 3)
    assert ignored.cells[hardest].b < TRUE[hardest] - 0.5
    assert abs(calibrated().cells[hardest].b - TRUE[hardest]) < 0.2


def _log_likelihood(persons: list[Answers], difficulties: Mapping[Cell, float], sd: float) -> float:
    """The marginal log-likelihood, summed over a separate grid of abilities."""
    grid = [-8 + 0.1 * place for place in range(161)]
    density = [math.exp(-(able**2) / (2 * sd**2)) / (sd * math.sqrt(2 * math.pi)) * 0.1 for able in grid]
    c = 1 / OPTIONS
    right = {
        cell: [c + (1 - c) / (1 + math.exp(b - able)) for able in grid] for cell, b in difficulties.items()
    }
    whole = 0.0
    for person in persons:
        parts = list(density)
        for cell, _, answer in person:
            parts = [part * (p if answer else 1 - p) for part, p in zip(parts, right[cell], strict=True)]
        whole += math.log(sum(parts))
    return whole


def _correlation(one: list[float], other: list[float]) -> float:
    of_one, of_other = sum(one) / len(one), sum(other) / len(other)
    apart = [(x - of_one, y - of_other) for x, y in zip(one, other, strict=True)]
    return sum(x * y for x, y in apart) / math.sqrt(
        sum(x * x for x, _ in apart) * sum(y * y for _, y in apart)
    )
