from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from goodword.accounts.models import Organisation
from goodword.core.text import language_codes
from goodword.questionnaires import builtin
from goodword.questionnaires.builtin import keys as built_in_keys
from goodword.questionnaires.domain import versions
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.questions import minutes
from goodword.roles.domain.settings import CheckSettings, settings_of
from goodword.roles.models import Step
from goodword.roles.slots import MOST_REFEREES, SlotSetting, referee_count, required_count
from goodword.workspace.role import step_forms
from goodword.workspace.role.step_forms import (
    DaysField,
    SlotForm,
    StepForm,
    as_typed,
    deadline_field,
    relationship_names,
)

BUILTIN: Final = "builtin:"
#: the choice for an empty `Step.questionnaire_id`
USUAL: Final = BUILTIN + builtin.GENERAL_PROFESSIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireChoice:
    value: str
    title: str
    description: str
    minutes: int
    languages: tuple[str, ...]


def questionnaire_choices(organisation: Organisation, *, chosen: int | None) -> Sequence[QuestionnaireChoice]:
    """Choices with built-in questionnaires first. `chosen` stays available when archived."""
    own = {row.key: row for row in versions.selectable_questionnaires(organisation)}
    if chosen is not None and chosen not in {row.pk for row in own.values()}:
        row = Questionnaire.objects.of(organisation).filter(pk=chosen).first()
        own |= {row.key: row} if row else {}
    archived = (
        Questionnaire.objects.of(organisation).filter(archived_at__isnull=False).exclude(pk=chosen or 0)
    )
    away = set(archived.values_list("key", flat=True))
    built_in = [
        _built_in(key, own.pop(key, None), organisation) for key in built_in_keys() if key not in away
    ]
    return [*built_in, *(_custom(row, organisation) for row in own.values())]


def choice_value(questionnaire_id: int | None, *, organisation: Organisation) -> str:
    if questionnaire_id is None:
        return USUAL
    row = Questionnaire.objects.of(organisation).filter(pk=questionnaire_id).first()
    if row is None:
        return USUAL
    return BUILTIN + row.key if row.key in built_in_keys() else str(row.pk)


def questionnaire_id(value: str, *, organisation: Organisation, now: datetime) -> int | None:
    """Return the id to store. A built-in questionnaire is copied to the organisation."""
    if value == USUAL:
        return None
    if value.startswith(BUILTIN):
        return versions.ensure_builtin(organisation, value.removeprefix(BUILTIN), now=now).pk
    return int(value)


def _built_in(key: str, row: Questionnaire | None, organisation: Organisation) -> QuestionnaireChoice:
    template = builtin.load(key, language=organisation.language)
    version = versions.current_version(row, language=organisation.language) if row else None
    return QuestionnaireChoice(
        value=BUILTIN + key,
        title=row.title if row else template.name,
        description=(row.description if row else "") or template.description,
        minutes=versions.minutes_of_version(version) if version else minutes(template.questions),
        languages=versions.languages_of(version) if version else builtin.languages(key),
    )


def _custom(row: Questionnaire, organisation: Organisation) -> QuestionnaireChoice:
    version = versions.current_version(row, language=organisation.language)
    return QuestionnaireChoice(
        value=str(row.pk),
        title=row.title,
        description=row.description,
        minutes=versions.minutes_of_version(version) if version else 0,
        languages=versions.languages_of(version) if version else (),
    )


def candidate_sentences(settings: CheckSettings, *, minutes: int) -> Iterator[str]:
    total = referee_count(settings.slots)
    yield ngettext(
        "Please name %(n)s person who can comment on your work.",
        "Please name %(n)s people who can comment on your work.",
        total,
    ) % {"n": total}
    yield from (_slot_sentence(slot) for slot in settings.slots)
    days, reminders = settings.deadline_days, len(settings.reminder_days)
    yield ngettext("You have %(n)s working day.", "You have %(n)s working days.", days) % {"n": days}
    yield _reminder_sentence(reminders)
    yield ngettext(
        "A reference takes about %(n)s minute.", "A reference takes about %(n)s minutes.", minutes
    ) % {"n": minutes}
    days = settings.referee_deadline_days
    yield ngettext(
        "Referees have %(n)s working day to reply.", "Referees have %(n)s working days to reply.", days
    ) % {"n": days}
    if settings.self_reference == "asked":
        yield gettext("You can answer the same questions about yourself.")
    elif settings.self_reference == "needed":
        yield gettext("We also need your answers to the same questions about yourself.")
    yield (
        gettext("You may see their answers on request.")
        if settings.candidate_may_see
        else gettext("You see who has answered, but not their answers.")
    )
    if settings.least is not None and settings.least < total:
        yield ngettext(
            "%(n)s reference is enough; more are welcome.",
            "%(n)s references are enough; more are welcome.",
            settings.least,
        ) % {"n": settings.least}


def _slot_sentence(slot: SlotSetting) -> str:
    values = {"n": slot.count, "kind": relationship_names()[slot.relationship], "hint": slot.hint}
    match bool(slot.needed), bool(slot.hint):
        case True, True:
            return gettext("%(n)s × %(kind)s, required: %(hint)s") % values
        case True, False:
            return gettext("%(n)s × %(kind)s, required") % values
        case False, True:
            return gettext("%(n)s × %(kind)s: %(hint)s") % values
    return gettext("%(n)s × %(kind)s") % values


def _reminder_sentence(number: int) -> str:
    if not number:
        return gettext("We won't send reminders.")
    return ngettext("We'll remind you once at most.", "We'll remind you at most %(n)s times.", number) % {
        "n": number
    }


_LEAST = _("Enter the number of references.")


class CheckForm(StepForm):
    least = forms.IntegerField(
        label=_("References needed"),
        help_text=_(
            "The check is complete once this many are in, with all required ones. Later references are added "
            "until their deadline."
        ),
        min_value=1,
        error_messages=dict.fromkeys(("required", "invalid", "min_value"), _LEAST),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    referee_deadline_days = deadline_field(
        label=_("Referee's deadline"), help_text=_("Working days after the e-mail to them.")
    )
    referee_reminder_days = DaysField(
        label=_("Reminders to referees"),
        help_text=_("Working days after the e-mail to them. Leave empty for none. The e-mail says how many."),
        required=False,
    )
    self_reference = forms.ChoiceField(
        label=_("Self-assessment by the candidate"),
        choices=[
            ("off", _("Off")),
            ("asked", _("Optional")),
            ("needed", _("Required to complete the check")),
        ],
        widget=forms.RadioSelect,
    )
    questionnaire = forms.ChoiceField(
        label=_("Questionnaire"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a questionnaire."),
            "invalid_choice": _("Choose a questionnaire from the list."),
        },
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        help_text=_("Select none to offer all languages of the questionnaire."),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose languages from the list.")},
    )
    candidate_may_see = forms.BooleanField(
        label=_("Show the candidate the answers on request"),
        help_text=_("Referees are told before they answer, and may be less open."),
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
            "least": known.least or referee_count(known.slots),
            "referee_reminder_days": list(known.referee_reminder_days),
            "questionnaire": choice_value(known.questionnaire_id, organisation=self.organisation),
        }
        super().__init__(data, step=step, initial=as_set | dict(initial or {}) if not data else as_set)
        self.lines = list(
            lines or (step_forms.posted_forms(data) if data else step_forms.forms_of(known.slots))
        )
        self.offered = questionnaire_choices(self.organisation, chosen=known.questionnaire_id)
        questionnaire = self.fields["questionnaire"]
        assert isinstance(questionnaire, forms.ChoiceField)
        questionnaire.choices = [(choice.value, _choice_label(choice)) for choice in self.offered]
        self.fields["deadline_days"].label = _("Candidate's deadline")
        self.fields["deadline_days"].help_text = _("Working days after the invitation to name referees.")
        self.fields["reminder_days"].label = _("Reminders to the candidate")
        self.fields["self_reference"].error_messages["required"] = _("Choose an option.")
        self.fields["self_reference"].error_messages["invalid_choice"] = _("Choose an option.")
        self.note_stored(as_set, slots=_("Referees asked for"))

    @classmethod
    def unvalidated(cls, data: QueryDict, *, step: Step) -> "CheckForm":
        return cls(step=step, initial=as_typed(cls, data), lines=step_forms.unvalidated_forms(data))

    @property
    def parts(self) -> list[forms.Form]:
        return [*self.lines, self]

    @property
    def may_add(self) -> bool:
        return len(self.lines) < MOST_REFEREES

    def is_valid(self) -> bool:
        return all(line.is_valid() for line in self.lines) and super().is_valid()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.check_reminders("referee_reminder_days", deadline="referee_deadline_days")
        if all(line.is_valid() for line in self.lines):
            self._check_counts([line.slot() for line in self.lines])
        self._check_languages()
        return data

    def settings_to_keep(self, *, now: datetime) -> CheckSettings:
        """Return the settings from a valid form. A built-in questionnaire is copied to the organisation."""
        kept = questionnaire_id(self.cleaned_data["questionnaire"], organisation=self.organisation, now=now)
        return self._settings(kept)

    def sentences(self) -> list[str]:
        if not self.is_bound:
            return self._in_sentences(self.known, value=str(self.initial["questionnaire"]))
        if not self.is_valid():
            return []
        return self._in_sentences(self._settings(None), value=self.cleaned_data["questionnaire"])

    def _in_sentences(self, settings: CheckSettings, *, value: str) -> list[str]:
        minutes = next((choice.minutes for choice in self.offered if choice.value == value), 0)
        return list(candidate_sentences(settings, minutes=minutes))

    def _settings(self, questionnaire_id: int | None) -> CheckSettings:
        data, slots = self.cleaned_data, tuple(line.slot() for line in self.lines)
        return CheckSettings(
            **asdict(super().settings()),
            slots=slots,
            least=None if data["least"] == referee_count(slots) else data["least"],
            referee_deadline_days=data["referee_deadline_days"],
            referee_reminder_days=tuple(data["referee_reminder_days"]),
            self_reference=data["self_reference"],
            questionnaire_id=questionnaire_id,
            languages=tuple(code for code in language_codes() if code in data["languages"]),
            candidate_may_see=data["candidate_may_see"],
        )

    def _check_counts(self, slots: Sequence[SlotSetting]) -> None:
        total, needed, least = referee_count(slots), required_count(slots), self.cleaned_data.get("least")
        if total > MOST_REFEREES:
            self.add_error(
                None,
                _("You're asking for %(total)s referees. The maximum is %(most)s.")
                % {"total": total, "most": MOST_REFEREES},
            )
        elif least is None:
            return
        elif least > total:
            self.add_error(
                "least",
                ngettext(
                    "You're asking for only %(n)s referee: choose 1.",
                    "You're asking for only %(n)s referees: choose 1 to %(n)s.",
                    total,
                )
                % {"n": total},
            )
        elif least < needed:
            self.add_error(
                "least",
                ngettext(
                    "%(n)s referee is required: choose %(n)s to %(total)s.",
                    "%(n)s referees are required: choose %(n)s to %(total)s.",
                    needed,
                )
                % {"n": needed, "total": total},
            )

    def _check_languages(self) -> None:
        ticked, value = self.cleaned_data.get("languages", []), self.cleaned_data.get("questionnaire")
        chosen = next((choice for choice in self.offered if choice.value == value), None)
        if chosen is None:
            return
        missing = [code for code in ticked if code not in chosen.languages]
        if missing:
            names = dict(settings.LANGUAGES)
            self.add_error(
                "languages",
                _("This questionnaire isn't available in: %(missing)s. Available: %(there)s.")
                % {
                    "missing": ", ".join(names[code] for code in missing),
                    "there": ", ".join(names.get(code, code) for code in chosen.languages),
                },
            )


def _choice_label(choice: QuestionnaireChoice) -> str:
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
