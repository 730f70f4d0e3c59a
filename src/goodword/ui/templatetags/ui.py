import copy
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from django import template
from django.forms import BaseForm, BoundField
from django.template.base import FilterExpression, Parser, Token
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from goodword.core import clock
from goodword.core.text import written_count, written_weekday_time, zone_name
from goodword.core.version import VERSION
from goodword.ui.blocks import drawn
from goodword.ui.charts import scale_chart
from goodword.ui.colour import mail_accent, parse_hex, to_hex
from goodword.ui.fields import (
    ErrorLink,
    Question,
    error_links,
    first_input_id,
    question_from_field,
    read_options,
)
from goodword.ui.statuses import CHECKS, Status, mark_svg, status_of

#: our name -> Lucide's
ICONS: Final = {
    "alert": "triangle-alert",
    "archive": "archive",
    "arrow-left": "arrow-left",
    "arrow-right": "arrow-right",
    "bell": "bell",
    "building": "building-2",
    "calendar": "calendar",
    "candidates": "users",
    "check": "check",
    "chevron-down": "chevron-down",
    "clock": "clock",
    "copy": "copy",
    "download": "download",
    "edit": "pencil",
    "external": "external-link",
    "eye": "eye",
    "eye-off": "eye-off",
    "file": "file-text",
    "globe": "globe",
    "help": "circle-question-mark",
    "history": "history",
    "home": "house",
    "info": "info",
    "key": "key-round",
    "library": "library",
    "link": "link",
    "list": "list",
    "lock": "lock",
    "mail": "mail",
    "menu": "menu",
    "more": "ellipsis",
    "note": "sticky-note",
    "pause": "pause",
    "play": "play",
    "plug": "plug",
    "plus": "plus",
    "refresh": "refresh-cw",
    "results": "clipboard-check",
    "roles": "briefcase",
    "scales": "scale",
    "search": "search",
    "send": "send",
    "settings": "sliders-horizontal",
    "sign-out": "log-out",
    "sort-down": "arrow-down",
    "sort-up": "arrow-up",
    "trash": "trash-2",
    "undo": "undo-2",
    "upload": "upload",
    "user": "user",
    "x": "x",
}


@lru_cache(maxsize=1024)
def icon_svg(name: str, *, size: int | str = 18, label: str = "") -> SafeString:
    """Render an icon, which screen readers skip unless it has a `label`. Raises KeyError for an unknown name."""
    svg = ET.fromstring(_drawings()[name])  # noqa: S314 - of an installed package
    svg.attrib |= {"width": str(size), "height": str(size), "stroke-width": "1.75", "focusable": "false"}
    svg.attrib |= {"class": "icon"} | (
        {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    )
    for part in svg.iter():
        part.tail = part.text = None
    # without inline styles, which our content security policy would block
    return mark_safe(ET.tostring(svg, encoding="unicode"))  # noqa: S308 - attributes are escaped


@cache
def _drawings() -> dict[str, str]:
    """Icons by our names, read all at once, since the package's function opens its archive for each (about 10 ms)."""
    with files("lucide").joinpath("lucide.zip").open("rb") as file, ZipFile(file) as archive:
        found = {name: archive.read(f"{theirs}.svg").decode() for name, theirs in ICONS.items()}
    return {name: svg.replace('xmlns="http://www.w3.org/2000/svg"', "") for name, svg in found.items()}


register = template.Library()


class Kept(template.Node):
    """{% kept part.kind %}...{% endkept %} is rendered once per process, language and values of its arguments. Its
    content must not depend on anything else."""

    MOST = 64

    def __init__(self, nodelist: template.NodeList, arguments: Iterable[FilterExpression]) -> None:
        self.nodelist, self.arguments = nodelist, tuple(arguments)
        self.found: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *(argument.resolve(context) for argument in self.arguments))
        found = self.found.get(key)
        if found is None:
            if len(self.found) >= self.MOST:
                self.found.clear()
            found = self.found[key] = self.nodelist.render(context)
        return found


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    _name, *arguments = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(nodelist, [parser.compile_filter(argument) for argument in arguments])


class ErrorsInTitle(template.Node):
    """{% errors_in_title %}...{% enderrors_in_title %} around a whole page: its title begins with "Error:" if it has an
    error summary, since screen readers read the title first."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        page = self.nodelist.render(context)
        if 'class="error-summary' not in page:  # text has no plain quotation marks
            return page
        return mark_safe(page.replace("<title>", f"<title>{escape(gettext('Error:'))} ", 1))  # noqa: S308 - rendered above


@register.tag
def errors_in_title(parser: Parser, _token: Token) -> ErrorsInTitle:
    nodelist = parser.parse(("enderrors_in_title",))
    parser.delete_first_token()
    return ErrorsInTitle(nodelist)


register.simple_tag(icon_svg, name="icon")
register.simple_tag(mail_accent)
register.simple_tag(lambda: VERSION, name="goodword_version")
register.filter("first_input_id", first_input_id)
register.filter("drawn", drawn)


@register.filter
def html_attrs(attrs: Mapping[str, Any]) -> SafeString:
    """Escaped attributes, except those that are False, None or `class`. Cotton's `{{ attrs }}` doesn't escape, so data
    could break out."""
    own = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else attrs
    shown = {name: value for name, value in own.items() if name != "class"}
    valued = [(name, value) for name, value in shown.items() if value not in (True, False, None)]
    bare = [(name,) for name, value in shown.items() if value is True]
    joined = format_html_join("", ' {}="{}"', valued) + format_html_join("", " {}", bare)
    return mark_safe(joined)  # noqa: S308  escaped by format_html_join


@register.simple_tag
def written_in(language: str) -> SafeString:
    """The `lang` attribute for a text that a member wrote, or "" if it is in the page's language."""
    if not language or language.partition("-")[0] == (get_language() or "").partition("-")[0]:
        return SafeString("")
    return format_html(' lang="{}"', language)


@register.simple_tag
def status_for(state: str, attention: bool = False) -> Status:
    return status_of(state, attention=bool(attention))


@register.simple_tag
def mark(name: str) -> SafeString:
    return mark_safe(mark_svg(name))  # noqa: S308  literals of statuses.py


@register.filter
def short_time(at: date | None) -> str:
    """Format for example as "Tue 24 Nov, 14:05", with the year if it isn't the current one. A date has no time; None
    gives ""."""
    if not isinstance(at, datetime):
        return short_day(at)
    local = timezone.localtime(at)
    return f"{short_day(local)}, {local:%H:%M}"


@register.filter
def short_day(at: date | None) -> str:
    """Format for example as "Tue 24 Nov", with the year if it isn't the current one. None gives ""."""
    if at is None:
        return ""
    day = timezone.localtime(at).date() if isinstance(at, datetime) else at
    this_year = day.year == timezone.localtime(clock.now()).year
    return _written_day(day, "D j M" if this_year else "D j M Y", get_language())


@lru_cache(maxsize=4096)
def _written_day(day: date, form: str, _language: str | None) -> str:
    """Cached, since lists show the same days many times."""
    return date_format(day, form)


@register.filter
def weekday_time(at: datetime) -> str:
    """Format for example as "Tuesday 24 November, 23:59 (CET)", in the language's format."""
    return written_weekday_time(timezone.localtime(at))


@register.filter
def long_time(at: datetime | None) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at)
    return date_format(local, "l j F Y, H:i ") + zone_name(local)


@register.filter
def unlocalized(number: float) -> str:
    """A number with a decimal point in every language, for SVG."""
    return f"{number:g}"


@register.filter
def initials(name: str) -> str:
    words = [word for word in str(name).split() if word[0].isalnum()]
    picked = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0].upper() for word in picked)


@register.simple_tag
def prepared(
    field: BoundField, label: str = "", hint: str = "", lang: str = "", described_by: str = ""
) -> BoundField:
    """A copy of a bound field with another label or hint. `lang`: the language of what is typed; `described_by`: id of
    another text that describes the input."""
    own = copy.copy(field)
    if label:
        own.label = label
    if hint:
        own.help_text = conditional_escape(hint)
    attributes = {"lang": lang} if lang else {}
    if described_by:
        attributes["aria-describedby"] = f"{own.aria_describedby or ''} {described_by}".strip()
    if attributes:
        own.field = copy.copy(own.field)
        own.field.widget = copy.copy(own.field.widget)
        own.field.widget.attrs = own.field.widget.attrs | attributes
    return own


@register.simple_tag
def longest(field: BoundField) -> str:
    """The limit that a field's counter shows; empty for fields without a counter."""
    found = field.field.widget.attrs.get("data-longest")
    return written_count(int(found)) if found else ""


@register.simple_tag
def counted(field: BoundField) -> SafeString:
    """The input of a text with a counter, described by that counter too."""
    described = f"{field.aria_describedby or ''} {field.auto_id}_count".strip()
    return field.as_widget(attrs={"aria-describedby": described})


@register.simple_tag
def errors_of(form: BaseForm | None, forms: Iterable[BaseForm] | None = None) -> list[ErrorLink]:
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
    """The question for a likert, rating or choices component. A bound field provides defaults."""
    if field:
        return question_from_field(field, options=options, question=question, hint=hint)
    chosen = list(values) if values is not None else [value]
    return Question(name, id or f"id_{name}", question, hint, error, read_options(options, chosen))


@register.simple_tag
def check_for(state: str) -> Status:
    return CHECKS[state]


@register.filter
def accent_digits(colour: str | None) -> str:
    """A colour's hex digits for the URL of its style sheet; empty if it is invalid."""
    try:
        return to_hex(parse_hex(colour or "")).removeprefix("#")
    except ValueError:
        return ""


@register.simple_tag
def zone_title(at: datetime) -> SafeString:
    """The attributes `datetime` and `title` of a `time` element."""
    return format_html('datetime="{}" title="{}"', at.isoformat(), long_time(at))


@register.inclusion_tag("ui/charts/scale_dots.html")
def scale_dots(
    rows: Iterable[Mapping[str, Any]],
    *,
    minimum: float = 1,
    maximum: float = 5,
) -> dict[str, Any]:
    return {"chart": scale_chart(rows, minimum=minimum, maximum=maximum)}
