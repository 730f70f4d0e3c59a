"""The form of a reference check's settings: what every step has, and whom it asks what, in how much time."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from goodword.roles.domain.settings import CheckSettings, settings_of
from goodword.roles.models import Step
from goodword.roles.slots import MOST_REFEREES, SlotSetting, asked_for, never_without
from goodword.workspace import check_questionnaires, slot_lines
from goodword.workspace.asked import in_sentences
from goodword.workspace.slot_lines import SlotForm
from goodword.workspace.step_form import DaysField, StepForm, as_typed, deadline_field

_LEAST = _("Write a whole number: with how many references it completes.")


class CheckForm(StepForm):
    """Settings of a role's reference check. `lines` are the forms of whom it asks for."""

    least = forms.IntegerField(
        label=_("Completes with"),
        help_text=_("References at the least. Usual is one less than asked; the last one is still welcome."),
        min_value=1,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), _LEAST),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    referee_deadline_days = deadline_field(
        label=_("A referee's deadline"), help_text=_("Working days after the mail to them.")
    )
    referee_reminder_days = DaysField(
        label=_("Reminders to a referee"),
        help_text=_("Working days after the mail to them. Their first mail says how many. Empty for none."),
        required=False,
    )
    self_reference = forms.ChoiceField(
        label=_("Does the candidate answer the same questions about themself?"),
        choices=[
            ("off", _("No")),
            ("asked", _("Asked, but the check does not wait for it")),
            ("needed", _("Needed: the check waits for it")),
        ],
        widget=forms.RadioSelect,
    )
    questionnaire = forms.ChoiceField(
        label=_("Questionnaire for referees"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a questionnaire."),
            "invalid_choice": _("Choose a questionnaire of the list."),
        },
    )
    languages = forms.MultipleChoiceField(
        label=_("Only in these languages"),
        help_text=_("Tick none to offer every language that the questionnaire has."),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose languages of the list.")},
    )
    candidate_may_see = forms.BooleanField(
        label=_("Show the candidate the answers if they ask for them"),
        help_text=_("Referees see this before they answer, which makes them more careful."),
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        step: Step,
        initial: Mapping[str, Any] | None = None,
        lines: Sequence[SlotForm] | None = None,
    ) -> None:
        known = settings_of(step)
        assert isinstance(known, CheckSettings)
        self.organisation, self.known = step.organisation, known
        as_set = asdict(known) | {
            "least": known.least or asked_for(known.slots),
            "referee_reminder_days": list(known.referee_reminder_days),
            "questionnaire": check_questionnaires.value_of(
                known.questionnaire_id, organisation=self.organisation
            ),
        }
        super().__init__(data, step=step, initial=as_set | dict(initial or {}) if not data else as_set)
        self.lines = list(lines or (slot_lines.posted(data) if data else slot_lines.lines_of(known.slots)))
        self.offered = check_questionnaires.choices(self.organisation, chosen=known.questionnaire_id)
        questionnaire = self.fields["questionnaire"]
        assert isinstance(questionnaire, forms.ChoiceField)
        questionnaire.choices = [(one.value, _in_words(one)) for one in self.offered]
        self.fields["deadline_days"].label = _("The candidate's deadline")
        self.fields["deadline_days"].help_text = _("Working days after the invitation, for naming referees.")
        self.fields["reminder_days"].label = _("Reminders to the candidate")
        self.fields["self_reference"].error_messages["required"] = _("Choose one of the three.")
        self.fields["self_reference"].error_messages["invalid_choice"] = _("Choose one of the three.")

    @classmethod
    def unjudged(cls, data: QueryDict, *, step: Step) -> "CheckForm":
        """The page once more with what was typed, and without a word on what is wrong with it."""
        return cls(step=step, initial=as_typed(cls, data), lines=slot_lines.unjudged(data))

    @property
    def parts(self) -> list[forms.Form]:
        """All forms of the page, for the list of what is wrong."""
        return [*self.lines, self]

    @property
    def may_add(self) -> bool:
        """Whether there is room for one more line."""
        return len(self.lines) < MOST_REFEREES

    def is_valid(self) -> bool:
        """Whether all of the page can be taken."""
        return all(line.is_valid() for line in self.lines) and super().is_valid()

    def clean(self) -> dict[str, Any]:
        """What fits together: the number of referees, with how many it completes, the languages."""
        data = super().clean()
        self.hold_reminders("referee_reminder_days", deadline="referee_deadline_days")
        if all(line.is_valid() for line in self.lines):
            self._hold_numbers([line.slot() for line in self.lines])
        self._hold_languages()
        return data

    def settings_to_keep(self, *, now: datetime) -> CheckSettings:
        """What was chosen, once the form is valid; a built-in questionnaire becomes one of the organisation."""
        kept = check_questionnaires.id_of(
            self.cleaned_data["questionnaire"], organisation=self.organisation, now=now
        )
        return self._settings(kept)

    def sentences(self) -> list[str]:
        """What candidates will read: as it is set, or as the page has it if that can be taken."""
        if not self.is_bound:
            return self._in_sentences(self.known, value=str(self.initial["questionnaire"]))
        if not self.is_valid():
            return []
        return self._in_sentences(self._settings(None), value=self.cleaned_data["questionnaire"])

    def _in_sentences(self, settings: CheckSettings, *, value: str) -> list[str]:
        minutes = next((one.minutes for one in self.offered if one.value == value), 0)
        return in_sentences(settings, minutes=minutes)

    def _settings(self, questionnaire_id: int | None) -> CheckSettings:
        data, slots = self.cleaned_data, tuple(line.slot() for line in self.lines)
        return CheckSettings(
            **asdict(super().settings()),
            slots=slots,
            least=None if data["least"] == asked_for(slots) else data["least"],
            referee_deadline_days=data["referee_deadline_days"],
            referee_reminder_days=tuple(data["referee_reminder_days"]),
            self_reference=data["self_reference"],
            questionnaire_id=questionnaire_id,
            languages=tuple(code for code, _name in settings.LANGUAGES if code in data["languages"]),
            candidate_may_see=data["candidate_may_see"],
        )

    def _hold_numbers(self, slots: Sequence[SlotSetting]) -> None:
        total, needed, least = asked_for(slots), never_without(slots), self.cleaned_data.get("least")
        if total > MOST_REFEREES:
            self.add_error(
                None,
                _("These are %(total)s referees. Ask for at most %(most)s.")
                % {"total": total, "most": MOST_REFEREES},
            )
        elif least is None:
            return
        elif least > total:
            self.add_error(
                "least",
                ngettext(
                    "Only %(n)s referee is asked for: choose 1.",
                    "Only %(n)s referees are asked for: choose 1 to %(n)s.",
                    total,
                )
                % {"n": total},
            )
        elif least < needed:
            self.add_error(
                "least",
                ngettext(
                    "%(n)s referee is needed: choose %(n)s to %(total)s.",
                    "%(n)s referees are needed: choose %(n)s to %(total)s.",
                    needed,
                )
                % {"n": needed, "total": total},
            )

    def _hold_languages(self) -> None:
        ticked, value = self.cleaned_data.get("languages", []), self.cleaned_data.get("questionnaire")
        chosen = next((one for one in self.offered if one.value == value), None)
        if chosen is None:
            return
        missing = [code for code in ticked if code not in chosen.languages]
        if missing:
            names = dict(settings.LANGUAGES)
            self.add_error(
                "languages",
                _("This questionnaire is not there in: %(missing)s. Choose among: %(there)s.")
                % {
                    "missing": ", ".join(names[code] for code in missing),
                    "there": ", ".join(names.get(code, code) for code in chosen.languages),
                },
            )


def _in_words(choice: check_questionnaires.Choice) -> str:
    names = dict(settings.LANGUAGES)
    return ngettext(
        "%(title)s: about %(n)s minute, in %(languages)s",
        "%(title)s: about %(n)s minutes, in %(languages)s",
        choice.minutes,
    ) % {
        "title": choice.title,
        "n": choice.minutes,
        "languages": ", ".join(name for code, name in names.items() if code in choice.languages),
    }
