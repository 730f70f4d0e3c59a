"""Hostile text stays text: nothing is lost but what cannot be seen or stored."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodword.core.text import clean_text
from goodword.questionnaires.answers import AnswerError, validate
from tests.questionnaires.samples import question


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x";"y")',
        "#set page(width: 1pt)",
        "'; DROP TABLE answers; --",
        "{{ settings.SECRET_KEY }} {% include x %}",
        "Ελένη, 李, عمر, 👩‍👩‍👧",
    ],
)
def test_markup_formulas_and_scripts_of_the_world_are_kept_as_typed(hostile: str) -> None:
    assert validate(question("long_text"), hostile) == hostile


def test_controls_surrogates_and_overrides_are_taken_out() -> None:
    typed = "a\x00b\x1b[31mc\u202ed\ud800e\ufefff\uffffg\x7fh\u2066i"
    assert clean_text(typed) == "ab[31mcdefghi"


def test_line_breaks_of_every_kind_become_line_feeds() -> None:
    assert clean_text("a\r\nb\rc\u2028d\u0085e\vf") == "a\nb\nc\nd\ne\nf"
    assert clean_text("a\r\n\t b", one_line=True) == "a b"


def test_letters_are_composed() -> None:
    assert clean_text("Zoe\u0308") == "Zo\u00eb"


@given(st.text())
def test_clean_text_can_be_stored_printed_and_cleaned_again(typed: str) -> None:
    text = clean_text(typed)
    assert clean_text(text) == text
    assert text.encode("utf-8").decode("utf-8") == text
    assert {unicodedata.category(character) for character in text if character not in "\t\n"} & {
        "Cc",
        "Cs",
    } == set()


def test_ten_thousand_characters_fit_and_one_more_is_counted() -> None:
    asked = question("long_text")
    assert validate(asked, "x" * 10_000) == "x" * 10_000
    with pytest.raises(AnswerError) as refused:
        validate(asked, "x" * 10_001)
    assert refused.value.sentence == (
        "This is 1 character longer than the 10,000 that fit. Please shorten it."
    )
    with pytest.raises(AnswerError) as refused:
        validate(asked, "x" * 100_000)
    assert refused.value.sentence == (
        "This is 90,000 characters longer than the 10,000 that fit. Please shorten it."
    )


def test_a_comment_that_is_too_long_is_an_error_of_the_comment() -> None:
    with pytest.raises(AnswerError) as refused:
        validate(question("yes_no_unsure"), {"answer": "yes", "comment": "x" * 2_001})
    assert refused.value.part == "comment"
