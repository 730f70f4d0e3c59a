"""The form of one test of an assessment: how it is given, and what it serves."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.assessments.models import AssessmentPart, Calibration, NormSet, Test
from goodword.assessments.plans.editing import MAX_MINUTES, NEWEST, PartChoice
from goodword.assessments.plans.offers import (
    content_of_number,
    forms_of,
    may_be_timed,
    newest_calibration,
    newest_norms,
    newest_version_number,
)
from goodword.workspace.plan.fields import one_of, requirement, whole
from goodword.workspace.plan.words import form_in_words, held_against

NONE = "none"
_MINUTES = gettext_lazy("Write 1 to %(n)d minutes, or nothing for no clock.") % {"n": MAX_MINUTES}


class PartForm(forms.Form):
    """How one test is given. Fields that say nothing about this kind of test are left out."""

    def __init__(self, data: QueryDict | None = None, *, part: AssessmentPart) -> None:
        super().__init__(data, initial=_of_part(part))
        test, newest = part.test, newest_version_number(part.test)
        numbers = list(dict.fromkeys(number for number in (newest, part.number) if number))
        if len(numbers) > 1:
            self.fields["number"] = one_of(
                _("Version"),
                [(number, _version(number, newest=number == newest)) for number in numbers],
            )
        offers = {form.id: form for number in numbers for form in forms_of(content_of_number(test, number))}
        self._only_form = part.form if set(offers) == {part.form} else ""
        if not self._only_form:
            self.fields["form"] = one_of(
                _("Form"), [(form.id, form_in_words(test.kind, form)) for form in offers.values()]
            )
        if may_be_timed(test):
            self.fields["minutes"] = whole(
                _("Minutes on the clock"),
                least=1,
                most=MAX_MINUTES,
                wrong=_MINUTES,
                help_text=_clock_help(test),
                required=False,
            )
        self.fields["requirement"] = requirement(_("Which requirement of the job does it serve?"))
        if test.kind == Test.Kind.QUESTIONS:
            self.fields["two_raters"] = forms.BooleanField(
                label=_("Two people mark each answer that has a rubric"),
                help_text=_("Neither sees what the other gave before both have marked."),
                required=False,
            )
        self._offer_held(part, numbers)

    def _offer_held(self, part: AssessmentPart, numbers: Sequence[str]) -> None:
        rows = NormSet.objects.of(part.organisation).filter(test=part.test, version__in=numbers)
        if rows.exists():
            newest = newest_norms(part.test, number=part.number, form=part.form)
            self.fields["norms"] = one_of(
                _("Norm group"),
                _held_choices(newest, part.norms),
                _("The norm group. It stays the same for everyone who gets this version."),
            )
        if Calibration.objects.of(part.organisation).filter(test=part.test, version__in=numbers).exists():
            found = newest_calibration(part.test, number=part.number)
            self.fields["calibration"] = one_of(
                _("Calibration"),
                _held_choices(found, part.calibration),
                _(
                    "How difficult each family and level of tasks is, estimated from your candidates' answers."
                ),
            )

    def choice(self, part: AssessmentPart) -> PartChoice:
        """What was chosen, once the form is valid."""
        data = self.cleaned_data
        return PartChoice(
            number=data.get("number", part.number),
            form=data.get("form", self._only_form),
            minutes=data.get("minutes"),
            requirement=data["requirement"],
            two_raters=data.get("two_raters", False),
            norms=_held(data.get("norms", NEWEST)),
            calibration=_held(data.get("calibration", NEWEST)),
        )


def _clock_help(test: Test) -> str:
    if test.kind == Test.Kind.REASONING:
        return _("As many as the form is made for, or more. Empty: no clock.")
    return _("Empty: no clock. A clock makes sense only where speed is part of the job.")


def _held_choices(
    newest: NormSet | Calibration | None, used: NormSet | Calibration | None
) -> list[tuple[str, str]]:
    now = held_against(newest) if newest else _("there is none yet")
    choices = [(NEWEST, _("The newest for this version and form: %(which)s") % {"which": now})]
    if used is not None and used != newest:
        choices.append((str(used.pk), _("The one until now: %(which)s") % {"which": held_against(used)}))
    return [*choices, (NONE, _("None"))]


def _held(value: str) -> Any:
    return None if value == NONE else value if value == NEWEST else int(value)


def _version(number: str, *, newest: bool) -> str:
    if newest:
        return _("%(number)s, the newest") % {"number": number}
    return _("%(number)s, as until now") % {"number": number}


def _of_part(part: AssessmentPart) -> dict[str, Any]:
    norms = newest_norms(part.test, number=part.number, form=part.form)
    calibration = newest_calibration(part.test, number=part.number)
    return {
        "number": part.number,
        "form": part.form,
        "minutes": part.minutes,
        "requirement": part.requirement,
        "two_raters": part.two_raters,
        "norms": _chosen(part.norms, newest=norms),
        "calibration": _chosen(part.calibration, newest=calibration),
    }


def _chosen(used: NormSet | Calibration | None, *, newest: NormSet | Calibration | None) -> str:
    if used is None:
        return NONE
    return NEWEST if used == newest else str(used.pk)
