"""The precision of number-right scores, compared with full enumeration, published figures and simulated people."""

import math
import random
from itertools import product
from statistics import fmean

import pytest

from goodword.assessments.psychometrics.abilities import point
from goodword.assessments.psychometrics.number_right import (
    form_precision,
    moments,
    number_distribution,
    solved_bands,
)
from tests.assessments.psychometrics.test_abilities import FORM

ITEMS = tuple(sorted((b, 1 / options) for b, options in FORM))


def test_the_probability_of_each_score_is_the_sum_over_its_patterns() -> None:
    items = ((-1.0, 0.2), (0.3, 0.125), (1.1, 0.25), (0.0, 0.0))
    chances = [point(curve, 0.4).p for curve in items]
    by_patterns = [0.0] * 5
    for pattern in product((0, 1), repeat=4):
        by_patterns[sum(pattern)] += math.prod(
            p if one else 1 - p for p, one in zip(chances, pattern, strict=True)
        )
    assert number_distribution(items, 0.4) == pytest.approx(by_patterns)


def test_the_20_item_form_has_a_reliability_of_71_and_a_band_of_3_items() -> None:
    found = form_precision(ITEMS)
    assert found.reliability == pytest.approx(0.71, abs=0.005)
    assert found.half_band == pytest.approx(3.2, abs=0.05)
    longer = form_precision(tuple(sorted(ITEMS * 2)))
    # as the Spearman-Brown formula predicts: 2 * 0.71 / 1.71
    assert longer.reliability == pytest.approx(2 * found.reliability / (1 + found.reliability), abs=0.005)


@pytest.mark.slow
def test_the_chance_that_the_higher_score_is_the_abler_persons_matches_a_simulation() -> None:
    chance = random.Random(5)
    people = []
    for _ in range(1500):
        able = chance.gauss(0, 1)
        people.append((able, sum(chance.random() < point(curve, able).p for curve in ITEMS)))
    right = pairs = 0
    in_order = everybody = 0.0
    for place, (one, solved) in enumerate(people):
        for other, more in people[place + 1 :]:
            everybody += 1
            in_order += 0.5 if more == solved else (other > one) == (more > solved)
            if abs(more - solved) == 3:
                pairs += 1
                right += (other > one) == (more > solved)
    found = form_precision(ITEMS).better
    assert found[0] == pytest.approx(0.5)
    assert found[3] == pytest.approx(right / pairs, abs=0.02)
    assert list(found[:12]) == sorted(found[:12])
    assert form_precision(ITEMS).in_order == pytest.approx(in_order / everybody, abs=0.015)


def test_a_band_contains_its_score_and_stays_within_the_form() -> None:
    bands = solved_bands(ITEMS)
    assert len(bands) == 21
    assert all(0 <= band.low <= n <= band.high <= 20 for n, band in enumerate(bands))
    assert [bands[13].low, bands[13].high] == pytest.approx([9.5, 15.9], abs=0.2)
    assert bands[20].high - bands[20].low < bands[12].high - bands[12].low


def test_nine_of_ten_bands_contain_the_expected_score_but_not_at_every_single_ability() -> None:
    bands = solved_bands(ITEMS)
    #: by ability, in twentieths of a logit
    covered: dict[int, float] = {}
    for step in range(-60, 61):
        expected = moments(ITEMS, step / 20).mean
        covered[step] = math.fsum(
            chance
            for chance, band in zip(number_distribution(ITEMS, step / 20), bands, strict=True)
            if band.low <= expected <= band.high
        )
    weights = [math.exp(-step * step / 800) for step in covered]
    everybody = math.sumprod(weights, covered.values()) / math.fsum(weights)
    assert everybody == pytest.approx(0.9, abs=0.005)
    for low in range(-60, 60, 20):
        assert 0.87 <= fmean(covered[step] for step in range(low, low + 20)) <= 0.95
    # scores are whole numbers: an expected score just outside of a band is missed by all who have that score
    assert 0.75 <= min(covered.values()) < 0.8
