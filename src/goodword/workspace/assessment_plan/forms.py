from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.assessments.kinds.content import Scale
from goodword.assessments.kinds.health import health_scales
from goodword.assessments.kinds.registry import Content, kind_named
from goodword.assessments.models import Assessment, AssessmentPart, Calibration, NormSet, Test
from goodword.assessments.plans.editing import MAX_MINUTES, MAX_REQUIREMENT_LENGTH, NEWEST, PartChoice
from goodword.assessments.plans.publishing import (
    MAX_REASON_LENGTH,
    MAX_RETAKE_MONTHS,
    MAX_WEIGHT,
    Settings,
    requirement_field,
    weight_field,
)
from goodword.assessments.plans.versions import (
    PlannedPart,
    content_of_number,
    default_test_scales,
    has_lapsed,
    newest_calibration,
    newest_norms,
    newest_version_number,
    scales_of,
    whole_form,
)
from goodword.workspace.assessment_plan.wording import (
    form_in_words,
    more_time_in_words,
    norms_text,
    scale_in_words,
    total_in_words,
)
from goodword.workspace.job_requirements import proposal

_CHOOSE = gettext_lazy("Choose an option.")
_OFFERED = gettext_lazy("Choose from the scales offered.")


def requirement(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_REQUIREMENT_LENGTH,
        help_text=_(
            "For example: manages a portfolio of clients independently. Required to publish; printed in the report "
            "with your name and the date."
        ),
        error_messages={
            "required": _("Enter the job requirement. It is required to publish."),
            "max_length": _("Use at most %(limit_value)d characters."),
        },
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def scales_field(scales: Iterable[Scale], *, help_text: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Which scales does the requirement call for?"),
        choices=[(scale.id, scale_in_words(scale)) for scale in scales],
        help_text=help_text,
        error_messages={"required": _("Choose at least one scale."), "invalid_choice": _OFFERED},
        widget=forms.CheckboxSelectMultiple,
    )


class RequirementScalesField(forms.MultipleChoiceField):
    """Required only together with a requirement, which `refuse_half_a_requirement` checks."""

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


def default_test_scales_field() -> RequirementScalesField:
    """Return the field for forms that have a `requirement` field."""
    return RequirementScalesField(
        label=_("Scales it calls for"),
        choices=[(scale.id, scale.name) for scale in default_test_scales()],
        error_messages={"invalid_choice": _OFFERED},
        widget=forms.CheckboxSelectMultiple,
    )


def refuse_half_a_requirement(form: forms.Form) -> None:
    """Refuse a requirement without scales of the default test, and scales without a requirement."""
    if form.errors.keys() & {"requirement", "scales"} or "scales" not in form.fields:
        return
    text, scales = form.cleaned_data["requirement"].strip(), form.cleaned_data["scales"]
    if text and not scales:
        form.add_error("scales", _("Choose at least one scale that the requirement calls for."))
    elif scales and not text:
        form.add_error("requirement", _("Enter the requirement for the chosen scales, or untick them."))


def one_of(label: Any, choices: Sequence[tuple[str, Any]], help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
        widget=forms.RadioSelect,
    )


def whole(
    label: Any, *, least: int, most: int, wrong: Any, help_text: Any = "", required: bool = True
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=least,
        max_value=most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


_MONTHS = gettext_lazy("Enter 0 to %(n)d months.") % {"n": MAX_RETAKE_MONTHS}
_WEIGHT = gettext_lazy("Enter a whole number from 1 to %(n)d.") % {"n": MAX_WEIGHT}


class PlanForm(forms.Form):
    def __init__(
        self, data: QueryDict | None = None, *, draft: Assessment, parts: Sequence[PlannedPart]
    ) -> None:
        entering = [planned_part.part for planned_part in parts if planned_part.right_or_wrong]
        super().__init__(data, initial=_plan_initial(draft, entering))
        self.entering = entering
        if entering:
            self.fields["total"] = one_of(
                _("Total"), [(value, total_in_words(value)) for value in Assessment.Total.values]
            )
            for part in entering:
                self.fields[weight_field(part)] = whole(
                    _("Weight of “%(test)s”") % {"test": part.test.title},
                    least=1,
                    most=MAX_WEIGHT,
                    wrong=_WEIGHT,
                    required=False,
                )
            self.fields["total_reason"] = forms.CharField(
                label=_("Reason for the weights"),
                help_text=_("Why some tests matter more for the job. Printed in the report."),
                required=False,
                max_length=MAX_REASON_LENGTH,
                error_messages={"max_length": _("Use at most %(limit_value)d characters.")},
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.fields["more_time"] = one_of(
            _("Requests for extra time"),
            [(str(value), more_time_in_words(value)) for value in Assessment.MoreTime.values],
            _("For timed parts. Extra time granted automatically is disclosed only if the candidate agrees."),
        )
        self.fields["shares_result"] = one_of(
            _("Candidate's result"),
            [
                ("no", _("Not shown")),
                ("yes", _("Shown in plain words after completion")),
            ],
        )
        self.fields["retake_months"] = whole(
            _("Months before a retake"),
            least=0,
            most=MAX_RETAKE_MONTHS,
            wrong=_MONTHS,
            help_text=_(
                "Enter 0 for none. During this time, candidates can't be invited to the same tests again. Earlier "
                "results can be reused for another role for twelve months in any case."
            ),
        )

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[weight_field(part)] for part in self.entering]

    def settings(self) -> Settings:
        data = self.cleaned_data
        weights = {part.pk: data.get(weight_field(part)) for part in self.entering}
        return Settings(
            total=data.get("total", Assessment.Total.OFF),
            total_reason=data.get("total_reason", ""),
            weights={part: weight for part, weight in weights.items() if weight is not None},
            more_time=int(data["more_time"]),
            shares_result=data["shares_result"] == "yes",
            retake_months=data["retake_months"],
        )


class PublishForm(forms.Form):
    """Asks for missing requirements and the scales that measure them. `sentences`: sentences of the job post from which
    to propose requirements."""

    def __init__(
        self, data: QueryDict | None = None, *, parts: Sequence[PlannedPart], sentences: Sequence[str] = ()
    ) -> None:
        super().__init__(data)
        self._missing = [planned_part.part for planned_part in parts if not planned_part.part.requirement]
        self._scales: dict[int, str] = {}
        for planned in parts:
            part = planned.part
            if part.requirement:
                continue
            label = _("Which job requirement does “%(test)s” assess?") % {"test": part.test.title}
            field = requirement(label, required=True)
            field.initial = proposal(sentences, part.test)
            if field.initial:
                field.help_text = _(
                    "From the job post: check it. Printed in the report with your name and the date."
                )
            self.fields[requirement_field(part)] = field
            if len(planned.scales) > 1:
                self._scales[part.pk] = f"scales_{part.pk}"
                self.fields[self._scales[part.pk]] = scales_field(
                    planned.scales,
                    help_text=_("Only statements on these scales are shown, scored and reported."),
                )

    def requirements(self) -> dict[int, str]:
        return {part.pk: self.cleaned_data[requirement_field(part)] for part in self._missing}

    def scales(self) -> dict[int, list[str]]:
        return {part: self.cleaned_data[name] for part, name in self._scales.items()}


def _plan_initial(draft: Assessment, entering: Sequence[AssessmentPart]) -> dict[str, Any]:
    return {
        "total": draft.total,
        "total_reason": draft.total_reason,
        "more_time": str(draft.more_time),
        "shares_result": "yes" if draft.shares_result else "no",
        "retake_months": draft.retake_months,
        **{weight_field(part): part.weight for part in entering},
    }


NONE = "none"
_MINUTES = gettext_lazy("Enter 1 to %(n)d minutes, or leave empty for no time limit.") % {"n": MAX_MINUTES}


class PartForm(forms.Form):
    def __init__(self, data: QueryDict | None = None, *, part: AssessmentPart) -> None:
        super().__init__(data, initial=_part_initial(part))
        test, newest = part.test, newest_version_number(part.test)
        numbers = list(dict.fromkeys(number for number in (newest, part.number) if number))
        if len(numbers) > 1:
            self.fields["number"] = one_of(
                _("Version"),
                [(number, _version(number, newest=number == newest)) for number in numbers],
            )
        contents = [content_of_number(test, number) for number in numbers]
        offers = {form.id: form for content in contents for form in content.offers()}
        self._only_form = self.initial["form"] if set(offers) == {self.initial["form"]} else ""
        if not self._only_form:
            self.fields["form"] = one_of(
                _("Form"),
                [(form.id, form_in_words(test.kind, form)) for form in offers.values()],
                kind_named(test.kind).help_on_forms(contents[0]),
            )
        if kind_named(test.kind).may_be_timed:
            self.fields["minutes"] = whole(
                _("Time limit in minutes"),
                least=1,
                most=MAX_MINUTES,
                wrong=_MINUTES,
                help_text=_clock_help(test),
                required=False,
            )
        self.fields["requirement"] = requirement(_("Which job requirement does this assess?"))
        self._add_scale_fields(contents)
        if kind_named(test.kind).has_rubrics:
            self.fields["two_raters"] = forms.BooleanField(
                label=_("Two raters per answer with a rubric"),
                help_text=_("Neither sees the other's marks until both have marked."),
                required=False,
            )
        self._add_norm_fields(part, numbers)

    def _add_scale_fields(self, contents: Sequence[Content]) -> None:
        """Add the fields about scales, and set `health_scales`, the names of scales that need confirmation."""
        wholes = [(content, content.offers()[0].id) for content in contents]
        known = {scale.id: scale for content, form in wholes for scale in scales_of(content, form)}
        about_health = {scale.id: scale for content, form in wholes for scale in health_scales(content, form)}
        self.health_scales = [scale.name for scale in about_health.values()]
        if known:
            self.fields["scales"] = scales_field(
                known.values(),
                help_text=_(
                    "Only statements on these scales are shown, scored and reported. Norms must cover the same scales."
                ),
            )
        if self.health_scales:
            self.fields["confirms_health"] = forms.BooleanField(
                label=_(
                    "I have read the warning. This job requires the scale, and assessing it is lawful where we hire."
                ),
                required=False,
            )

    def _add_norm_fields(self, part: AssessmentPart, numbers: Sequence[str]) -> None:
        rows = NormSet.objects.of(part.organisation).filter(test=part.test, version__in=numbers)
        if rows.exists():
            newest = newest_norms(part.test, number=part.number, form=part.form)
            self.fields["norms"] = one_of(
                _("Norm group"),
                _reference_choices(newest, part.norms),
                _("Fixed for everyone who gets this version."),
            )
        if Calibration.objects.of(part.organisation).filter(test=part.test, version__in=numbers).exists():
            found = newest_calibration(part.test, number=part.number)
            self.fields["calibration"] = one_of(
                _("Calibration"),
                _reference_choices(found, part.calibration),
                _("Difficulty of the tasks, estimated from your candidates' answers."),
            )

    def choice(self, part: AssessmentPart) -> PartChoice:
        data = self.cleaned_data
        return PartChoice(
            number=data.get("number", part.number),
            form=data.get("form", self._only_form),
            minutes=data.get("minutes"),
            requirement=data["requirement"],
            scales=tuple(data.get("scales", ())),
            confirms_health=data.get("confirms_health", False),
            two_raters=data.get("two_raters", False),
            norms=_reference(data.get("norms", NEWEST)),
            calibration=_reference(data.get("calibration", NEWEST)),
        )


def _clock_help(test: Test) -> str:
    if kind_named(test.kind).is_generated:
        return _("At least the time the form is designed for. Leave empty for no time limit.")
    return _("Leave empty for no time limit. Set one only if speed matters in the job.")


def _reference_choices(
    newest: NormSet | Calibration | None, used: NormSet | Calibration | None
) -> list[tuple[str, str]]:
    now = norms_text(newest) if newest else _("none yet")
    choices = [(NEWEST, _("Latest for this version and form: %(which)s") % {"which": now})]
    if used is not None and used != newest and not _is_unusable(used):
        choices.append((str(used.pk), _("Current: %(which)s") % {"which": norms_text(used)}))
    return [*choices, (NONE, _("None"))]


def _reference(value: str) -> Any:
    return None if value == NONE else value if value == NEWEST else int(value)


def _version(number: str, *, newest: bool) -> str:
    if newest:
        return _("%(number)s (latest)") % {"number": number}
    return _("%(number)s (current)") % {"number": number}


def _part_initial(part: AssessmentPart) -> dict[str, Any]:
    content = content_of_number(part.test, part.number)
    norms = newest_norms(part.test, number=part.number, form=part.form)
    calibration = newest_calibration(part.test, number=part.number)
    scales = [scale.id for scale in scales_of(content, part.form)]
    return {
        "number": part.number,
        "form": whole_form(content, part.form),
        # for a test just added, the recruiter chooses the scales that measure the requirement
        "scales": scales if part.requirement or len(scales) == 1 else [],
        "confirms_health": part.health_confirmed_at is not None,
        "minutes": part.minutes,
        "requirement": part.requirement,
        "two_raters": part.two_raters,
        "norms": _chosen(part.norms, newest=norms),
        "calibration": _chosen(part.calibration, newest=calibration),
    }


def _chosen(used: NormSet | Calibration | None, *, newest: NormSet | Calibration | None) -> str:
    if used is None:
        return NONE
    return NEWEST if used == newest or _is_unusable(used) else str(used.pk)


def _is_unusable(used: NormSet | Calibration) -> bool:
    return isinstance(used, Calibration) and has_lapsed(used)
