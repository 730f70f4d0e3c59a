"""Previews of a reference check's pages. The portals' views render them for fictitious people, in a transaction that is
rolled back; buttons do nothing."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from http import HTTPStatus
from typing import Final

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain import self_reference
from goodword.references.domain.checks import slot_statuses
from goodword.references.domain.invitations import open_check
from goodword.references.domain.nominations import nominate
from goodword.references.domain.responses import answering_session
from goodword.references.domain.sending import send_request, unsent_referees
from goodword.references.models import ReferenceRequest
from goodword.roles.models import Step, visible_roles
from goodword.workflow.models import StepRun
from goodword.workflow.portal import language_choices
from goodword.workspace.assessment_plan.preview import Banner, PreviewLink
from goodword.workspace.step_preview.examples import (
    example_application,
    example_referee,
    example_request,
    rolled_back,
    wanted_language,
)

FIRST: Final = "start"


class PreviewStage(IntEnum):
    INVITED = 0
    NAMED = 1
    SENT = 2
    DONE = 3


@dataclass(frozen=True, kw_only=True)
class PreviewPage:
    """`path`: path below the portal of the candidate, or of the first referee. `title`: title in the banner; "" if not
    listed."""

    name: str
    stage: PreviewStage
    path: str
    title: str = ""
    is_referees: bool = False


class Example:
    """A check of a fictitious candidate, inside a transaction that is rolled back."""

    def __init__(self, step: Step, *, language: str, now: datetime) -> None:
        self.now = now
        application = example_application(step.role, language=language, now=now)
        step_request = example_request(step, application, now=now)
        self.check = open_check(step_request=step_request, now=now, by="")
        self.languages: Sequence[str] = self.check.languages
        self.language = self.check.language
        self.candidate_path = f"{self._portal(Link.Purpose.CANDIDATE, step_request.pk)}references/"
        self.referee_path = ""

    def bring_to(self, stage: PreviewStage) -> None:
        if stage >= PreviewStage.NAMED:
            self._name_referees()
        if stage >= PreviewStage.SENT:
            requests = [
                send_request(self.check, unsent_referee, now=self.now)
                for unsent_referee in unsent_referees(self.check)
            ]
            self.referee_path = self._portal(Link.Purpose.REFEREE, requests[0].pk)
        if stage == PreviewStage.DONE:
            self._requests().update(state=ReferenceRequest.State.ANSWERED, settled_at=self.now)
            self.check.progress = StepRun.Progress.COMPLETED
            self.check.save(update_fields=["progress"])

    def question_pages(self) -> Sequence[int]:
        """The pages of the first referee, who has been asked."""
        request = self._requests().select_related("referee", "check_run__version").order_by("pk")[0]
        return answering_session(self.check, request, now=self.now).page_numbers

    def self_reference_pages(self) -> Sequence[int]:
        if not self_reference.asks_self_reference(self.check):
            return ()
        return self_reference.self_reference_session(self.check, None, now=self.now).page_numbers

    def _requests(self) -> QuerySet[ReferenceRequest]:
        return ReferenceRequest.objects.of(self.check.organisation).filter(check_run=self.check)

    def _name_referees(self) -> None:
        for number, status in enumerate(slot_statuses(self.check), start=1):
            details = example_referee(number, relationship=status.kind, language=self.language, now=self.now)
            nominate(check_id=self.check.pk, slot=number, details=details, now=self.now)

    def _portal(self, purpose: Link.Purpose, subject_id: int) -> str:
        url = links.mint(
            organisation=self.check.organisation, purpose=purpose, subject_id=subject_id, now=self.now
        )
        return f"{links.PATHS[purpose]}{url.rsplit('/', 2)[1]}/"


def pages_of(example: Example) -> list[PreviewPage]:
    """Pages in order of appearance. Takes the check to `PreviewStage.SENT` and back."""
    with rolled_back():
        example.bring_to(PreviewStage.SENT)
        asked = example.question_pages()
    own = example.self_reference_pages()
    return [
        PreviewPage(name=FIRST, stage=PreviewStage.INVITED, path="", title=_("Candidate: start")),
        PreviewPage(name="notice", stage=PreviewStage.INVITED, path="notice/"),
        PreviewPage(name="decline", stage=PreviewStage.INVITED, path="decline/"),
        PreviewPage(name="referee", stage=PreviewStage.INVITED, path="1/", title=_("Name a referee")),
        PreviewPage(name="cannot", stage=PreviewStage.INVITED, path="1/cannot/"),
        PreviewPage(name="send", stage=PreviewStage.NAMED, path="review/", title=_("Check and send")),
        *(_self_reference_pages(own) if own else ()),
        PreviewPage(name="waiting", stage=PreviewStage.SENT, path="", title=_("Waiting")),
        PreviewPage(name="done", stage=PreviewStage.DONE, path="", title=_("Done")),
        *(
            PreviewPage(name=name, stage=stage, path=path, title=title, is_referees=True)
            for name, stage, path, title in (
                ("request", PreviewStage.SENT, "", _("Referee: start")),
                ("facts", PreviewStage.SENT, "facts/", ""),
                ("no", PreviewStage.SENT, "no/", ""),
                *(
                    (f"questions-{n}", PreviewStage.SENT, f"questions/{n}/", _("Page %(n)s") % {"n": n})
                    for n in asked
                ),
                ("review", PreviewStage.SENT, "review/", _("Review")),
                ("thanks", PreviewStage.DONE, "", _("Thanks")),
            )
        ),
    ]


def _self_reference_pages(numbers: Sequence[int]) -> Iterator[PreviewPage]:
    base = "self-reference/"
    yield PreviewPage(name="self", stage=PreviewStage.INVITED, path=base, title=_("Self-assessment"))
    for n in numbers:
        yield PreviewPage(name=f"self-{n}", stage=PreviewStage.INVITED, path=f"{base}questions/{n}/")
    yield PreviewPage(name="self-review", stage=PreviewStage.INVITED, path=f"{base}review/")


@require_safe
@access.member(kinds=access.WORKS)
def check_preview(request: MemberRequest, pk: int, step_pk: int, name: str = "") -> HttpResponseBase:
    role = access.get_or_404(visible_roles(request.member), pk)
    steps = Step.objects.of(request.organisation).select_related("organisation", "role__owner__user")
    step = access.get_or_404(steps.filter(role=role, kind=Step.Kind.REFERENCE_CHECK), step_pk)
    if not name:
        return redirect("role_check_preview_page", request.organisation.slug, pk, step_pk, FIRST)
    with rolled_back():
        return _preview(request, step, name)


def _preview(request: MemberRequest, step: Step, name: str) -> HttpResponse:
    example = Example(step, language=wanted_language(request), now=clock.now())
    pages = pages_of(example)
    page = next((preview_page for preview_page in pages if preview_page.name == name), None)
    if page is None:
        raise Http404
    example.bring_to(page.stage)
    path = _path(page, example)
    response = _draw(request, path, language=example.language)
    if response.status_code != HTTPStatus.OK:
        raise Http404
    at = [request.organisation.slug, step.role_id, step.pk]
    url = {preview_page.name: _url(at, preview_page.name, example.language) for preview_page in pages}
    banner = Banner(
        title=_("Preview of the reference check for %(role)s") % {"role": step.role.title},
        leave=reverse("role_step", args=at),
        ways=[
            PreviewLink(name=preview_page.title, url=url[preview_page.name], here=preview_page is page)
            for preview_page in pages
            if preview_page.title
        ],
        languages=[
            PreviewLink(name=label, code=code, url=_url(at, name, code), here=code == example.language)
            for code, label in language_choices(example.languages)
        ],
        conditions=False,
    )
    # pages can share a path at different stages; the current stage wins
    there = {
        _path(preview_page, example): url[preview_page.name]
        for preview_page in sorted(pages, key=lambda preview_page: preview_page.stage == page.stage)
    }
    return HttpResponse(_inert(response.content, there=there, banner=banner))


def _path(page: PreviewPage, example: Example) -> str:
    return (example.referee_path if page.is_referees else example.candidate_path) + page.path


def _url(at: Sequence[object], name: str, language: str) -> str:
    return f"{reverse('role_check_preview_page', args=[*at, name])}?language={language}"


def _draw(request: MemberRequest, path: str, *, language: str) -> HttpResponse:
    found = resolve(path)
    asked = copy(request)
    asked.path = asked.path_info = path
    asked.GET = QueryDict(f"language={language}")
    asked.resolver_match = found
    with translation.override(language):
        response = found.func(asked, *found.args, **found.kwargs)
    assert isinstance(response, HttpResponse)
    return response


def _inert(content: bytes, *, there: Mapping[str, str], banner: Banner) -> str:
    """The page with links to previews and without working buttons. `there`: URLs of previews by path."""
    from bs4 import BeautifulSoup, Tag  # nine megabytes with lxml

    page = BeautifulSoup(content, "html.parser")
    for script in page("script"):
        script.decompose()
    for link in page("a", href=True):
        target = there.get(str(link["href"]).partition("?")[0].partition("#")[0])
        if target:
            link["href"] = target
        else:
            del link["href"]
    for button in page("button"):
        button["type"] = "button"
    for form in page("form"):
        del form["action"]
    assert isinstance(page.head, Tag) and isinstance(page.body, Tag)
    page.head.append(page.new_tag("link", rel="stylesheet", href=static("assessments/preview.css")))
    shown = render_to_string("assessments/portal/preview.html", {"preview": banner})
    page.body.insert(0, BeautifulSoup(shown, "html.parser"))
    return str(page)
