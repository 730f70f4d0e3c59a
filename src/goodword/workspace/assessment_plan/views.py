from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.models import Assessment
from goodword.assessments.plans import publishing
from goodword.assessments.plans.editing import InvalidSetting, begin_draft
from goodword.assessments.plans.publishing import change_settings, reader_warning
from goodword.assessments.plans.versions import (
    PlannedPart,
    built_by_member,
    current_version,
    draft_of,
    planned_parts,
    versions_of,
)
from goodword.core import clock
from goodword.drafts.pages import Crumb, DraftForm, TypedField
from goodword.workspace.assessment_plan.access import PAGES, draft_page, step_of
from goodword.workspace.assessment_plan.forms import PlanForm, PublishForm
from goodword.workspace.assessment_plan.lost_edits import typed_fields
from goodword.workspace.assessment_plan.wording import (
    language_sentences,
    length_in_words,
    minutes_of,
    more_time_in_words,
    open_attempts,
    own_result_in_words,
    retake_in_words,
    sentences,
    total_sentence,
    version_warnings,
    warnings,
)
from goodword.workspace.job_requirements import sentences_of_role


@require_safe
@access.member(kinds=access.WORKS)
def plan(request: MemberRequest, pk: int) -> HttpResponse:
    step = step_of(request, pk)
    current = built_by_member(step)
    parts = planned_parts(current) if current else ()
    versions = versions_of(step)
    return render(
        request,
        "workspace/assessment_plan/plan.html",
        {
            "role": step.role,
            "step": step,
            "given": current,
            "parts": parts_with_length(parts),
            "sentences": sentences(current, parts) if current else [],
            "warnings": version_warnings(parts),
            "draft": draft_of(step),
            "versions": versions,
        },
    )


@require_safe
@access.member(kinds=access.WORKS)
def version(request: MemberRequest, pk: int, number: int) -> HttpResponse:
    step = step_of(request, pk)
    found = next((one for one in versions_of(step) if one.number == number), None)
    if found is None:
        raise Http404
    parts = planned_parts(found)
    newest = current_version(step)
    return render(
        request,
        "workspace/assessment_plan/version.html",
        {
            "role": step.role,
            "step": step,
            "version": found,
            "counts": newest is not None and newest.pk == found.pk,
            "parts": parts_with_length(parts),
            "sentences": sentences(found, parts),
        },
    )


@require_POST
@access.member(kinds=access.WORKS)
def begin(request: MemberRequest, pk: int) -> HttpResponseBase:
    step = step_of(request, pk)
    begin_draft(step=step, by=request.member, now=clock.now(), empty=request.POST.get("with") == "nothing")
    return redirect("role_assessment_draft", request.organisation.slug, pk)


@require_safe
@draft_page
def draft(request: MemberRequest, draft: Assessment) -> HttpResponse:
    parts = planned_parts(draft)
    organisation, role = request.organisation, draft.step.role
    parents = [
        Crumb(name=_("Roles"), url=reverse("roles", args=[organisation.slug])),
        Crumb(name=role.title, url=PAGES.url(request, "role")),
        Crumb(name=_("Tests"), url=PAGES.url(request, PAGES.page)),
    ]
    return PAGES.render(
        request,
        "workspace/assessment_plan/draft.html",
        draft,
        {
            "parents": parents,
            "parts": parts_with_length(parts),
            "minutes": minutes_of(parts),
            "languages": language_sentences(parts),
            "warnings": warnings(parts),
            "settings": _settings(draft, parts),
            "moved": request.GET.get("moved", ""),
            "moved_by": request.GET.get("by", ""),
        },
        name=_("Draft"),
    )


def parts_with_length(parts: tuple[PlannedPart, ...]) -> list[tuple[PlannedPart, str]]:
    return [(part, length_in_words(part)) for part in parts]


def _settings(draft: Assessment, parts: tuple[PlannedPart, ...]) -> list[str]:
    rows = [total_sentence(draft, parts)]
    if any(part.timed for part in parts):
        rows.append(_("Extra time: %(what)s") % {"what": more_time_in_words(draft.more_time)})
    return [*rows, own_result_in_words(draft.shares_result), retake_in_words(draft.retake_months)]


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def settings(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    parts = planned_parts(draft)
    form = PlanForm(request.POST if request.method == "POST" else None, draft=draft, parts=parts)
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if edit.save(
            lambda revision: change_settings(step=draft.step, settings=form.settings(), revision=revision)
        ):
            messages.success(request, _("Saved to draft."))
            return PAGES.to_editor(request)
    except InvalidSetting as wrong:
        form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
    context = {"timed": any(part.timed for part in parts), "kept": _kept(request, form)}
    template = "workspace/assessment_plan/settings.html"
    return PAGES.render(request, template, draft, context, name=_("Assessment settings"), edit=edit)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def publish(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    parts = planned_parts(draft)
    form = PublishForm(
        request.POST if request.method == "POST" else None,
        parts=parts,
        sentences=sentences_of_role(draft.step.role),
    )
    edit = DraftForm(request=request, form=form, current=draft.revision)
    try:
        if saved := edit.save(
            lambda revision: publishing.publish(
                step=draft.step,
                revision=revision,
                requirements=form.requirements(),
                by=request.member,
                now=clock.now(),
            )
        ):
            messages.success(request, _("Version %(number)s published.") % {"number": saved.result.number})
            return PAGES.to_page(request)
    except publishing.Unfinished as unfinished:
        for problem in unfinished.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
    context = {
        "revision": draft.revision,
        "kept": _kept(request, form),
        "parts": parts_with_length(parts),
        "sentences": sentences(draft, parts) if parts else [],
        "warnings": warnings(parts),
        "reader_warning": reader_warning(draft.step.role) if parts else "",
        "open": open_attempts(draft.step),
    }
    template = "workspace/assessment_plan/publish.html"
    return PAGES.render(request, template, draft, context, name=_("Review and publish"), edit=edit)


def _kept(request: MemberRequest, form: Form) -> list[TypedField]:
    """Input for tests that have since been removed, or completed by another member."""
    return typed_fields(request.POST, organisation=request.organisation, without=form.fields)
