"""Calibrations and abilities, compared with the results of other programs (see `oracle/make.py`)."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest

from goodword.assessments.psychometrics.abilities import _at
from goodword.assessments.psychometrics.rasch import Answers, CellAnswer, calibrate

ORACLE = Path(__file__).parent / "oracle" / "oracle.json"


@cache
def oracle() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ORACLE.read_text("utf-8"))
    return found


def people() -> list[Answers]:
    right: dict[str, Literal[0, 1]] = {"0": 0, "1": 1}
    return [
        [
            CellAnswer(("item", place), options, right[one])
            for place, (options, one) in enumerate(zip(oracle()["options"], row, strict=True))
        ]
        for row in oracle()["answers"]
    ]


def test_difficulties_and_spread_match_mirt() -> None:
    found = calibrate(people())
    assert found.sd == pytest.approx(oracle()["sd"], abs=1e-4)
    assert [cell.b for cell in found.cells.values()] == pytest.approx(oracle()["difficulties"], abs=1e-4)


def test_the_posterior_mode_matches_mirt_and_the_likelihood_mode_matches_girth() -> None:
    h = 1e-4
    for person, mode, top in zip(
        people(), oracle()["jeffreys_modes"], oracle()["likelihood_modes"], strict=False
    ):
        items = [
            ((b, 1 / answer.options), answer.right, 1 - answer.right)
            for b, answer in zip(oracle()["difficulties"], person, strict=True)
        ]

        prior = [math.log(_at(items, mode + side).information) / 2 for side in (-h, h)]
        assert _at(items, mode).slope + (prior[1] - prior[0]) / (2 * h) == pytest.approx(0, abs=2e-3)
        if abs(top) < 5:  # girth stops at 6 if all answers are right or all are wrong
            assert _at(items, top).slope == pytest.approx(0, abs=2e-3)
