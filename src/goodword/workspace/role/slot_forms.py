"""Lines for the referees of a check. Each is a form; its buttons post the page, so JavaScript is not needed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from goodword.core.text import clean_text
from goodword.questionnaires import labels
from goodword.roles.slots import ANY, KINDS, MOST_REFEREES, SlotSetting
from goodword.workspace.role.step_forms import as_typed

LONGEST_HINT: Final = 300
#: field of the buttons: "add", "remove-2", "up-2", "down-2"
ACTION: Final = "line"
#: field with the number of lines
TOTAL: Final = "lines"
_COUNT = _("Choose 1 to %(n)s.") % {"n": MOST_REFEREES}


def relationship_names() -> Mapping[str, str]:
    return {**labels.relationships(), ANY: str(pgettext_lazy("relationship", "Any"))}


class SlotForm(forms.Form):
    use_required_attribute = False

    relationship = forms.ChoiceField(
        label=_("Kind of referee"),
        error_messages={
            "invalid_choice": _("Choose a kind of referee."),
            "required": _("Choose a kind of referee."),
        },
    )
    count = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=MOST_REFEREES,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _COUNT),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    needed = forms.BooleanField(label=_("Required"), required=False)
    hint = forms.CharField(
        label=_("Hint for the candidate"),
        required=False,
        max_length=LONGEST_HINT,
        error_messages={"max_length": _("Use at most %(limit_value)d characters.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": _("For example, from the last three years")}
        ),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        number: int,
        of: int,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix=_prefix(number), initial=dict(initial or {}))
        self.number, self.is_first, self.is_last = number, number == 0, number == of - 1
        relationship = self.fields["relationship"]
        assert isinstance(relationship, forms.ChoiceField)
        words = relationship_names()
        relationship.choices = [(kind, words[kind]) for kind in KINDS]

    def clean_hint(self) -> str:
        return clean_text(self.cleaned_data["hint"], one_line=True)

    def slot(self) -> SlotSetting:
        return SlotSetting(**self.cleaned_data)


def forms_of(slots: Sequence[SlotSetting]) -> list[SlotForm]:
    rows = [
        {name: getattr(slot, name) for name in ("relationship", "count", "needed", "hint")} for slot in slots
    ]
    return _forms(rows)


def posted_forms(data: QueryDict) -> list[SlotForm]:
    of = _how_many(data)
    return [SlotForm(data, number=number, of=of) for number in range(of)]


def unvalidated_forms(data: QueryDict) -> list[SlotForm]:
    return _forms(_rows(data))


def after_action(data: QueryDict) -> QueryDict:
    """The posted data after the pressed button's action. Keeps at least one line and at most MOST_REFEREES."""
    rows = _rows(data)
    act, _dash, number = data.get(ACTION, "").partition("-")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
    if act == "add" and len(rows) < MOST_REFEREES:
        rows.append({"relationship": ANY, "count": "1"})
    elif act == "remove" and 0 <= at < len(rows) > 1:
        del rows[at]
    elif act in {"up", "down"} and 0 <= at < len(rows):
        other = at - 1 if act == "up" else at + 1
        if 0 <= other < len(rows):
            rows[at], rows[other] = rows[other], rows[at]
    return _written(data, rows)


def _rows(data: QueryDict) -> list[dict[str, Any]]:
    return [as_typed(SlotForm, data, prefix=_prefix(number)) for number in range(_how_many(data))]


def _written(data: QueryDict, rows: Sequence[Mapping[str, Any]]) -> QueryDict:
    changed = data.copy()
    for name in data:
        if name.startswith("line-"):
            del changed[name]
    changed[TOTAL] = str(len(rows))
    for number, row in enumerate(rows):
        for name, value in row.items():
            if value not in (None, False):
                changed[f"{_prefix(number)}-{name}"] = "on" if value is True else value
    return changed


def _forms(rows: Sequence[Mapping[str, Any]]) -> list[SlotForm]:
    return [SlotForm(number=number, of=len(rows), initial=row) for number, row in enumerate(rows)]


def _how_many(data: QueryDict) -> int:
    text = data.get(TOTAL, "")
    known = text.isascii() and text.isdigit() and len(text) < 9
    return min(max(int(text), 1), MOST_REFEREES) if known else 1


def _prefix(number: int) -> str:
    return f"line-{number}"
