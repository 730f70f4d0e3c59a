"""Form of a reference check's settings, with what candidates will read."""

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
from goodword.questionnaires import builtin
from goodword.questionnaires.builtin import keys as built_in_keys
from goodword.questionnaires.domain import versions
from goodword.questionnaires.models import Questionnaire
from goodword.questionnaires.timing import minutes
from goodword.roles.domain.settings import CheckSettings, settings_of
from goodword.roles.models import Step
from goodword.roles.slots import MOST_REFEREES, SlotSetting, asked_for, never_without
from goodword.workspace.role import slot_forms
from goodword.workspace.role.slot_forms import SlotForm, relationship_names
from goodword.workspace.role.step_forms import DaysField, StepForm, as_typed, deadline_field

BUILTIN: Final = "builtin:"
#: the choice for an empty `Step.questionnaire_id`
USUAL: Final = BUILTIN + builtin.GENERAL_PROFESSIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionnaireChoice:
    """`value` is an id, or "builtin:" and the key of a built-in questionnaire."""

    value: str
    title: str
    description: str
    minutes: int
    languages: tuple[str, ...]


def questionnaire_choices(organisation: Organisation, *, chosen: int | None) -> Sequence[QuestionnaireChoice]:
    """Built-in ones first. The `chosen` one stays available when archived."""
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
    """The value of a step's questionnaire among the choices."""
    if questionnaire_id is None:
        return USUAL
    row = Questionnaire.objects.of(organisation).filter(pk=questionnaire_id).first()
    if row is None:
        return USUAL
    return BUILTIN + row.key if row.key in built_in_keys() else str(row.pk)


def questionnaire_id(value: str, *, organisation: Organisation, now: datetime) -> int | None:
    """The id to store for a choice. A built-in one is copied to the organisation."""
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


def candidate_sentences(settings: CheckSettings, *, minutes: int) -> list[str]:
    """What candidates will read, in order."""
    return list(_sentences(settings, minutes))


def _sentences(settings: CheckSettings, minutes: int) -> Iterator[str]:
    total = asked_for(settings.slots)
    yield ngettext(
        "Please name %(n)s person who can say something about your work.",
        "Please name %(n)s people who can say something about your work.",
        total,
    ) % {"n": total}
    yield from (_slot_sentence(slot) for slot in settings.slots)
    days, reminders = settings.deadline_days, len(settings.reminder_days)
    yield ngettext("You have %(n)s working day for that.", "You have %(n)s working days for that.", days) % {
        "n": days
    }
    yield _reminder_sentence(reminders)
    yield ngettext(
        "Each of them needs about %(n)s minute.", "Each of them needs about %(n)s minutes.", minutes
    ) % {"n": minutes}
    days = settings.referee_deadline_days
    yield ngettext(
        "They have %(n)s working day from our mail.", "They have %(n)s working days from our mail.", days
    ) % {"n": days}
    if settings.self_reference == "asked":
        yield gettext("You can answer the same questions about yourself.")
    elif settings.self_reference == "needed":
        yield gettext("We also need your own answers to the same questions about yourself.")
    yield (
        gettext("You may see their answers if you ask for them.")
        if settings.candidate_may_see
        else gettext("You see who has answered, never what.")
    )
    if settings.least is not None and settings.least < total:
        yield ngettext(
            "It is complete with %(n)s answer; the others are still welcome.",
            "It is complete with %(n)s answers; the others are still welcome.",
            settings.least,
        ) % {"n": settings.least}


def _slot_sentence(slot: SlotSetting) -> str:
    values = {"n": slot.count, "kind": relationship_names()[slot.relationship], "hint": slot.hint}
    match bool(slot.needed), bool(slot.hint):
        case True, True:
            return gettext("%(n)s × %(kind)s, needed: %(hint)s") % values
        case True, False:
            return gettext("%(n)s × %(kind)s, needed") % values
        case False, True:
            return gettext("%(n)s × %(kind)s: %(hint)s") % values
    return gettext("%(n)s × %(kind)s") % values


def _reminder_sentence(number: int) -> str:
    if not number:
        return gettext("We will not remind you.")
    return ngettext("We remind you once at the most.", "We remind you %(n)s times at the most.", number) % {
        "n": number
    }


_LEAST = _("Write a whole number: with how many references it completes.")


class CheckForm(StepForm):
    """Settings of a role's reference check. `lines`: a form for each kind of referee."""

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
            "questionnaire": choice_value(known.questionnaire_id, organisation=self.organisation),
        }
        super().__init__(data, step=step, initial=as_set | dict(initial or {}) if not data else as_set)
        self.lines = list(
            lines or (slot_forms.posted_forms(data) if data else slot_forms.forms_of(known.slots))
        )
        self.offered = questionnaire_choices(self.organisation, chosen=known.questionnaire_id)
        questionnaire = self.fields["questionnaire"]
        assert isinstance(questionnaire, forms.ChoiceField)
        questionnaire.choices = [(one.value, _choice_label(one)) for one in self.offered]
        self.fields["deadline_days"].label = _("The candidate's deadline")
        self.fields["deadline_days"].help_text = _("Working days after the invitation, for naming referees.")
        self.fields["reminder_days"].label = _("Reminders to the candidate")
        self.fields["self_reference"].error_messages["required"] = _("Choose one of the three.")
        self.fields["self_reference"].error_messages["invalid_choice"] = _("Choose one of the three.")

    @classmethod
    def unjudged(cls, data: QueryDict, *, step: Step) -> "CheckForm":
        """The form with what was typed, without validation."""
        return cls(step=step, initial=as_typed(cls, data), lines=slot_forms.unvalidated_forms(data))

    @property
    def parts(self) -> list[forms.Form]:
        """All forms of the page."""
        return [*self.lines, self]

    @property
    def may_add(self) -> bool:
        return len(self.lines) < MOST_REFEREES

    def is_valid(self) -> bool:
        return all(line.is_valid() for line in self.lines) and super().is_valid()

    def clean(self) -> dict[str, Any]:
        """Check the number of referees against the rest, and the languages."""
        data = super().clean()
        self.hold_reminders("referee_reminder_days", deadline="referee_deadline_days")
        if all(line.is_valid() for line in self.lines):
            self._hold_numbers([line.slot() for line in self.lines])
        self._hold_languages()
        return data

    def settings_to_keep(self, *, now: datetime) -> CheckSettings:
        """The settings of a valid form. A built-in questionnaire is copied to the organisation."""
        kept = questionnaire_id(self.cleaned_data["questionnaire"], organisation=self.organisation, now=now)
        return self._settings(kept)

    def sentences(self) -> list[str]:
        """What candidates will read, with the current settings or those of a valid form."""
        if not self.is_bound:
            return self._in_sentences(self.known, value=str(self.initial["questionnaire"]))
        if not self.is_valid():
            return []
        return self._in_sentences(self._settings(None), value=self.cleaned_data["questionnaire"])

    def _in_sentences(self, settings: CheckSettings, *, value: str) -> list[str]:
        minutes = next((one.minutes for one in self.offered if one.value == value), 0)
        return candidate_sentences(settings, minutes=minutes)

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
