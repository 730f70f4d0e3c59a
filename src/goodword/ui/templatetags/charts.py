"""Charts as SVG, drawn by the server: labelled directly, with a text alternative and a table behind."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from goodword.ui.charts import answer_chart, scale_chart

register = template.Library()


@register.inclusion_tag("ui/charts/scale_dots.html")
def scale_dots(
    rows: Iterable[Mapping[str, Any]],
    *,
    title: str = "",
    low: str = "",
    high: str = "",
    minimum: float = 1,
    maximum: float = 5,
    mark_name: str = "",
) -> dict[str, Any]:
    """Means on a common axis, one row a scale, each with its single answers as small rings and their spread.

    `rows`: mappings with `label`, `mean` (float or None: not enough answers), `marks` (floats, may be missing),
    `band` (low, high: how far the mean is uncertain, may be missing) and `detail` (a few words, may be missing).
    `low` and `high` name the ends of the axis; neither is better.
    """
    chart = scale_chart(rows, minimum=minimum, maximum=maximum)
    return {"chart": chart, "title": title, "low": low, "high": high, "mark_name": mark_name}


@register.inclusion_tag("ui/charts/answer_bars.html")
def answer_bars(rows: Iterable[Mapping[str, Any]], *, title: str = "") -> dict[str, Any]:
    """How often each answer was given: a bar each from a common line. `rows`: mappings with `label`, `count`."""
    return {"chart": answer_chart(rows), "title": title}
