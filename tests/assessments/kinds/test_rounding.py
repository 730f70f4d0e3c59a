"""Pages and reports round the same figure alike."""

from fractions import Fraction

import pytest

from goodword.assessments.kinds.scores import figure
from goodword.assessments.report import _percent
from goodword.assessments.results import percent
from goodword.reports.phrases import words_for


@pytest.mark.parametrize(
    "share", [Fraction(5, 16), Fraction(1, 16), Fraction(639, 2000), Fraction(2, 3), Fraction(1)]
)
def test_a_total_reads_the_same_on_pages_and_in_reports(share: Fraction) -> None:
    on_page = percent(share).removesuffix("%")
    assert on_page == _percent(float(100 * share), words_for("en"))


def test_halves_are_rounded_up() -> None:
    assert percent(Fraction(5, 16)) == "31.3%"
    assert [figure(value) for value in (3.125, 3.625, 3.0, -0.3)] == ["3.13", "3.63", "3", "−0.3"]
