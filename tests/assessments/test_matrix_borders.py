"""Positions inside a matrix cell carry information, so the cell's border needs a contrast of 3:1 (WCAG 1.4.11)."""

import re
from pathlib import Path

import pytest

import goodword.assessments
from goodword.ui.colour import contrast
from tests.ui.test_tokens import TOKENS

STYLES = Path(goodword.assessments.__file__).parent / "static/assessments/matrix.css"
BORDERS = re.findall(r"border: \d+px \w+ var\(--([\w-]+)\)", STYLES.read_text(encoding="utf-8"))
#: colours next to a border: the cell, the page, hovered, chosen
GROUNDS = ("raised", "paper", "hover", "accent-soft")


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_cells_and_options_have_a_contrast_of_three_to_one(mode: int) -> None:
    assert len(BORDERS) == 3  # a cell, the missing one, an option
    ratios = {
        (edge, ground): contrast(TOKENS[edge][mode], TOKENS[ground][mode])
        for edge in BORDERS
        for ground in GROUNDS
    }
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 3} == {}
