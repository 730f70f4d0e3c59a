"""What was sent for a place that has gone meanwhile: nothing is saved, and nothing that was typed is lost."""

from django.http import HttpResponseBase
from django.shortcuts import render

from goodword.accounts.access import MemberRequest
from goodword.assessments.models import Assessment, Test
from goodword.assessments.plans.versions import built_by_member, draft_of
from goodword.roles.models import Step
from goodword.workspace.plan.typed import OF_PART, typed_of


class PartGone(Exception):
    """The test was taken out of the draft since the page was opened, or was never in it. Nothing was changed."""


def gone_page(request: MemberRequest, step: Step, *, test: Test | None = None) -> HttpResponseBase | None:
    """A sentence and what was typed, to copy or, for a test that is still offered, to be added again with it.

    None if nothing was typed. `test` is the one that the page was about.
    """
    typed = typed_of(request.POST, organisation=request.organisation, test=test)
    if not typed:
        return None
    draft: Assessment | None = draft_of(step)
    offered = draft is not None and test is not None and test.archived_at is None
    context = {
        "role": step.role,
        "step": step,
        "draft": draft,
        "given": built_by_member(step),
        "test": test,
        "typed": typed,
        "again": [(name, request.POST[name]) for name in OF_PART if name in request.POST] if offered else [],
    }
    return render(request, "workspace/plan/gone.html", context, status=409)
