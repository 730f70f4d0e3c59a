from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.accounts.concurrent_edits import NoticesChanges, organisation_to_change
from goodword.accounts.domain.audit import write_by
from goodword.accounts.domain.organisation import (
    MAX_RETENTION_MONTHS,
    RetentionSettings,
    change_retention,
    retention_of,
)
from goodword.accounts.models import Organisation
from goodword.accounts.navigation import settings_nav
from goodword.assessments.models import Assessment, AssessmentPart, Panelist, Verification
from goodword.candidates.domain.erasure_requests import Reason
from goodword.candidates.domain.holds import active, erased_before, hold_on
from goodword.candidates.models import Application, Candidate, Hold, PerformanceRating, visible_applications
from goodword.core import clock
from goodword.core.text import clean_text
from goodword.greenhouse.setup.connections import oldest_connection
from goodword.roles.domain.job_analysis import ratings_of, same_text
from goodword.roles.models import JobRequirement, Role, Step
from goodword.ui.fields import LineField
from goodword.workflow.domain.legal_holds import NothingToKeep, lift_hold, place_hold, waiting_erasures
from goodword.workspace.retention.rules import Months, RunPreview, preview_run

#: maximum people named on the page; the rest are counted
NAMED = 20

_WHY = {
    Reason.RETENTION: gettext_lazy("last application ended"),
    Reason.NOT_VISIBLE: gettext_lazy("no longer visible"),
}
_MONTHS = gettext_lazy("Choose 1 to %(n)s months.") % {"n": MAX_RETENTION_MONTHS}


def _months(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=MAX_RETENTION_MONTHS,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _MONTHS),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class RetentionForm(NoticesChanges):
    use_required_attribute = False

    erases_old = forms.BooleanField(
        label=gettext_lazy("Erase people after their last application has ended"), required=False
    )
    keep_months = _months(gettext_lazy("Months after the end"))
    erases_hidden = forms.BooleanField(
        label=gettext_lazy("Erase people who are no longer visible in Greenhouse"), required=False
    )
    hidden_months = _months(gettext_lazy("Months after they disappeared"))

    def __init__(self, data: QueryDict | None, *, organisation: Organisation) -> None:
        known = retention_of(organisation)
        as_set = {name: getattr(known, name) for name in RetentionSettings.__dataclass_fields__}
        super().__init__(data, initial=as_set)
        self.note_stored(as_set)

    def settings(self) -> RetentionSettings:
        return RetentionSettings(**self.cleaned_data)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.to_change
@transaction.atomic
def retention(request: MemberRequest) -> HttpResponseBase:
    organisation, now = organisation_to_change(request), clock.now()
    form = RetentionForm(request.POST if request.method == "POST" else None, organisation=organisation)
    if not form.is_bound:
        preview = preview_run(organisation, Months.of(organisation), now=now)
        return _page(request, form, preview)
    if not form.is_valid():
        return _page(request, form, None, status=422)
    wanted = form.settings()
    earlier = Months.of(organisation).shortened_by(Months.of(wanted))
    if "show" in request.POST or (earlier and request.POST.get("confirmed") != _code(wanted)):
        preview = preview_run(organisation, Months.of(wanted), now=now)
        return _page(request, form, preview, asks=earlier, code=_code(wanted))
    later = Months.of(wanted).shortened_by(Months.of(organisation))
    if change_retention(organisation=organisation, settings=wanted, by=request.member, now=now):
        message = _("Saved. Privacy notices are updated.")
        if later:
            message = f"{message} {_('People who have already answered were told that their data is erased earlier.')}"
        messages.success(request, message)
    else:
        messages.info(request, _("Nothing has changed."))
    return redirect("retention", organisation.slug)


def _code(settings: RetentionSettings) -> str:
    """Return a code for the settings shown; a confirmation is valid only for these."""
    months = Months.of(settings)
    return f"{months.old or '-'}/{months.hidden or '-'}"


def _page(
    request: MemberRequest,
    form: RetentionForm,
    preview: RunPreview | None,
    *,
    asks: bool = False,
    code: str = "",
    status: int = 200,
) -> HttpResponse:
    organisation = request.organisation
    holds = active(organisation).select_related(
        "organisation", "candidate__merged_into", "role", "placed_by__user"
    )
    return render(
        request,
        "workspace/retention/retention.html",
        {
            "settings_nav": settings_nav(request),
            "form": form,
            "preview": preview,
            "people": _named(organisation, preview) if preview else [],
            "more": max(0, len(preview.due) - NAMED) if preview else 0,
            "asks": asks,
            "code": code,
            "holds": [(hold, *_covered_by(hold)) for hold in holds.order_by("placed_at")],
        },
        status=status,
    )


def _named(organisation: Organisation, preview: RunPreview) -> list[dict[str, Any]]:
    shown = preview.due[:NAMED]
    rows = Application.objects.of(organisation).filter(candidate_id__in=[due.candidate_id for due in shown])
    newest = {row.candidate_id: row for row in rows.select_related("candidate").order_by("pk")}
    return [
        {
            "application": newest.get(due.candidate_id),
            "since": due.since,
            "reason": _WHY[due.reason],
        }
        for due in shown
    ]


def _covered_by(hold: Hold) -> tuple[str, Application | None]:
    """The name of what a hold covers and, for a person, the newest application, even after a merge."""
    if hold.candidate is None:
        return hold.role.title if hold.role else "", None
    person = hold.candidate.merged_into or hold.candidate
    rows = Application.objects.of(hold.organisation).filter(candidate=person)
    return person.name, rows.order_by("pk").last()


class HoldForm(forms.Form):
    use_required_attribute = False

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        help_text=gettext_lazy("Shown to candidates and referees who request erasure."),
        choices=Hold.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a ground.")},
    )
    reason = LineField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For members only, for example a case number."),
        max_length=500,
        error_messages={"required": gettext_lazy("Enter a reason.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def candidate_hold(request: MemberRequest, pk: int) -> HttpResponseBase:
    application = _application(request, pk)
    person = application.candidate
    back = reverse("candidate", args=[request.organisation.slug, pk])
    if person.erased_at is not None:
        messages.info(request, _("This person has already been erased."))
        return redirect(back)
    own = active(request.organisation).filter(candidate=person)
    found = own.order_by("pk").first() or hold_on(person)
    return _hold_page(request, person, found, name=person.name, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def role_hold(request: MemberRequest, pk: int) -> HttpResponseBase:
    role = access.get_or_404(Role.objects.of(request.organisation), pk)
    back = reverse("role", args=[request.organisation.slug, pk])
    return _hold_page(
        request, role, active(request.organisation).filter(role=role).first(), name=role.title, back=back
    )


@require_POST
@access.member(kinds=access.ADMIN)
def lift(request: MemberRequest, pk: int) -> HttpResponseBase:
    access.get_or_404(Hold.objects.of(request.organisation), pk)
    if lift_hold(hold_id=pk, by=request.member, now=clock.now()):
        messages.success(request, _("Legal hold lifted."))
    return redirect(reverse("retention", args=[request.organisation.slug]) + "#holds")


def _hold_page(
    request: MemberRequest, on: Candidate | Role, found: Hold | None, *, name: str, back: str
) -> HttpResponse:
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            place_hold(
                on=on, ground=values["ground"], reason=values["reason"], by=request.member, now=clock.now()
            )
        except NothingToKeep:
            messages.info(request, _("This person has already been erased."))
        else:
            messages.success(request, _("Legal hold placed."))
            if isinstance(on, Role) and (gone := erased_before(on)):
                messages.warning(request, _erased_already(gone))
        return redirect(back)
    context = {
        "on_role": isinstance(on, Role),
        "hold": found,
        "waiting": waiting_erasures(found).count() if found else 0,
        "erased": erased_before(on) if isinstance(on, Role) else 0,
        "form": form,
        "name": name,
        "back": back,
    }
    return render(request, "workspace/retention/hold.html", context, status=422 if form.is_bound else 200)


def _erased_already(people: int) -> str:
    message = ngettext(
        "%(n)s person who applied for this role had already been erased.",
        "%(n)s people who applied for this role had already been erased.",
        people,
    )
    return message % {"n": people}


def _application(request: MemberRequest, pk: int) -> Application:
    return access.get_or_404(visible_applications(request.member).select_related("candidate"), pk)


@require_safe
@access.member(kinds=access.ADMIN)
def impact_assessment(request: MemberRequest) -> HttpResponse:
    organisation, now = request.organisation, clock.now()
    text = render_to_string(
        "workspace/retention/impact_assessment.txt",
        {
            "organisation": organisation,
            "day": timezone.localdate(now, organisation.zone),
            "greenhouse": oldest_connection(organisation) is not None,
            **_in_use(organisation),
        },
    )
    write_by(request.member, "impact_assessment.drafted", now=now)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="impact-assessment.md"'
    response["Cache-Control"] = "no-store"
    return response


def _in_use(organisation: Organisation) -> dict[str, object]:
    roles = Role.objects.of(organisation).filter(archived_at=None)
    checks = Step.objects.of(organisation).filter(role__in=roles, kind=Step.Kind.REFERENCE_CHECK)
    newest = (
        Assessment.objects.of(organisation)
        .filter(step__role__in=roles, published_at__isnull=False)
        .values("step_id")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    published = Assessment.objects.of(organisation).filter(pk__in=newest)
    parts = (
        AssessmentPart.objects.of(organisation)
        .filter(assessment__in=published)
        .select_related("test", "assessment__step__role")
        .order_by("assessment__step__role__title", "assessment_id", "order")
    )
    importance = {
        (
            requirement.role_id,
            same_text(requirement.text),
        ): f"{newest.importance} of 5, criticality {newest.criticality} of 5"
        for requirement in JobRequirement.objects.of(organisation)
        .filter(role__in=roles)
        .prefetch_related("ratings")
        for newest in ratings_of(requirement)[:1]
    }
    return {
        "roles": roles.count(),
        "parts": [
            {
                "role": _cell(part.assessment.step.role.title),
                "test": _cell(part.test.title),
                "requirement": _cell(part.requirement),
                "importance": importance.get((part.assessment.step.role_id, same_text(part.requirement)), ""),
            }
            for part in parts
        ],
        "ratings": organisation.rates_hires or PerformanceRating.objects.of(organisation).exists(),
        "asks": Role.objects.of(organisation).filter(asks_for_ratings_since__isnull=False).count(),
        "verified": Verification.objects.of(organisation).count(),
        "panelists": Panelist.objects.of(organisation).count(),
        "totals": published.exclude(total=Assessment.Total.OFF).count(),
        "shown_to_candidates": checks.filter(candidate_may_see=True).count(),
    }


def _cell(text: str) -> str:
    return clean_text(text, one_line=True).replace("|", "\\|")
