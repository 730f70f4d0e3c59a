from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.concurrent_edits import NoticesChanges
from goodword.accounts.double_clicks import once
from goodword.assessments.plans.editing import MAX_REQUIREMENT_LENGTH
from goodword.core import clock
from goodword.roles.domain import job_analysis
from goodword.roles.domain.job_analysis import (
    MOST,
    RatingInput,
    SameText,
    TooManyRequirements,
    may_change,
    ratings_of,
    same_text,
)
from goodword.roles.models import JobAnalysis, JobRequirement, RequirementRating, Role, visible_roles
from goodword.ui.fields import LongTextField
from goodword.workspace.job_analysis.matrix import (
    Measure,
    MeasureColumn,
    columns_of,
    digest,
    matrix_of,
    ratings_in,
)
from goodword.workspace.job_requirements import sentences_of_role

#: maximum sentences of the job post to offer as requirements
PROPOSED = 8
_LONGEST_BASIS = 2000


class ConfirmForm(forms.Form):
    """`shown`: the digest of the matrix on the page."""

    use_required_attribute = False
    shown = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": False}))
    basis = LongTextField(
        label=gettext_lazy("What are the requirements based on?"),
        help_text=gettext_lazy(
            "For example: who you interviewed or observed, how many, and when; which documents you used."
        ),
        longest=_LONGEST_BASIS,
        error_messages={"required": gettext_lazy("Say what the requirements are based on.")},
    )


AT_ENTRY, LEARNT = "at_entry", "learnt"
#: fields of a rating, and the error if only this one is missing
_RATING: Final = {
    "importance": gettext_lazy("Choose how important it is."),
    "criticality": gettext_lazy("Choose how much harm it does if done badly."),
    "at_entry": gettext_lazy("Choose when it is needed."),
    "rating_basis": gettext_lazy("Say who judged this, and on what basis."),
}


def _initial(rating: RequirementRating | None, name: str) -> str:
    if rating is None:
        return ""
    if name == "at_entry":
        return AT_ENTRY if rating.at_entry else LEARNT
    return rating.basis if name == "rating_basis" else str(getattr(rating, name))


class RequirementForm(NoticesChanges):
    use_required_attribute = False
    text = LongTextField(
        label=gettext_lazy("Requirement"),
        help_text=gettext_lazy(
            "What a person must be able to do in this job, for example: meets agreed deadlines."
        ),
        longest=MAX_REQUIREMENT_LENGTH,
        rows=2,
        error_messages={"required": gettext_lazy("Enter the requirement.")},
    )
    importance = forms.ChoiceField(
        label=gettext_lazy("How important is it for the job as a whole?"),
        choices=[("", gettext_lazy("Not rated")), *RequirementRating.Importance.choices],
        required=False,
    )
    criticality = forms.ChoiceField(
        label=gettext_lazy("How much harm does it do if done badly?"),
        choices=[("", gettext_lazy("Not rated")), *RequirementRating.Criticality.choices],
        required=False,
    )
    at_entry = forms.ChoiceField(
        label=gettext_lazy("When is it needed?"),
        choices=[
            ("", gettext_lazy("Not rated")),
            (AT_ENTRY, gettext_lazy("On the first day")),
            (LEARNT, gettext_lazy("Later: it is learnt on the job")),
        ],
        required=False,
    )
    rating_basis = LongTextField(
        label=gettext_lazy("Who judged this, and on what basis?"),
        help_text=gettext_lazy("For example: two incumbents and their manager, in a meeting in March."),
        longest=_LONGEST_BASIS,
        rows=2,
        required=False,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        columns: tuple[MeasureColumn, ...],
        requirement: JobRequirement | None = None,
    ) -> None:
        text = requirement.text if requirement else ""
        stored = requirement.measures if requirement else []
        super().__init__(data, initial={"text": text, "seen": ""})
        self.stated = [column.title for column in columns if column.stated_keys(text)]
        self.newest = next(iter(ratings_of(requirement)), None) if requirement else None
        for name in _RATING:
            self.fields[name].initial = _initial(self.newest, name)
        offered: list[Measure] = []
        for place, column in enumerate(columns):
            stated = column.stated_keys(text)
            choosable = [measure for measure in column.measures if measure.key not in stated]
            if not choosable:
                continue
            offered += choosable
            self.fields[f"column_{place}"] = forms.MultipleChoiceField(
                label=column.title,
                choices=[(measure.key, measure.name) for measure in choosable],
                initial=[measure.key for measure in choosable if measure.is_among(stored)],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        self._kept = [key for key in stored if not any(measure.is_among({key}) for measure in offered)]
        listed = [measure for column in columns for measure in column.measures]
        self.absent = sum(not any(measure.is_among({key}) for measure in listed) for key in self._kept)
        known = {"text": text, "measures": sorted(stored)} if requirement else {}
        known |= {name: _initial(self.newest, name) for name in _RATING} if self.newest else {}
        self.note_stored(known, measures=_("What measures it"))

    def clean(self) -> dict[str, Any]:
        """Require a complete rating or none. A stored rating can be changed, but not removed."""
        data = super().clean()
        if self.newest or any(data.get(name) for name in _RATING):
            for name, sentence in _RATING.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, str(sentence))
        return data

    @property
    def rating(self) -> RatingInput | None:
        data = self.cleaned_data
        if not data["importance"]:
            return None
        return RatingInput(
            importance=int(data["importance"]),
            criticality=int(data["criticality"]),
            at_entry=data["at_entry"] == AT_ENTRY,
            basis=data["rating_basis"],
        )

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("column_")]

    def measures(self) -> list[str]:
        """What was ticked, and what was ticked earlier but can't be now: tests that aren't in the assessment at the
        moment, and measures that the assessment states."""
        return [*self._kept, *(key for field in self.columns for key in self.cleaned_data[field.name])]


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def page(request: MemberRequest, pk: int) -> HttpResponseBase:
    """A POST confirms the matrix on the page."""
    role, now = _role(request, pk), clock.now()
    matrix = matrix_of(role, now=now)
    stored = matrix.stored()
    form = ConfirmForm(request.POST if request.method == "POST" else None, initial={"shown": digest(stored)})
    if form.is_bound:
        _refuse_others(request, role)
        if form.is_valid() and form.cleaned_data["shown"] != digest(stored):
            form.add_error(None, _("The matrix has changed in the meantime. Read it again, then confirm."))
            form.data = {"basis": form.cleaned_data["basis"], "shown": digest(stored)}
        elif form.is_valid() and not matrix.rows:
            form.add_error(None, _("There is no requirement yet. Add one first."))
        elif form.is_valid():
            basis = form.cleaned_data["basis"]
            job_analysis.confirm(role=role, basis=basis, matrix=stored, by=request.member, now=now)
            messages.success(request, _("Job analysis confirmed."))
            return redirect("role_job_analysis", request.organisation.slug, role.pk)
    confirmed = job_analysis.confirmations_of(role)
    context = {
        "role": role,
        "matrix": stored,
        "rows": list(zip(stored["rows"], (row.requirement.pk for row in matrix.rows), strict=True)),
        "form": form,
        "confirmed": confirmed,
        "newest": confirmed[0] if confirmed else None,
        "ratings": ratings_in(stored),
        "changed": bool(confirmed) and confirmed[0].matrix != stored,
        "may_change": may_change(role, request.member),
    }
    status = 422 if form.is_bound else 200
    return render(request, "workspace/job_analysis/page.html", context, status=status)


@require_safe
@access.member(kinds=access.WORKS)
def version(request: MemberRequest, pk: int, number: int) -> HttpResponse:
    role = _role(request, pk)
    rows = JobAnalysis.objects.of(request.organisation).filter(role=role, number=number)
    found = access.get_or_404(rows, rows.values_list("pk", flat=True).first() or 0)
    context = {
        "role": role,
        "found": found,
        "matrix": found.matrix,
        "ratings": ratings_in(found.matrix),
        "rows": [(row, None) for row in found.matrix["rows"]],
    }
    return render(request, "workspace/job_analysis/version.html", context)


@require_POST
@access.member(kinds=access.WORKS)
def take_over(request: MemberRequest, pk: int) -> HttpResponseBase:
    role, now = _role(request, pk), clock.now()
    _refuse_others(request, role)
    stated = [requirement for _title, requirement in matrix_of(role, now=now).unlisted]
    try:
        n = job_analysis.add_missing(role=role, entered=stated, by=request.member, now=now)
    except TooManyRequirements:
        messages.error(request, _too_many())
    else:
        message = ngettext("%(n)s requirement added.", "%(n)s requirements added.", n) % {"n": n}
        messages.success(request, message)
    return redirect("role_job_analysis", request.organisation.slug, role.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@once
@transaction.atomic
def new(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    _refuse_others(request, role)
    return _edit(request, role, None)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
@transaction.atomic
def change(request: MemberRequest, pk: int, requirement_pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    _refuse_others(request, role)
    rows = JobRequirement.objects.of(request.organisation).filter(role=role)
    if request.method == "POST":
        rows = rows.select_for_update(of=("self",), no_key=True)
        if not rows.filter(pk=requirement_pk).exists():
            return _edit(request, role, None, removed=True)
    return _edit(request, role, access.get_or_404(rows, requirement_pk))


@require_POST
@access.member(kinds=access.WORKS)
def remove(request: MemberRequest, pk: int, requirement_pk: int) -> HttpResponseBase:
    role = _role(request, pk)
    _refuse_others(request, role)
    rows = JobRequirement.objects.of(request.organisation).filter(role=role)
    found = rows.select_related("role__organisation").filter(pk=requirement_pk).first()
    if found is None:
        messages.info(request, _("This requirement has already been removed."))
    else:
        job_analysis.remove(found, by=request.member, now=clock.now())
        messages.success(request, _("Requirement removed."))
    return redirect("role_job_analysis", request.organisation.slug, role.pk)


def _edit(
    request: MemberRequest, role: Role, requirement: JobRequirement | None, *, removed: bool = False
) -> HttpResponseBase:
    """`removed`: the changed requirement no longer exists; the form then adds it anew."""
    now = clock.now()
    data = request.POST if request.method == "POST" else None
    columns = columns_of(role, now=now)
    form = RequirementForm(data, columns=columns, requirement=requirement)
    if removed:
        form.add_error(None, _("Somebody has removed this requirement. Save to add it again."))
    elif form.is_valid():
        given: dict[str, Any] = {
            "text": form.cleaned_data["text"],
            "measures": form.measures(),
            "by": request.member,
            "now": now,
        }
        try:
            if requirement:
                requirement.role = role
                job_analysis.change(requirement, **given)
            else:
                requirement = job_analysis.add(role=role, **given)
            if form.rating:
                job_analysis.rate(requirement, form.rating, by=request.member, now=now)
        except TooManyRequirements:
            form.add_error(None, _too_many())
        except SameText:
            form.add_error("text", _("This requirement is already listed. Change it instead."))
        else:
            messages.success(request, _("Saved."))
            return redirect("role_job_analysis", request.organisation.slug, role.pk)
    listed = {same_text(known.text) for known in job_analysis.requirements_of(role)}
    proposed = [sentence for sentence in sentences_of_role(role) if same_text(sentence) not in listed]
    context = {
        "role": role,
        "requirement": requirement,
        "form": form,
        "history": ratings_of(requirement) if requirement and requirement.pk else [],
        "proposed": [] if requirement else proposed[:PROPOSED],
    }
    status = 422 if form.is_bound else 200
    return render(request, "workspace/job_analysis/requirement.html", context, status=status)


def _role(request: MemberRequest, pk: int) -> Role:
    return access.get_or_404(visible_roles(request.member).select_related("organisation"), pk)


def _refuse_others(request: MemberRequest, role: Role) -> None:
    """Refuse access to everyone except admins and the role's owner, who may change the job analysis."""
    if not may_change(role, request.member):
        raise access.NoAccess(request.member, kinds=access.ADMIN)


def _too_many() -> str:
    return _("A role has at most %(n)s requirements. Remove or combine some first.") % {"n": MOST}
