"""Charts as SVG, rendered on the server, with a text alternative and a table."""

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
    """Means on a common axis, a row for each scale, with single answers as rings and their spread.

    `rows`: mappings with `label` and `mean` (None: not enough answers); optional `marks` (single answers), `band` (low,
    high: uncertainty of the mean) and `detail`. `low` and `high` name the ends of the axis; neither is better.
    """
    chart = scale_chart(rows, minimum=minimum, maximum=maximum)
    return {"chart": chart, "title": title, "low": low, "high": high, "mark_name": mark_name}


@register.inclusion_tag("ui/charts/answer_bars.html")
def answer_bars(rows: Iterable[Mapping[str, Any]], *, title: str = "") -> dict[str, Any]:
    """A bar for each answer. `rows`: mappings with `label` and `count`."""
    return {"chart": answer_chart(rows), "title": title}
