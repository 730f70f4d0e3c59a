"""What counts for a whole assessment, and its publication."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts.access import MemberRequest
from goodword.assessments.models import Assessment
from goodword.assessments.plans import publishing
from goodword.assessments.plans.editing import InvalidSetting, Stale
from goodword.assessments.plans.publishing import change_settings, reader_warning
from goodword.assessments.plans.versions import draft_of, planned_parts
from goodword.core import clock
from goodword.workspace.plan.doors import at_draft, revision_of, to_draft
from goodword.workspace.plan.forms import PlanForm, PublishForm
from goodword.workspace.plan.review import open_attempts, sentences, warnings
from goodword.workspace.plan.typed import Typed, typed_of
from goodword.workspace.views.plan import shown


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def settings(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    """A total, more time, the candidate's own result, and when the same person may take it again."""
    parts = planned_parts(draft)
    form = PlanForm(request.POST if request.method == "POST" else None, draft=draft, parts=parts)
    revision, stale = draft.revision, False
    if request.method == "POST" and form.is_valid():
        try:
            change_settings(step=draft.step, settings=form.settings(), revision=revision_of(request))
        except InvalidSetting as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.sentence)
        except Stale:
            stale = True
        else:
            messages.success(request, _("Saved in the draft."))
            return to_draft(request, draft)
    elif request.method == "POST":
        revision = revision_of(request)
    context = {
        "role": draft.step.role,
        "draft": draft,
        "form": form,
        "revision": revision,
        "stale": stale,
        "timed": any(part.timed for part in parts),
        "kept": _kept(request, form),
    }
    return render(request, "workspace/plan/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft
def publish(request: MemberRequest, draft: Assessment) -> HttpResponseBase:
    """All of it in sentences; what is still missing; then the next version."""
    parts = planned_parts(draft)
    form = PublishForm(request.POST if request.method == "POST" else None, parts=parts)
    stale = False
    if request.method == "POST" and form.is_valid():
        try:
            found = publishing.publish(
                step=draft.step,
                revision=revision_of(request),
                requirements=form.requirements(),
                by=request.member,
                now=clock.now(),
            )
        except publishing.Unfinished as unfinished:
            for problem in unfinished.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.sentence)
        except Stale:
            stale = True
        else:
            messages.success(
                request,
                _("Version %(number)s is published. Invitations give it from now on.")
                % {"number": found.number},
            )
            return redirect("role_assessment", request.organisation.slug, draft.step.role_id)
    context = {
        "role": draft.step.role,
        "draft": draft_of(draft.step) or draft,
        "form": form,
        "stale": stale,
        "kept": _kept(request, form),
        "parts": shown(parts),
        "sentences": sentences(draft, parts) if parts else [],
        "warnings": warnings(parts),
        "reader_warning": reader_warning(draft.step.role) if parts else "",
        "open": open_attempts(draft.step),
    }
    return render(request, "workspace/plan/publish.html", context)


def _kept(request: MemberRequest, form: Form) -> list[Typed]:
    """What was typed for a test that has gone, or that somebody else has filled in meanwhile."""
    return typed_of(request.POST, organisation=request.organisation, without=form.fields)
