"""Tags and filters that the components are made of."""

import copy
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from goodword.core import clock
from goodword.ui.colour import GREEN, parse_hex, readable, to_hex
from goodword.ui.fields import (
    ErrorLink,
    Question,
    error_links,
    first_input_id,
    question_from_field,
    read_options,
)
from goodword.ui.icons import icon_svg
from goodword.ui.statuses import CHECKS, Status, mark_svg, status_of

register = template.Library()

register.simple_tag(icon_svg, name="icon")
register.filter("first_input_id", first_input_id)


@register.filter
def html_attrs(attrs: Mapping[str, Any]) -> SafeString:
    """A component's remaining attributes for printing in a tag, values escaped; False, None and `class` (which the
    component adds to its own classes) are left out.

    Cotton's own `{{ attrs }}` prints values as they are, which would let data break out of the attribute.
    """
    own = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else attrs
    shown = {name: value for name, value in own.items() if name != "class"}
    valued = [(name, value) for name, value in shown.items() if value not in (True, False, None)]
    bare = [(name,) for name, value in shown.items() if value is True]
    joined = format_html_join("", ' {}="{}"', valued) + format_html_join("", " {}", bare)
    return mark_safe(joined)  # noqa: S308  both parts were escaped by format_html_join


@register.simple_tag
def status_for(state: str, attention: bool = False) -> Status:
    """The word, tone and mark of a state, for `{% status_for state attention as status %}`."""
    return status_of(state, attention=bool(attention))


@register.simple_tag
def mark(name: str) -> SafeString:
    """The small mark of a status."""
    return mark_safe(mark_svg(name))  # noqa: S308  literals of marks.py


@register.filter
def short_time(at: datetime | None) -> str:
    """A moment as "Tue 24 Nov, 14:05" in the current time zone; with the year when it is not this one's.

    An empty string for None.
    """
    if at is None:
        return ""
    local = timezone.localtime(at)
    this_year = local.year == timezone.localtime(clock.now()).year
    return date_format(local, "D j M, H:i" if this_year else "D j M Y, H:i")


@register.filter
def long_time(at: datetime | None) -> str:
    """A moment in full with year and zone, for what shows on hover; an empty string for None."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return date_format(local, "l j F Y, H:i ") + (local.tzname() or "")


@register.filter
def unlocalized(number: float) -> str:
    """A number for SVG: a point for decimals in every language."""
    return f"{number:g}"


@register.filter
def initials(name: str) -> str:
    """Up to two initials of a name: the first and the last word's."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    picked = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0].upper() for word in picked)


@register.simple_tag
def prepared(field: BoundField, label: str = "", hint: str = "") -> BoundField:
    """A copy of a bound field with another label or hint, so that its `aria-describedby` names the hint."""
    own = copy.copy(field)
    if label:
        own.label = label
    if hint:
        own.help_text = conditional_escape(hint)
    return own


@register.simple_tag
def errors_of(form: BaseForm | None, forms: Iterable[BaseForm] | None = None) -> list[ErrorLink]:
    """The lines of an error summary for one form or several."""
    return error_links([*([form] if form else []), *(forms or [])])


@register.simple_tag
def question_of(
    field: BoundField | None = None,
    *,
    name: str = "",
    question: str = "",
    options: Iterable[Any] = (),
    value: Any = "",
    values: Iterable[Any] | None = None,
    error: str = "",
    hint: str = "",
    id: str = "",  # noqa: A002  the name of the HTML attribute
) -> Question:
    """The question that a likert, rating or choices component draws; a bound field fills in what is not given."""
    if field:
        return question_from_field(field, options=options, question=question, hint=hint)
    held = list(values) if values is not None else [value]
    return Question(name, id or f"id_{name}", question, hint, error, read_options(options, held))


@register.simple_tag
def check_for(state: str) -> Status:
    """The word, tone and mark of something that was checked: granted, missing, untested, waiting, or lacking
    (missing, but only advised)."""
    return CHECKS[state]


@register.filter
def times(count: int | str) -> range:
    """A range to loop over `count` times."""
    return range(int(count))


@register.filter
def accent_digits(colour: str | None) -> str:
    """The six digits of `#rrggbb` for the address of its style sheet; empty if it is no colour."""
    try:
        return to_hex(parse_hex(colour or "")).removeprefix("#")
    except ValueError:
        return ""


@register.simple_tag
def mail_accent(colour: str | None) -> str:
    """An organisation's colour made readable on white, for mails, which have no custom properties.

    Our green when there is none, or when it is no colour.
    """
    try:
        return readable(colour or GREEN, on="#ffffff", towards="#000000")
    except ValueError:
        return GREEN


@register.simple_tag
def zone_title(at: datetime) -> SafeString:
    """The attributes of a `time` element: machine-readable moment, and the full form on hover."""
    return format_html('datetime="{}" title="{}"', at.isoformat(), long_time(at))
