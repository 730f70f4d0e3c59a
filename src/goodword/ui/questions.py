"""What a question component needs to draw itself, from a bound form field or from plain attributes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField, CheckboxSelectMultiple


@dataclass(frozen=True)
class Option:
    """One answer to pick; `example` is the behaviour that stands for it, or empty."""

    value: str
    label: str
    example: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Ask:
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


def ask_from_field(
    field: BoundField, *, options: Iterable[Any] = (), question: str = "", hint: str = ""
) -> Ask:
    """The question of a bound field: its choices (or `options`, which can carry examples), value and error."""
    choices = list(options) or [pair for pair in getattr(field.field, "choices", ()) if str(pair[0]) != ""]
    held = field.value()
    values = held if isinstance(held, (list, tuple, set)) else [held]
    return Ask(
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
