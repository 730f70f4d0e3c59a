"""Positions in charts, and their labels and tables."""

import pytest
from pytest_django.fixtures import Settings

from goodword.ui.charts import NARROW, WIDE, Axis, scale_chart, stacked
from tests.ui.conftest import Render


def test_a_value_is_placed_in_proportion_on_the_axis() -> None:
    axis = Axis(low=1, high=5, start=100, end=500)
    assert [axis.at(value) for value in (1, 2, 3.5, 5)] == [100.0, 200.0, 350.0, 500.0]


def test_values_outside_the_axis_are_drawn_at_its_end() -> None:
    axis = Axis(low=1, high=5, start=0, end=100)
    assert [axis.at(0), axis.at(9)] == [0.0, 100.0]


def test_ticks_are_whole_numbers() -> None:
    assert Axis(low=1, high=5, start=0, end=1).ticks() == [1, 2, 3, 4, 5]
    assert Axis(low=0.5, high=2.5, start=0, end=1).ticks() == [1, 2]


def test_equal_and_close_marks_are_stacked() -> None:
    assert stacked([4, 3, 4, 4.01]) == [(3, 0), (4, 0), (4, 1), (4.01, 2)]


def test_a_scale_shows_mean_and_spread() -> None:
    chart = scale_chart([{"label": "Calm", "mean": 3, "marks": [2, 4]}], minimum=1, maximum=5)
    row = chart.wide.rows[0]
    middle = (WIDE.start + WIDE.end) / 2
    quarter = (WIDE.end - WIDE.start) / 4
    assert row.mean_x == middle
    assert row.spread == (middle - quarter, middle + quarter)
    assert [ring.x for ring in row.rings] == [middle - quarter, middle + quarter]
    assert chart.narrow.rows[0].mean_x == (NARROW.start + NARROW.end) / 2


def test_a_scale_with_too_few_answers_has_no_mean_or_spread() -> None:
    row = scale_chart([{"label": "Calm", "mean": None}], minimum=1, maximum=5).wide.rows[0]
    assert (row.mean_x, row.mean_text, row.spread, row.rings) == (None, "", None, [])


def test_an_axis_of_zero_length_is_rejected() -> None:
    with pytest.raises(ValueError, match="the axis has no length"):
        scale_chart([], minimum=3, maximum=3)


def test_a_scale_chart_has_a_label_and_a_table(render: Render) -> None:
    rows = [{"label": "Calm", "mean": 3, "marks": [2, 4]}, {"label": "Warm <b>", "mean": None}]
    html = render("{% load ui %}{% scale_dots rows %}", rows=rows)
    assert 'aria-label="Calm: mean 3.0 (2, 4); Warm &lt;b&gt;: not enough answers.' in html
    assert '<th scope="row">Calm</th><td class="num">3.0</td><td>2, 4</td>' in html
    assert '<th scope="row">Warm &lt;b&gt;</th><td class="num">not enough answers</td><td></td>' in html
    assert html.count("<svg") == 2


def test_svg_coordinates_use_a_decimal_point_in_any_language(render: Render, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"
    html = render(
        "{% load ui %}{% scale_dots rows %}", rows=[{"label": "Ruhig", "mean": 2.3, "marks": [1.3, 2.6]}]
    )
    assert 'x1="252.2"' in html
