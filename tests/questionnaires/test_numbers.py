"""Parsing and formatting of numbers."""

import math
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from goodword.core.text import language_codes
from goodword.questionnaires.answers import validate
from goodword.questionnaires.input_parsing import AnswerError
from goodword.questionnaires.labels import written_number
from tests.questionnaires.samples import question


def _refusal(raw: object, **changes: Any) -> str:
    with pytest.raises(AnswerError) as refused:
        validate(question("number", **changes), raw)
    return refused.value.sentence


@pytest.mark.parametrize(
    ("raw", "decimals", "stored"),
    [
        ("12", 0, 12),
        ("+12", 0, 12),
        ("-3", 0, -3),
        ("\u22123", 0, -3),
        ("12.0", 0, 12),
        ("1 200", 0, 1200),
        ("1\u202f200\u00a0000", 0, 1_200_000),
        ("1,200", 0, 1200),
        ("1.200", 0, 1200),
        ("1'200", 0, 1200),
        ("7,5", 1, 7.5),
        ("7.50", 1, 7.5),
        ("0,125", 3, 0.125),
        ("1.234,5", 1, 1234.5),
        ("1,234,567.5", 1, 1_234_567.5),
        ("40 hours", 0, 40),
        ("40Hours", 0, 40),
        (12, 0, 12),
        (7.5, 1, 7.5),
        (0.000001, 6, 0.000001),
    ],
)
def test_number_formats(raw: object, decimals: int, stored: float) -> None:
    value = validate(question("number", decimals=decimals, unit="hours"), raw)
    assert (value, type(value)) == (stored, type(stored))


@pytest.mark.parametrize("raw", ["", "  ", None])
def test_an_optional_number_may_be_left_empty(raw: object) -> None:
    assert validate(question("number", required=False), raw) is None


@pytest.mark.parametrize("raw", ["many", "12-14", "1.2.3", "٣", "1e3", "0x1F", "--1", "hours"])
def test_text_without_a_number_is_rejected(raw: str) -> None:
    assert _refusal(raw) == "Enter a number in figures, for example 12."


@pytest.mark.parametrize(("raw", "decimals"), [("1,200", 1), ("1.200", 2), ("12,500", 3)])
def test_an_ambiguous_number_is_rejected(raw: str, decimals: int) -> None:
    assert _refusal(raw, decimals=decimals) == (
        f"“{raw}” is ambiguous. Please leave out the thousands separator."
    )


def test_three_decimals_follow_the_language() -> None:
    asked = question("number", decimals=3)
    assert validate(asked, "12.500") == 12.5
    with translation.override("de"):
        assert validate(asked, "12,500") == 12.5


def test_decimals_are_limited() -> None:
    assert _refusal("7,5") == "Enter a whole number, without decimals."
    assert _refusal("7,55", decimals=1) == "Enter at most 1 digit after the decimal point."
    assert _refusal("7,5555", decimals=2) == "Enter at most 2 digits after the decimal point."


def test_a_number_out_of_range_is_rejected_with_the_range() -> None:
    assert _refusal("0", least=1, most=60) == "Enter a number from 1 to 60."
    assert _refusal("61", least=1, most=60) == "Enter a number from 1 to 60."
    assert _refusal("-1", least=0) == "Enter 0 or more."
    assert _refusal("100,1", most=99.5, decimals=1) == "Enter 99.5 or less."
    assert _refusal("9" * 100_000) == "This number is too large. Please check it."
    assert _refusal("9" * 13) == "This number is too large. Please check it."


def test_the_range_includes_its_ends() -> None:
    asked = question("number", least=0.1, most=0.3, decimals=1)
    assert [validate(asked, raw) for raw in ("0.1", "0,2", "0.3")] == [0.1, 0.2, 0.3]


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf, 10**300])
def test_non_finite_and_huge_numbers_are_rejected(raw: object) -> None:
    assert _refusal(raw) == "This number is too large. Please check it."


@pytest.mark.parametrize("raw", [True, {}, [], ["1"], b"1"])
def test_unexpected_types_are_rejected(raw: object) -> None:
    assert _refusal(raw) == "We couldn't read this answer. Please answer again."


def test_numbers_are_formatted_for_the_language() -> None:
    with translation.override("de"):
        assert (written_number(7.5), written_number(5.0), written_number(-1200)) == ("7,5", "5", "-1200")
    assert (written_number(7.5), written_number(100), written_number(0.000001)) == ("7.5", "100", "0.000001")


@pytest.mark.slow
@given(
    value=st.decimals(min_value=-(10**9), max_value=10**9, places=4),
    language=st.sampled_from(language_codes()),
)
def test_displayed_numbers_can_be_parsed(value: Any, language: str) -> None:
    asked = question("number", decimals=4)
    stored = validate(asked, float(value))
    assert isinstance(stored, float)
    with translation.override(language):
        assert validate(asked, written_number(stored)) == stored
