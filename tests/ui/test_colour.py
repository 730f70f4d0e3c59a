"""Contrast, compared with values calculated manually from the WCAG formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodword.ui.colour import (
    DARK_PAPER,
    DARK_RAISED,
    LIGHT_PAPER,
    accent_stylesheet,
    contrast,
    dark_accent,
    light_accent,
    luminance,
    mix,
    parse_hex,
    readable,
    to_hex,
)

colours = st.tuples(*[st.integers(0, 255)] * 3).map(to_hex)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#ff0000", "#ffffff", 1.05 / (0.2126 + 0.05)),
        ("#0000ff", "#ffffff", 1.05 / (0.0722 + 0.05)),
        ("#00ff00", "#000000", (0.7152 + 0.05) / 0.05),
        # 0x77 = 119: ((119/255 + 0.055) / 1.055) ** 2.4 = 0.18447; 1.05 / 0.23447 = 4.478, just too little
        ("#777777", "#ffffff", 4.478),
        ("#767676", "#ffffff", 4.542),
    ],
)
def test_contrast_follows_the_wcag_formula(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.001)
    assert contrast(other, one) == contrast(one, other)


def test_dark_channels_use_the_linear_formula() -> None:
    assert luminance("#0a0a0a") == pytest.approx(10 / 255 / 12.92)


def test_a_colour_with_enough_contrast_is_unchanged() -> None:
    assert readable("#0e6b57", on="#ffffff", towards="#000000") == "#0e6b57"


def test_a_colour_is_adjusted_only_as_far_as_needed() -> None:
    moved = readable("#777777", on="#ffffff", towards="#000000")
    assert moved == "#767676"


def test_a_colour_that_cannot_reach_the_ratio_becomes_the_limit() -> None:
    assert readable("#ffffff", on="#777777", towards="#000000", ratio=21) == "#000000"


def test_mix_is_linear() -> None:
    assert mix("#ff0000", "#0000ff", 0.5) == "#800080"


@pytest.mark.parametrize("wrong", ["", "red", "#fff", "#12345g", "#1234567", "123456\n"])
def test_an_invalid_colour_is_rejected(wrong: str) -> None:
    with pytest.raises(ValueError, match="six hexadecimal digits"):
        parse_hex(wrong)


@pytest.mark.slow
@given(colours)
def test_every_accent_is_readable_on_every_background(colour: str) -> None:
    light, dark = light_accent(colour), dark_accent(colour)
    grounds = [
        (light.main, LIGHT_PAPER),
        (light.main, "#ffffff"),
        (light.main, light.soft),
        (light.on, light.main),
        (light.on, light.strong),
        (dark.main, DARK_PAPER),
        (dark.main, DARK_RAISED),
        (dark.main, dark.soft),
        (dark.on, dark.main),
        (dark.on, dark.strong),
    ]
    assert [pair for pair in grounds if contrast(*pair) < 4.5] == []


def test_a_bright_yellow_is_darkened_in_the_stylesheet() -> None:
    assert accent_stylesheet("FFB000").splitlines()[1] == "  --accent: light-dark(#916400, #ffb000);"
