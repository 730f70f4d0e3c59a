from collections.abc import Callable
from functools import update_wrapper

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.models import Assessment, Test
from goodword.assessments.plans.editing import DRAFTS
from goodword.assessments.plans.versions import built_by_member
from goodword.drafts.pages import Crumb, DraftPages, DraftView
from goodword.roles.models import Step
from goodword.roles.queries import visible_roles
from goodword.workspace.assessment_plan.lost_edits import PartGone, lost_edits_page


def step_of(request: MemberRequest, pk: int) -> Step:
    role = access.owned(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation", "role")
    found = steps.filter(role=role, kind=Step.Kind.ASSESSMENT).first()
    if found is None:
        raise Http404
    return found


class PlanPages(DraftPages[Step, Assessment]):
    drafts = DRAFTS
    page, editor = "role_assessment", "role_assessment_draft"
    styles = ("workspace/plan.css",)

    def owner_of(self, request: MemberRequest, pk: int) -> Step:
        return step_of(request, pk)

    def title(self, draft: Assessment) -> str:
        return draft.step.role.title

    def number(self, draft: Assessment) -> int:
        return draft.number

    def parents(self, request: MemberRequest, draft: Assessment) -> list[Crumb]:
        return [
            Crumb(name=self.title(draft), url=self.url(request, "role")),
            Crumb(name=_("Tests"), url=self.url(request, self.editor)),
        ]

    def lost_by_discarding(self, draft: Assessment) -> str:
        current = built_by_member(draft.step)
        if current is None:
            return _(
                "The draft will be lost. Candidates keep getting the default: work style, 16 statements."
            )
        return _("All changes since version %(n)s will be lost. Candidates keep getting version %(n)s.") % {
            "n": current.number
        }

    def after_deletion(self) -> str:
        return "roles"

    def lost_edits(self, request: MemberRequest, owner: Step) -> HttpResponseBase | None:
        return lost_edits_page(request, owner, test=test_sent(request))


PAGES = PlanPages()


def draft_page[**P](view: DraftView[Assessment, P]) -> Callable[..., HttpResponseBase]:
    """`PAGES.view`, which also redirects to the current draft if a test is no longer in it."""

    def guarded(
        request: MemberRequest, draft: Assessment, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, draft, *args, **kwargs)
        except PartGone:
            messages.warning(
                request, _("Not changed: this test is no longer in the draft. This is the current draft.")
            )
            return PAGES.to_editor(request)

    update_wrapper(guarded, view)
    return PAGES.view(guarded)


def test_sent(request: MemberRequest) -> Test | None:
    value = request.POST.get("test", "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        return None
    rows = Test.objects.of(request.organisation).select_related("organisation")
    return rows.filter(pk=int(value)).first()
