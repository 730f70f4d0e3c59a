"""Correlation with a criterion, its interval, and the correction for range restriction."""

import random

import pytest

from goodword.assessments.psychometrics.validity import LEAST, Estimate, unrestricted, validity

SCORES = [(i * 37) % 53 for i in range(60)]
CRITERIA = [((i * 37) % 53) / 10 + ((i * 29) % 17) / 2 for i in range(60)]
APPLICANTS = [*SCORES, *((i * 41) % 80 for i in range(100))]


def pairs(n: int = 60) -> list[tuple[float, float]]:
    return list(zip(SCORES[:n], CRITERIA[:n], strict=True))


def test_figures_equal_an_independent_computation() -> None:
    """scipy 1.17: `pearsonr(SCORES, CRITERIA)` and its `confidence_interval(0.95)`; numpy's `std(..., ddof=1)`; each of
    the three figures corrected as r u / sqrt(1 - r^2 + r^2 u^2)."""
    found = validity(pairs(), APPLICANTS)
    assert found is not None and found.corrected is not None
    assert (found.n, found.applicants) == (60, 160)
    assert _figures(found.observed) == pytest.approx([0.5230677073, 0.3103657217, 0.6858923207], abs=1e-6)
    assert found.ratio == pytest.approx(1.3840313677, abs=1e-9)
    assert _figures(found.corrected) == pytest.approx([0.6473860260, 0.4117816989, 0.7936430652], abs=1e-6)


def test_within_roles_the_interval_has_fewer_degrees_of_freedom() -> None:
    """For r = 0 with 60 pairs in three roles: tanh(1.959964 / sqrt(55))."""
    found = validity([(i % 2, i // 2 % 2) for i in range(60)], [0.0] * 60, roles=3)
    assert found is not None
    assert _figures(found.observed) == pytest.approx([0, -0.258296, 0.258296], abs=1e-5)


def _figures(of: Estimate) -> list[float]:
    return [of.r, of.low, of.high]


def test_fewer_than_fifty_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="49 pairs, not 50"):
        validity(pairs(LEAST - 1), APPLICANTS)
    assert validity(pairs(LEAST), APPLICANTS) is not None


def test_nothing_is_computed_if_all_scores_or_all_criteria_are_equal() -> None:
    same = [3.0] * 60
    assert validity(list(zip(same, CRITERIA, strict=True)), APPLICANTS) is None
    assert validity(list(zip(SCORES, same, strict=True)), APPLICANTS) is None


def test_without_further_applicants_nothing_is_corrected() -> None:
    found = validity(pairs(), SCORES)
    assert found is not None and (found.corrected, found.ratio) == (None, 1.0)


def test_a_perfect_correlation_has_no_width() -> None:
    found = validity([(x, 2 * x) for x in SCORES], SCORES)
    assert found is not None and _figures(found.observed) == pytest.approx([1, 1, 1])


def test_the_correction_recovers_the_correlation_among_all_applicants() -> None:
    chance = random.Random(7)
    people = []
    for _person in range(6000):
        score = chance.gauss(0, 1)
        people.append((score, 0.5 * score + chance.gauss(0, 0.75**0.5)))
    hired = sorted(people)[-1800:]
    found = validity(hired, [score for score, _ in people])
    assert found is not None and found.corrected is not None
    assert found.observed.r < 0.36
    assert found.corrected.r == pytest.approx(0.5, abs=0.05)
    assert found.corrected.low < 0.5 < found.corrected.high


def test_the_end_of_an_interval_has_enough_decimals_to_differ_from_0() -> None:
    ends = [(0.0031, -0.00042), (0.0, 0.006), (-0.3, 0.21)]
    found = [Estimate(r=0.1, low=low, high=high) for low, high in ends]
    assert [(estimate.low_places, estimate.high_places) for estimate in found] == [(3, 4), (2, 2), (2, 2)]


def test_intervals_cover_the_true_correlation() -> None:
    chance, covered = random.Random(3), 0
    for _sample in range(300):
        sample = [(x, 0.4 * x + chance.gauss(0, 0.84**0.5)) for x in (chance.gauss(0, 1) for _ in range(50))]
        found = validity(sample, [])
        covered += found is not None and found.observed.low <= 0.4 <= found.observed.high
    assert 0.92 <= covered / 300 <= 0.98


def test_the_correction_keeps_zero_and_the_sign() -> None:
    assert [unrestricted(0.0, 2), unrestricted(0.3, 1)] == pytest.approx([0.0, 0.3])
    assert unrestricted(-0.2, 2) == pytest.approx(-0.378, abs=0.001)
