from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.models import Assessment, Test
from goodword.assessments.plans.versions import draft_of
from goodword.drafts.versions import NoDraft, StaleDraft
from goodword.roles.models import Step
from goodword.roles.queries import visible_roles
from goodword.workspace.assessment_plan.lost_edits import PartGone, lost_edits_page

type DraftView[**P] = Callable[Concatenate[MemberRequest, Assessment, P], HttpResponseBase]


def step_of(request: MemberRequest, pk: int) -> Step:
    role = access.owned(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation", "role")
    found = steps.filter(role=role, kind=Step.Kind.ASSESSMENT).first()
    if found is None:
        raise Http404
    return found


def with_draft[**P](view: DraftView[P]) -> Callable[..., HttpResponseBase]:
    """Pass the draft of role `pk` to a view; without one, redirect to the plan.

    `StaleDraft` and `PartGone` redirect to the current draft; what was typed for one that is gone is shown again.
    """

    def wrapped(request: MemberRequest, /, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        step = step_of(request, pk)
        try:
            draft = draft_of(step)
            if draft is None:
                raise NoDraft
            draft.step = step
            return view(request, draft, *args, **kwargs)
        except NoDraft:
            if request.method == "POST" and (page := lost_edits_page(request, step, test=test_sent(request))):
                return page
            messages.info(request, _("The draft no longer exists. It was published or discarded."))
            return redirect("role_assessment", request.organisation.slug, pk)
        except StaleDraft:
            messages.warning(
                request,
                _(
                    "Not changed: the draft was changed in another tab or by someone else. This is the current "
                    "version."
                ),
            )
            return redirect("role_assessment_draft", request.organisation.slug, pk)
        except PartGone:
            messages.warning(
                request,
                _("Not changed: this test is no longer in the draft. This is the current version."),
            )
            return redirect("role_assessment_draft", request.organisation.slug, pk)

    update_wrapper(wrapped, view)
    return access.member(kinds=access.WORKS)(wrapped)


def revision_of(request: MemberRequest) -> int:
    """The draft revision that a form is based on; -1, which never matches, if it has none."""
    value = request.POST.get("revision", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1


def test_sent(request: MemberRequest) -> Test | None:
    value = request.POST.get("test", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        return None
    rows = Test.objects.of(request.organisation).select_related("organisation")
    return rows.filter(pk=int(value)).first()


def to_draft(request: MemberRequest, draft: Assessment, query: str = "") -> HttpResponseBase:
    where = redirect("role_assessment_draft", request.organisation.slug, draft.step.role_id)
    where["Location"] += query
    return where
