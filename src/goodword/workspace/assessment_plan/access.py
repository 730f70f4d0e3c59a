"""Access to a role's assessment plan and its draft."""

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
from goodword.assessments.plans.editing import NoDraft, Stale
from goodword.assessments.plans.versions import draft_of
from goodword.roles.models import Step
from goodword.roles.queries import visible_roles
from goodword.workspace.assessment_plan.lost_edits import PartGone, lost_edits_page

type DraftView[**P] = Callable[Concatenate[MemberRequest, Assessment, P], HttpResponseBase]


def step_of(request: MemberRequest, pk: int) -> Step:
    """The step of the role's assessment, with its role, or 404."""
    role = access.owned(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation", "role")
    found = steps.filter(role=role, kind=Step.Kind.ASSESSMENT).first()
    if found is None:
        raise Http404
    return found


def with_draft[**P](view: DraftView[P]) -> Callable[..., HttpResponseBase]:
    """Give the view the draft of the role `pk`, with its step and role; without one, to the page, which says so.

    `Stale` and `PartGone` that a view lets through lead to the draft as it is now. What was typed for a draft that has
    gone is shown once more.
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
        except Stale:
            messages.warning(
                request,
                _(
                    "Nothing was changed: the draft was changed in another tab or by someone else. This is the "
                    "current version."
                ),
            )
            return redirect("role_assessment_draft", request.organisation.slug, pk)
        except PartGone:
            messages.warning(
                request,
                _("Nothing was changed: this test is no longer in the draft. This is the current version."),
            )
            return redirect("role_assessment_draft", request.organisation.slug, pk)

    update_wrapper(wrapped, view)
    return access.member(kinds=access.WORKS)(wrapped)


def revision_of(request: MemberRequest) -> int:
    """On which revision of the draft an act is based; -1, which none has, if that was not said."""
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


def test_sent(request: MemberRequest) -> Test | None:
    """The test of the organisation that a form of a draft's page names; None if it names none."""
    given = request.POST.get("test", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        return None
    rows = Test.objects.of(request.organisation).select_related("organisation")
    return rows.filter(pk=int(given)).first()


def to_draft(request: MemberRequest, draft: Assessment, query: str = "") -> HttpResponseBase:
    """To the draft's page."""
    where = redirect("role_assessment_draft", request.organisation.slug, draft.step.role_id)
    where["Location"] += query
    return where
