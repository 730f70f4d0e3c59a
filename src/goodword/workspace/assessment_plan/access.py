"""Access to an assessment plan's pages, and recovery of typed text whose draft or test no longer exists."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import update_wrapper

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Organisation
from goodword.assessments.models import Assessment, AssessmentPart, Test
from goodword.assessments.plans.editing import DRAFTS, NEWEST
from goodword.assessments.plans.publishing import requirement_field, weight_field
from goodword.assessments.plans.versions import (
    built_by_member,
    content_of_number,
    draft_of,
    form_of,
    newest_version_number,
    scales_of,
)
from goodword.drafts.pages import Crumb, DraftPages, DraftView, TypedField
from goodword.roles.models import Step, visible_roles
from goodword.workflow.domain.eligibility import is_unpublished
from goodword.workspace.assessment_plan.forms import NONE
from goodword.workspace.assessment_plan.wording import (
    form_in_words,
    more_time_in_words,
    own_result_in_words,
    total_in_words,
)

#: fields of a test, in page order
OF_PART = (
    "requirement",
    "number",
    "form",
    "scales",
    "confirms_health",
    "minutes",
    "two_raters",
    "norms",
    "calibration",
)
_OF_EACH = (requirement_field, weight_field)


def typed_fields(
    data: QueryDict, *, organisation: Organisation, test: Test | None = None, without: Container[str] = ()
) -> list[TypedField]:
    """All non-empty fields of a form, except those in `without`. `test`: the test that the form edits."""
    found = []
    for name, (label, word) in _fields(data, organisation, test).items():
        value = "\n".join(data.getlist(name)).strip()
        if value and name not in without:
            found.append(TypedField(label=label, text=word(value), is_text=_is_text(name)))
    return found


def _is_text(name: str) -> bool:
    return name.startswith("requirement") or name == "total_reason"


def _fields(
    data: QueryDict, organisation: Organisation, test: Test | None
) -> Mapping[str, tuple[str, Callable[[str], str]]]:
    known: dict[str, tuple[str, Callable[[str], str]]] = {
        "requirement": (_("Job requirement"), str),
        "number": (_("Version"), str),
        "form": (_("Form"), lambda value: _form(test, data.get("number", ""), value)),
        "scales": (_("Scales"), lambda value: _scales(test, data.get("number", ""), value.split("\n"))),
        "confirms_health": (_("Warning confirmed"), _yes),
        "minutes": (_("Time limit in minutes"), str),
        "two_raters": (_("Two raters per answer with a rubric"), _yes),
        "norms": (_("Norm group"), _reference_label),
        "calibration": (_("Calibration"), _reference_label),
        "total": (_("Total"), _total),
        "total_reason": (_("Reason for the weights"), str),
        "more_time": (_("Requests for extra time"), _more_time),
        "shares_result": (
            _("Candidate's result"),
            lambda value: own_result_in_words(value == "yes"),
        ),
        "retake_months": (_("Months before a retake"), str),
    }
    for name, title in _each(data, organisation):
        label = (
            _("Weight of “%(test)s”") if name.startswith("weight") else _("Job requirement for “%(test)s”")
        )
        known[name] = (label % {"test": title}, str)
    return known


def _each(data: QueryDict, organisation: Organisation) -> Iterator[tuple[str, str]]:
    """The fields that exist once per test, with the test's title."""
    prefixes = tuple({_prefix(field) for field in _OF_EACH})
    sent = [name for name in data if name.startswith(prefixes)]
    ids = {name: name.rsplit("_", 1)[1] for name in sent}
    wanted = [int(pk) for pk in ids.values() if pk.isascii() and pk.isdigit() and len(pk) < 10]
    rows = AssessmentPart.objects.of(organisation).filter(pk__in=wanted).select_related("test")
    titles = {str(row.pk): row.test.title for row in rows}
    for name, pk in ids.items():
        yield name, titles.get(pk) or _("a removed test")


def _prefix(field: Callable[[AssessmentPart], str]) -> str:
    return field(AssessmentPart(pk=0)).removesuffix("0")


def _form(test: Test | None, number: str, value: str) -> str:
    if test is None:
        return value
    try:
        content = content_of_number(test, number or newest_version_number(test) or "")
        return form_in_words(test.kind, form_of(content, value))
    except LookupError:
        return value


def _scales(test: Test | None, number: str, ids: Sequence[str]) -> str:
    names = {}
    if test is not None:
        with suppress(LookupError):
            content = content_of_number(test, number or newest_version_number(test) or "")
            names = {scale.id: scale.name for scale in scales_of(content, content.offers()[0].id)}
    return ", ".join(names.get(scale_id, scale_id) for scale_id in ids)


def _yes(value: str) -> str:
    del value  # unchecked boxes are not sent
    return _("Yes")


def _reference_label(value: str) -> str:
    return {NEWEST: _("Latest"), NONE: _("None")}.get(value, _("Current"))


def _total(value: str) -> str:
    return total_in_words(value) if value in Assessment.Total.values else value


def _more_time(value: str) -> str:
    known = {str(percent): more_time_in_words(percent) for percent in Assessment.MoreTime.values}
    return known.get(value, value)


class PartGone(Exception):
    """The test is not in the draft. Nothing was changed."""


def lost_edits_page(
    request: MemberRequest, step: Step, *, test: Test | None = None
) -> HttpResponseBase | None:
    """Show the typed text to copy, or to add again with its test if still offered. Returns None if nothing was
    typed."""
    typed = typed_fields(request.POST, organisation=request.organisation, test=test)
    if not typed:
        return None
    draft: Assessment | None = draft_of(step)
    offered = draft is not None and test is not None and test.archived_at is None
    context = {
        "title": step.role.title,
        "role": step.role,
        "draft": draft,
        "page_url": reverse("role_assessment", args=[request.organisation.slug, step.role_id]),
        "test": test,
        "typed": typed,
        "again": [(name, value) for name in OF_PART for value in request.POST.getlist(name)]
        if offered
        else [],
    }
    return render(request, "workspace/assessment_plan/lost_edits.html", context, status=409)


def step_of(request: MemberRequest, pk: int) -> Step:
    role = access.get_or_404(visible_roles(request.member), pk)
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
        if current is None and is_unpublished(draft.step):
            return _(
                "The draft will be lost. Nobody is invited until you enter the job requirement or publish an "
                "assessment."
            )
        if current is None:
            return _("The draft will be lost. Candidates keep getting the default: work style.")
        return _("All changes since version %(n)s will be lost. Candidates keep getting version %(n)s.") % {
            "n": current.number
        }

    def after_deletion(self) -> str:
        return "roles"

    def lost_edits(self, request: MemberRequest, owner: Step) -> HttpResponseBase | None:
        return lost_edits_page(request, owner, test=test_sent(request))


PAGES = PlanPages()


def draft_page[**P](view: DraftView[Assessment, P]) -> Callable[..., HttpResponseBase]:
    """`PAGES.view`, with a redirect to the current draft if a test is no longer in it."""

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
