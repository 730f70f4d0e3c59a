from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import update_wrapper
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.attempts.overview import PreviewPosition
from goodword.assessments.attempts.parts import common_language, languages_of, version_for
from goodword.assessments.kinds.registry import kind_of
from goodword.assessments.models import Assessment, AssessmentPart, Attempt
from goodword.assessments.plans.versions import default_part, draft_of, versions_of
from goodword.assessments.queries import content_of
from goodword.assessments.views import preview
from goodword.assessments.views.preview import PreviewSession
from goodword.candidates.models import Application, Candidate
from goodword.core import clock
from goodword.core.responses import private
from goodword.core.workdays import end_of_working_day
from goodword.notifications.models import Link
from goodword.roles.models import Automation, Step
from goodword.workflow.models import StepRequest
from goodword.workflow.portal import Visit, language_choices
from goodword.workspace.assessment_plan.access import step_of

#: URL names of candidates' pages and their previews. Other pages have no preview.
PAGES = {
    "portal_assessment": "role_preview",
    "portal_assessment_language": "role_preview_language",
    "portal_assessment_decline": "role_preview_decline",
    "portal_assessment_adjustment": "role_preview_adjust",
    "portal_assessment_part": "role_preview_part",
    "portal_assessment_form": "role_preview_form",
    "portal_assessment_practice": "role_preview_practice",
    "portal_assessment_item": "role_preview_item",
    "portal_assessment_finish": "role_preview_finish",
}
_BEYOND = "role_preview_beyond"


@dataclass(frozen=True, kw_only=True)
class PreviewLink:
    """A link in the banner. `here`: it leads to the current page."""

    name: str
    url: str
    here: bool = False
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Banner:
    """The banner on each page of a preview. `conditions`: some questions depend on earlier answers."""

    title: str
    leave: str
    ways: Sequence[PreviewLink]
    languages: Sequence[PreviewLink]
    conditions: bool


@dataclass(frozen=True, kw_only=True)
class PreviewState:
    slug: str
    role: int
    which: str
    language: str
    open_forms: frozenset[int] = frozenset()

    def address(self, name: str, *args: object, done: int) -> str:
        """The URL of the page that replaces one of the candidate's (by URL name), with `done` parts completed."""
        page = PAGES.get(name, _BEYOND)
        path = reverse(page, args=[self.slug, self.role, self.which, *(args if name in PAGES else ())])
        return f"{path}?{self.query(done if not args else 0)}"

    def in_language(self, language: str) -> "PreviewState":
        return replace(self, language=language)

    def in_other_form(self, order: int) -> "PreviewState":
        return replace(self, open_forms=self.open_forms ^ {order})

    def query(self, done: int) -> str:
        query: dict[str, object] = {"language": self.language}
        if self.open_forms:
            query["open"] = "-".join(str(order) for order in sorted(self.open_forms))
        if done:
            query["done"] = done
        return urlencode(query)


def state_of(
    query: QueryDict, *, slug: str, role: int, which: str, parts: Sequence[AssessmentPart], wanted: str
) -> PreviewState:
    """Read the query string. The default language is what a candidate who prefers `wanted` would get."""
    language = query.get("language", "")
    if language not in languages_of(parts):
        language = common_language(parts, wanted=wanted)
    chosen = {int(number) for number in query.get("open", "").split("-") if number_of(number)}
    return PreviewState(
        slug=slug, role=role, which=which, language=language, open_forms=frozenset(chosen & _orders(parts))
    )


def _session(
    request: MemberRequest,
    step: Step,
    assessment: Assessment,
    parts: Sequence[AssessmentPart],
    state: PreviewState,
    *,
    begun: bool,
    order: int | None,
) -> PreviewSession:
    """An unsaved session of a fictitious candidate at this position."""
    # on a part's page, all earlier parts count as done
    done = min(number_of(request.GET.get("done", "")), len(parts)) if order is None else order - 1
    position = PreviewPosition(done=max(done, 0), begun=begun, open_forms=state.open_forms)
    here, now = request.path, clock.now()
    organisation, role = step.organisation, step.role
    assessment.step = step
    candidate = Candidate(organisation=organisation, first_name="Alex", last_name="Example")
    job = Automation.objects.of(organisation).filter(role=role).order_by("pk").first()
    application = Application(
        organisation=organisation,
        candidate=candidate,
        role=role,
        connection_id=job.connection_id if job else None,
        job_id=job.job_id if job else None,
    )
    attempt = Attempt(
        organisation=organisation,
        assessment=assessment,
        language=state.language,
        opened_at=now,
        deadline_at=end_of_working_day(now, step.deadline_days, calendar=organisation.calendar),
    )
    step_request = StepRequest(organisation=organisation, application=application, step=step)
    return PreviewSession(
        visit=Visit(
            token="",
            link=Link(organisation=organisation),
            step_request=step_request,
            application=application,
            organisation=organisation,
        ),
        attempt=attempt,
        now=now,
        planned=parts,
        position=position,
        urls=state,
        preview=Banner(
            title=_title(assessment, role.title),
            leave=_leave_url(request, step, assessment),
            ways=_links(state, parts, position=position, here=here),
            languages=_languages(state, parts, here=here, position=position),
            conditions=_conditions(parts, state.language),
        ),
    )


def number_of(text: str) -> int:
    """A positive integer from a URL; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _orders(parts: Sequence[AssessmentPart]) -> frozenset[int]:
    return frozenset(part.order for part in parts)


def _title(assessment: Assessment, role: str) -> str:
    if not assessment.pk:
        return _("Candidate preview: default test for %(role)s") % {"role": role}
    if assessment.published_at is None:
        return _("Candidate preview: draft for %(role)s") % {"role": role}
    return _("Candidate preview: version %(n)s for %(role)s") % {
        "n": assessment.number,
        "role": role,
    }


def _links(
    state: PreviewState, parts: Sequence[AssessmentPart], *, position: PreviewPosition, here: str
) -> list[PreviewLink]:
    at_part = next((part.order for part in parts if here.startswith(_path(state, part.order))), 0)
    first = state.address("portal_assessment", done=0)
    return [
        PreviewLink(name=_("First page"), url=first, here=here == first.split("?")[0] and not position.done),
        *(
            PreviewLink(
                name=_("Part %(n)s") % {"n": part.order},
                url=state.address("portal_assessment_part", part.order, done=0),
                here=part.order == at_part,
            )
            for part in parts
        ),
        PreviewLink(
            name=_("Last page"),
            url=state.address("portal_assessment", done=len(parts)),
            here=position.done >= len(parts),
        ),
    ]


def _path(state: PreviewState, order: int) -> str:
    return state.address("portal_assessment_part", order, done=0).split("?")[0]


def _languages(
    state: PreviewState, parts: Sequence[AssessmentPart], *, here: str, position: PreviewPosition
) -> list[PreviewLink]:
    return [
        PreviewLink(
            name=name,
            code=code,
            url=f"{here}?{state.in_language(code).query(position.done)}",
            here=code == state.language,
        )
        for code, name in language_choices(languages_of(parts))
    ]


def _conditions(parts: Sequence[AssessmentPart], language: str) -> bool:
    contents = [content_of(version_for(part, language=language)) for part in parts]
    return any(kind_of(content).has_conditions(content) for content in contents)


#: in URLs, instead of a version number
DRAFT, DEFAULT = "draft", "default"

type Page = Callable[..., HttpResponse]


def _previewed(page: Page, *, begun: bool = False) -> Callable[..., HttpResponseBase]:
    """Preview a candidate's page without a candidate. `begun`: its part has started."""

    def view(request: MemberRequest, /, pk: int, which: str, **places: int) -> HttpResponseBase:
        step = step_of(request, pk)
        assessment = _assessment(step, which)
        if assessment is None:
            messages.info(request, _("The draft no longer exists. It was published or discarded."))
            return redirect("role_assessment", request.organisation.slug, pk)
        parts = _parts(assessment)
        if not parts:
            messages.info(request, _("No tests yet. Add one to preview it."))
            return redirect("role_assessment_draft", request.organisation.slug, pk)
        state = state_of(
            request.GET,
            slug=request.organisation.slug,
            role=pk,
            which=which,
            parts=parts,
            wanted=request.organisation.language,
        )
        session = _session(request, step, assessment, parts, state, begun=begun, order=places.get("order"))
        with translation.override(state.language), timezone.override(request.organisation.zone):
            return private(page(request, session, **places))

    update_wrapper(view, page)
    return require_http_methods(["GET", "HEAD", "POST"])(access.member(kinds=access.WORKS)(view))


def _assessment(step: Step, which: str) -> Assessment | None:
    """Return the draft (or None), an unsaved default assessment, or a version by number. Raises Http404."""
    if which == DRAFT:
        return draft_of(step)
    if which == DEFAULT:
        return Assessment(organisation=step.organisation, step=step)
    found = next((assessment for assessment in versions_of(step) if str(assessment.number) == which), None)
    if found is None:
        raise Http404
    return found


def _parts(assessment: Assessment) -> list[AssessmentPart]:
    if not assessment.pk:
        return [default_part(assessment.step, now=clock.now())]
    rows = AssessmentPart.objects.of(assessment.organisation).filter(assessment=assessment)
    return list(rows.select_related("test__organisation").order_by("order"))


def _leave_url(request: MemberRequest, step: Step, assessment: Assessment) -> str:
    at = [request.organisation.slug, step.role_id]
    if not assessment.pk:
        return reverse("role_step", args=[*at, step.pk])
    if assessment.published_at is None:
        return reverse("role_assessment_draft", args=at)
    return reverse("role_assessment_version", args=[*at, assessment.number])


first = _previewed(preview.first)
part = _previewed(preview.part)
practice = _previewed(preview.practice)
item = _previewed(preview.item, begun=True)
last = _previewed(preview.last, begun=True)
decline = _previewed(preview.decline)
adjust = _previewed(preview.adjust)
beyond = _previewed(preview.beyond)
language = _previewed(preview.language)
form = _previewed(preview.form)
