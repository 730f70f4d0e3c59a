from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import (
    BaseForm,
    BoundField,
    CharField,
    CheckboxSelectMultiple,
    EmailField,
    FileField,
    FileInput,
    Select,
    Textarea,
)
from django.forms.renderers import BaseRenderer, TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from goodword.core.addresses import check_syntax, without_invisible
from goodword.core.text import clean_text, too_long


class Renderer(TemplatesSetting):
    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


class LongSelect(Select):
    """A select for hundreds of ungrouped options. It is fast because it renders no template per option."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002 - as in the base class
    ) -> SafeString:
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


def limited(longest: int, *, rows: int) -> Textarea:
    """A text area that counts the remaining characters. It has no `maxlength`, since browsers would cut off pasted text
    and count UTF-16 units."""
    return Textarea(attrs={"rows": rows, "data-longest": str(longest)})


class CsvField(FileField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=255,
            allow_empty_file=True,
            widget=FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
            error_messages={
                "required": gettext_lazy("Choose a file."),
                "max_length": gettext_lazy("The file's name is too long. Rename it first."),
            },
            **options,
        )


class LineField(CharField):
    """One line of text. It is cleaned before its length is checked, since normalising can make it longer."""

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "", one_line=True)


class AddressField(EmailField):
    """An e-mail address, which may have been pasted with invisible characters."""

    default_validators = [check_syntax]

    def to_python(self, value: Any) -> str:
        return without_invisible(clean_text(super().to_python(value) or "", one_line=True))


class LongTextField(CharField):
    """Multi-line text. It is cleaned before its length is checked, so that a line break counts as one character."""

    def __init__(self, *, longest: int, rows: int = 4, **more: Any) -> None:
        super().__init__(strip=False, widget=limited(longest, rows=rows), **more)
        self.longest = longest

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if problem := too_long(value, self.longest):
            raise ValidationError(problem)


@dataclass(frozen=True)
class ErrorLink:
    """An entry of an error summary: the message and the id of its input (may be empty)."""

    target: str
    message: str


def first_input_id(field: BoundField) -> str:
    if field.use_fieldset and field.auto_id:
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def error_links(forms: Iterable[BaseForm]) -> list[ErrorLink]:
    """All errors of `forms` in page order. Messages about a field start with its label."""
    links: list[ErrorLink] = []
    for form in forms:
        if not form.is_bound:
            continue
        links += [ErrorLink("", str(message)) for message in form.non_field_errors()]
        for field in form:
            target = "" if field.is_hidden else first_input_id(field)
            links += [
                ErrorLink(target, _labelled(str(field.label), str(message))) for message in field.errors
            ]
    return links


def _labelled(label: str, message: str) -> str:
    """Label and message, separated by a colon unless the label is a question or sentence."""
    if label.endswith(("?", ".", ":")):
        return f"{label} {message}"
    return gettext("%(label)s: %(text)s") % {"label": label, "text": message}


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    example: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Question:
    name: str
    id: str
    question: str
    hint: str
    error: str
    options: list[Option]
    multiple: bool = False

    @property
    def described_by(self) -> str:
        """Return the value of `aria-describedby`; empty without a hint and an error."""
        ids = [f"{self.id}_helptext"] * bool(self.hint) + [f"{self.id}_error"] * bool(self.error)
        return " ".join(ids)


def question_from_field(
    field: BoundField, *, options: Iterable[Any] = (), question: str = "", hint: str = ""
) -> Question:
    """The data of a question, from a bound field. `options` replaces its choices, and can have examples."""
    choices = list(options) or [pair for pair in getattr(field.field, "choices", ()) if str(pair[0]) != ""]
    value = field.value()
    values = value if isinstance(value, (list, tuple, set)) else [value]
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
    """Read options from pairs `(value, label)`, triples with an example, or mappings. Values are compared as text."""
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
