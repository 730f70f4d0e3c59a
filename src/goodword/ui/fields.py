"""How forms, error summaries and question components are rendered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField, CheckboxSelectMultiple, Select
from django.forms.renderers import BaseRenderer, TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext


class Renderer(TemplatesSetting):
    """Draws forms by the templates of the project, so that they look the same wherever they come from."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


class LongSelect(Select):
    """A select of hundreds of ungrouped options, without a template for each option."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002 - as in the base class
    ) -> SafeString:
        """The HTML of Django's own template, without its line breaks."""
        widget = self.get_context(name, value, dict(attrs or {}))["widget"]
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (option["value"], flatatt(option["attrs"]), option["label"])
                for _, group, _ in widget["optgroups"]
                for option in group
            ),
        )
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(widget["attrs"]), options)


@dataclass(frozen=True)
class ErrorLink:
    """One line of an error summary: the id of the input to jump to (empty: none), and what is wrong."""

    target: str
    message: str


def first_input_id(field: BoundField) -> str:
    """The id of the input that a link to this field should focus: the first of a group of radios or boxes."""
    if field.use_fieldset and field.auto_id:
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def error_links(forms: Iterable[BaseForm]) -> list[ErrorLink]:
    """All errors of `forms` in the order of the page: those of a whole form first, then field by field.

    A field's message is led by its label: "This field is required" alone would not say which.
    """
    links: list[ErrorLink] = []
    for form in forms:
        if not form.is_bound:
            continue
        links += [ErrorLink("", str(message)) for message in form.non_field_errors()]
        for field in form:
            target = "" if field.is_hidden else first_input_id(field)
            links += [ErrorLink(target, _led(str(field.label), str(message))) for message in field.errors]
    return links


def _led(label: str, message: str) -> str:
    """A label in front of its message: with a colon, unless it is a question or a sentence of its own."""
    if label.endswith(("?", ".", ":")):
        return f"{label} {message}"
    return gettext("%(label)s: %(text)s") % {"label": label, "text": message}


@dataclass(frozen=True)
class Option:
    """One answer to pick; `example` is the behaviour that stands for it, or empty."""

    value: str
    label: str
    example: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Question:
    """A question ready to draw."""

    name: str
    id: str
    question: str
    hint: str
    error: str
    options: list[Option]
    multiple: bool = False

    @property
    def described_by(self) -> str:
        """The ids of hint and error that exist, for `aria-describedby`; empty if there is neither."""
        ids = [f"{self.id}_helptext"] * bool(self.hint) + [f"{self.id}_error"] * bool(self.error)
        return " ".join(ids)


def question_from_field(
    field: BoundField, *, options: Iterable[Any] = (), question: str = "", hint: str = ""
) -> Question:
    """The question of a bound field: its choices (or `options`, which can carry examples), value and error."""
    choices = list(options) or [pair for pair in getattr(field.field, "choices", ()) if str(pair[0]) != ""]
    held = field.value()
    values = held if isinstance(held, (list, tuple, set)) else [held]
    return Question(
        name=field.html_name,
        id=field.auto_id or field.html_name,
        question=question or str(field.label),
        hint=hint or str(field.help_text),
        error=str(field.errors[0]) if field.errors else "",
        options=read_options(choices, values),
        multiple=isinstance(field.field.widget, CheckboxSelectMultiple),
    )


def read_options(options: Iterable[Any], values: Iterable[Any]) -> list[Option]:
    """Options from pairs `(value, label)`, triples with an example, or mappings; chosen if among `values`.

    Values are compared as text, so that a posted "3" is the stored 3.
    """
    chosen = {str(value) for value in values if value not in (None, "")}
    read = []
    for option in options:
        if isinstance(option, Mapping):
            value, label, example = option["value"], option["label"], option.get("example", "")
        else:
            value, label, *rest = option
            example = rest[0] if rest else ""
        read.append(Option(str(value), str(label), str(example or ""), str(value) in chosen))
    return read
