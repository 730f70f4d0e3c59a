import pytest
from django.template.defaultfilters import floatformat
from django.utils import translation

from goodword.core.text import rounded, written_figure


def test_numbers_are_rounded_half_up_to_the_given_places() -> None:
    assert [rounded(4, 1), rounded(3.36, 1), rounded(2.25, 1)] == ["4.0", "3.4", "2.3"]


def test_zero_has_no_sign() -> None:
    assert [rounded(-0.04, 1), rounded(-0.0, 2), rounded(-0.05, 1)] == ["0.0", "0.00", "-0.1"]


@pytest.mark.parametrize("language", ["en", "de"])
def test_figures_in_sentences_are_rounded_like_figures_in_tables(language: str) -> None:
    values = (3.125, 0.845, -0.125, 2.675, 1234.5)
    with translation.override(language):
        assert [written_figure(value) for value in values] == [floatformat(value, 2) for value in values]
