from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from goodword.accounts.concurrent_edits import NoticesChanges
from goodword.assessments.plans.versions import built_by_member
from goodword.questionnaires import labels
from goodword.roles.domain.settings import (
    LONGEST_DEADLINE,
    LONGEST_DELAY,
    MOST_REMINDERS,
    StepSettings,
    settings_of,
)
from goodword.roles.models import Step
from goodword.roles.slots import ANY, KINDS, MOST_REFEREES, SlotSetting
from goodword.ui.fields import LineField
from goodword.workspace.assessment_plan.forms import default_test_scales_field, refuse_half_a_requirement

#: in minutes
UNITS: Final = {"minutes": 1, "hours": 60, "days": 24 * 60}
LONGEST_DAYS: Final = LONGEST_DELAY // UNITS["days"]


def delay_text(minutes: int) -> str:
    number, unit = _parts(minutes)
    if not number:
        return ""
    match unit:
        case "days":
            return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}
        case "hours":
            return ngettext("%(n)s hour", "%(n)s hours", number) % {"n": number}
    return ngettext("%(n)s minute", "%(n)s minutes", number) % {"n": number}


class DelayWidget(forms.MultiWidget):
    template_name = "workspace/role/delay_widget.html"
    use_fieldset = True

    def __init__(self) -> None:
        number = forms.NumberInput(
            attrs={
                "min": 0,
                "inputmode": "numeric",
                "aria-label": gettext("Number"),
                "class": "delay__number",
            }
        )
        unit = forms.Select(
            choices=[("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))],
            attrs={"aria-label": gettext("Unit")},
        )
        super().__init__([number, unit])

    def decompress(self, value: Any) -> list[Any]:
        number, unit = _parts(int(value or 0))
        return [number, unit]


class DelayField(forms.MultiValueField):
    """Minutes; 0 for none."""

    widget = DelayWidget

    def __init__(self, **kwargs: Any) -> None:
        wrong = {"invalid": _("Enter a whole number, or 0 for no delay.")}
        fields = (
            forms.IntegerField(
                min_value=0, required=False, error_messages={**wrong, "min_value": wrong["invalid"]}
            ),
            forms.ChoiceField(
                choices=[(unit, unit) for unit in UNITS],
                required=False,
                error_messages={"invalid_choice": _("Choose minutes, hours or days.")},
            ),
        )
        super().__init__(fields=fields, require_all_fields=False, required=False, **kwargs)

    def compress(self, data_list: list[Any]) -> int:
        if not data_list:
            return 0
        number, unit = data_list
        minutes = int(number or 0) * UNITS.get(unit or "minutes", 1)
        if minutes > LONGEST_DELAY:
            raise ValidationError(_("Choose at most %(n)s days."), params={"n": LONGEST_DAYS})
        return minutes


def _parts(minutes: int) -> tuple[int, str]:
    if not minutes:
        return 0, "minutes"
    unit = next(name for name, size in reversed(UNITS.items()) if minutes % size == 0)
    return minutes // UNITS[unit], unit


REQUIREMENT_LENGTH = 1000
_DEADLINE = _("Choose 1 to %(n)s working days.") % {"n": LONGEST_DEADLINE}
_CLOSE = [("close", _("Close without notifying anyone; answers so far are kept"))]


class DaysField(forms.CharField):
    """Working days such as "2, 5", sorted, without duplicates."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        parts = str(value or "").replace(";", ",").replace(",", " ").split()
        if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
            raise ValidationError(_("Enter working days separated by commas, for example 2, 5."))
        return sorted({int(part) for part in parts})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def deadline_field(*, label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=1,
        max_value=LONGEST_DEADLINE,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _DEADLINE),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def as_typed(form: type[forms.Form], data: QueryDict, *, prefix: str | None = None) -> dict[str, Any]:
    """The posted values as initial values, to show a form again without validation."""
    empty: MultiValueDict[str, Any] = MultiValueDict()
    return {
        name: field.widget.value_from_datadict(data, empty, f"{prefix}-{name}" if prefix else name)
        for name, field in form.base_fields.items()
    }


class StepForm(NoticesChanges):
    requirement = forms.CharField(
        label=_("Which job requirement does this assess?"),
        help_text=_("Required before anyone is invited. Printed in the report with your name and the date."),
        max_length=REQUIREMENT_LENGTH,
        error_messages={
            "required": _("Enter the job requirement. The assessment is published with it."),
            "max_length": _("Use at most %(limit_value)d characters."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    delay = DelayField(
        label=_("Delay before the invitation"),
        help_text=_("0 for none. Candidates moved on before the delay ends aren't invited."),
    )
    deadline_days = deadline_field(label=_("Deadline"), help_text=_("Working days after the invitation."))
    reminder_days = DaysField(
        label=_("Reminders"),
        help_text=_(
            "Working days after the invitation, for example 2, 5. Leave empty for none. The invitation says how many."
        ),
        required=False,
    )
    on_leave = forms.ChoiceField(
        label=_("When the candidate leaves the stage"),
        choices=[("pause", _("Pause: no reminders, links still work")), ("go_on", _("Continue"))],
        widget=forms.RadioSelect,
    )
    on_reject = forms.ChoiceField(
        label=_("When the candidate is rejected"),
        choices=[*_CLOSE, ("go_on", _("Continue"))],
        widget=forms.RadioSelect,
    )
    on_hire = forms.ChoiceField(
        label=_("When the candidate is hired"),
        choices=[*_CLOSE, ("go_on", _("Continue"))],
        widget=forms.RadioSelect,
    )

    def __init__(
        self, data: QueryDict | None = None, *, step: Step, initial: Mapping[str, Any] | None = None
    ) -> None:
        known = settings_of(step)
        as_set = {
            "requirement": step.requirement,
            "scales": list(step.requirement_scales),
            "delay": known.delay_minutes,
            "deadline_days": known.deadline_days,
            "reminder_days": list(known.reminder_days),
            "on_leave": known.on_leave,
            "on_reject": known.on_reject,
            "on_hire": known.on_hire,
        }
        super().__init__(data, initial=as_set | dict(initial or {}))
        for name in ("on_leave", "on_reject", "on_hire"):
            self.fields[name].error_messages["required"] = _("Choose an option.")
            self.fields[name].error_messages["invalid_choice"] = _("Choose an option.")
        if step.kind != Step.Kind.ASSESSMENT or built_by_member(step) is not None:
            del self.fields["requirement"]
        else:
            # required only for a published assessment, so other settings can be saved before
            self.fields["requirement"].required = bool(step.requirement)
            self.fields["scales"] = default_test_scales_field()
        self.note_stored(as_set)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_reminders("reminder_days", deadline="deadline_days")
        refuse_half_a_requirement(self)
        return data

    def check_reminders(self, name: str, *, deadline: str) -> None:
        days, last = self.cleaned_data.get(name), self.cleaned_data.get(deadline)
        if days is None or last is None:
            return
        if len(days) > MOST_REMINDERS:
            self.add_error(name, _("Choose at most %(n)s reminders.") % {"n": MOST_REMINDERS})
        elif days and not 0 < days[0] <= days[-1] < last:
            self.add_error(name, _early(last))

    def settings(self) -> StepSettings:
        data = self.cleaned_data
        return StepSettings(
            delay_minutes=data["delay"],
            deadline_days=data["deadline_days"],
            reminder_days=tuple(data["reminder_days"]),
            on_leave=data["on_leave"],
            on_reject=data["on_reject"],
            on_hire=data["on_hire"],
        )


def _early(deadline: int) -> str:
    if deadline == 1:
        return str(_("A deadline of one working day leaves no time for reminders."))
    return str(_("Reminders must be before the deadline: choose days from 1 to %(n)s.") % {"n": deadline - 1})


LONGEST_HINT: Final = 300
#: name of the buttons with the values "add", "remove-2", "up-2", "down-2"
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
    hint = LineField(
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
    """Apply the pressed button to the posted data. Keeps between 1 and MOST_REFEREES lines."""
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
