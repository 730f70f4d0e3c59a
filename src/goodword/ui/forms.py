"""How forms are drawn: every `{{ form }}` and `{{ field.as_field_group }}` as our own components."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.forms import BaseForm, BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext


class Renderer(TemplatesSetting):
    """Draws forms by the templates of the project, so that they look the same wherever they come from."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


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
