"""Previews of an assessment's pages, and of a test's screens on a phone. No answer is saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.attempts import parts
from goodword.assessments.attempts.overview import (
    Overview,
    PreviewPosition,
    PreviewScreens,
    preview_overview,
    preview_screens,
)
from goodword.assessments.attempts.parts import languages_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.models import AssessmentPart
from goodword.assessments.views.access import ENDED_TEMPLATES, AttemptSession, render_page
from goodword.assessments.views.adjustments import show_decline_preview, show_request_preview
from goodword.assessments.views.attempt import (
    FORM,
    GO,
    PRACTISE,
    START,
    first_url,
    show_finish,
    show_overview,
    show_part,
    show_practice,
)
from goodword.assessments.views.item import item_context
from goodword.assessments.views.library import SelectedVersion, seed_of, selected_version
from goodword.core.responses import private
from goodword.drafts.pages import Crumb, PhonePreview, PreviewScreen, screen_number
from goodword.workflow.models import StepRun
from goodword.workflow.portal import language_choices


class PreviewAddresses(Protocol):
    """URLs of a preview's pages, with its state in the query string."""

    def address(self, name: str, *args: object, done: int) -> str:
        pass

    def in_language(self, language: str) -> "PreviewAddresses": ...

    def in_other_form(self, order: int) -> "PreviewAddresses":
        pass


@dataclass(kw_only=True)
class PreviewSession(AttemptSession):
    """A session without a candidate. Visit and attempt are unsaved; `planned` have their tests."""

    planned: Sequence[AssessmentPart]
    position: PreviewPosition
    urls: PreviewAddresses

    @cached_property
    def _at_position(self) -> tuple[Overview, tuple[Item, ...]]:
        return preview_overview(self.planned, attempt=self.attempt, position=self.position, now=self.now)

    @cached_property
    def overview(self) -> Overview:
        return self._at_position[0]

    @property
    def items(self) -> tuple[Item, ...]:
        return self._at_position[1]

    def url(self, name: str, *args: object) -> str:
        return self.urls.address(name, *args, done=self.position.done)

    def after_part(self, order: int) -> str:
        if order < len(self.planned):
            return self.urls.address("portal_assessment_part", order + 1, done=order)
        return self.urls.address("portal_assessment", done=order)


def first(request: HttpRequest, session: PreviewSession) -> HttpResponse:
    if session.overview.current is None:
        shares = session.attempt.assessment.shares_result
        result_url = session.url("portal_assessment_result") if shares else ""
        return render_page(
            request, session, ENDED_TEMPLATES[StepRun.Progress.COMPLETED], result_url=result_url
        )
    languages = languages_of(session.planned) if session.overview.untouched else ()
    return show_overview(
        request,
        session,
        waiting=False,
        languages=language_choices(languages) if len(languages) > 1 else [],
        language=session.attempt.language,
        language_url=session.url("portal_assessment_language"),
    )


def part(request: HttpRequest, session: PreviewSession, order: int) -> HttpResponse:
    view = session.part(order)
    if request.method == "POST":
        return private(redirect(session.url("portal_assessment_item", order, 1)))
    return show_part(request, session, view, waiting=False)


def practice(request: HttpRequest, session: PreviewSession, order: int, number: int) -> HttpResponse:
    return show_practice(request, session, session.part(order), number, waiting=False)


def item(request: HttpRequest, session: PreviewSession, order: int, number: int) -> HttpResponse:
    """Show an item. A valid answer continues without being saved. The clock doesn't run."""
    view, items = session.part(order), session.items
    if not 1 <= number <= len(items):
        raise Http404
    posted = request.method == "POST"
    answered = items[number - 1].form(request.POST, files=request.FILES) if posted else None
    if answered is not None and (("skip" in request.POST and view.timed) or answered.is_valid()):
        return private(redirect(_onward(session, order, number, timed=view.timed)))
    context = item_context(request, session, view, items, number, form=answered, answers={})
    if not view.timed:
        context["answered"] = number - 1  # as if earlier items were saved
    return render_page(
        request,
        session,
        "assessments/portal/item.html",
        status=422 if answered is not None else 200,
        **context,
        beat=parts.HEARTBEAT,
    )


def last(request: HttpRequest, session: PreviewSession, order: int) -> HttpResponse:
    view = session.part(order)
    if request.method == "POST":
        return private(redirect(_leave(request, session, order)))
    return show_finish(request, session, view, items=session.items, missing=())


def language(request: HttpRequest, session: PreviewSession) -> HttpResponse:
    urls = session.urls
    if request.method == "POST":
        urls = urls.in_language(request.POST.get("language", ""))
    return redirect(urls.address("portal_assessment", done=0))


def form(request: HttpRequest, session: PreviewSession, order: int) -> HttpResponse:
    view, urls = session.part(order), session.urls
    if request.method == "POST":
        urls = urls.in_other_form(view.order)
    return redirect(urls.address("portal_assessment_part", view.order, done=0))


def decline(request: HttpRequest, session: PreviewSession) -> HttpResponse:
    if request.method == "POST":
        return beyond(request, session)
    return show_decline_preview(request, session)


def adjust(request: HttpRequest, session: PreviewSession) -> HttpResponse:
    if request.method == "POST":
        return beyond(request, session)
    return show_request_preview(request, session)


def beyond(request: HttpRequest, session: PreviewSession) -> HttpResponse:
    return render_page(request, session, "assessments/portal/preview_end.html")


def _leave(request: HttpRequest, session: PreviewSession, order: int) -> str:
    following, go = session.following(order), request.POST.get(GO, "")
    if following is None or go not in {PRACTISE, START, FORM}:
        return session.after_part(order)
    if go == FORM:
        return session.urls.in_other_form(following.order).address(
            "portal_assessment_part", following.order, done=order
        )
    if go == START and following.waits_for_start:
        return session.url("portal_assessment_item", following.order, 1)
    return first_url(session, following)


def _onward(session: PreviewSession, order: int, number: int, *, timed: bool) -> str:
    if number < len(session.items):
        return session.url("portal_assessment_item", order, number + 1)
    return session.after_part(order) if timed else session.url("portal_assessment_finish", order)


STYLES = (
    "questionnaires/editor.css",
    "questionnaires/questions.css",
    "assessments/item.css",
    "assessments/matrix.css",
    "assessments/task.css",
    "assessments/library.css",
)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def preview(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Show screen `?at=`, from 1, practice items first. An answer only leads to the next screen."""
    found = selected_version(request, pk)
    if found is None:
        raise Http404("nothing is published")
    seed = seed_of(request)
    here = reverse("test_preview", args=[request.organisation.slug, pk])
    with translation.override(found.language):
        walk = preview_screens(found.version, form=found.form, language=found.language, seed=seed)
        count, status = len(walk.screens), 200
        at = min(screen_number(request.GET.get("at", "1")), count + 1)

        def address(number: int) -> str:
            return f"{here}?{found.here}&{urlencode({'seed': seed, 'at': number})}"

        if at > count:
            phone = render_to_string(
                "assessments/library/phone_end.html", {"back": address(count)}, request=request
            )
        else:
            phone, status = _screen_on_phone(request, walk, at, address)
            if not phone:
                return redirect(address(at + 1))
    return _page(request, found, walk, phone, seed=seed, at=at, status=status)


def _screen_on_phone(
    request: MemberRequest, walk: PreviewScreens, at: int, address: Callable[[int], str]
) -> tuple[SafeString, int]:
    """The page and its status. The page is empty after a valid answer, unless its solution is shown."""
    item = walk.screens[at - 1]
    posted = request.method == "POST"
    form = item.form(request.POST if posted else None, files=request.FILES if posted else None)
    valid = posted and form.is_valid()
    is_practice = at <= len(walk.practice)
    solution = item.solution(form.value) if valid and is_practice else None
    if valid and solution is None:
        return SafeString(), 302
    phone = render_to_string(
        "assessments/library/phone.html",
        {
            "form": form,
            "errors": form.problems if posted and not valid else [],
            "part": walk.part,
            "is_practice": is_practice,
            "solution": solution,
            "number": at if is_practice else at - len(walk.practice),
            "total": len(walk.practice) if is_practice else len(walk.items),
            "here": address(at),
            "back": address(at - 1) if at > 1 else "",
            "onward": address(at + 1),
        },
        request=request,
    )
    return phone, 422 if posted and not valid else 200


def _page(
    request: MemberRequest,
    found: SelectedVersion,
    walk: PreviewScreens,
    phone: str,
    *,
    seed: int,
    at: int,
    status: int,
) -> HttpResponseBase:
    kept = f"{found.here}&{urlencode({'seed': seed})}"
    here = [request.organisation.slug, found.test.pk]
    return PhonePreview(
        title=found.test.title,
        parents=[
            Crumb(name="Library", url=reverse("library", args=here[:1])),
            Crumb(name=found.test.title, url=f"{reverse('test', args=here)}?{found.here}"),
        ],
        styles=STYLES,
        language=found.language,
        languages=[(code, name) for code, name, _query in found.languages],
        phone=phone,
        phone_class="portal--item",
        list_name="All screens",
        screens=[
            _screen(walk, number, query=f"{kept}&at={number}", is_here=number == at, language=found.language)
            for number in range(1, len(walk.screens) + 1)
        ],
    ).render(
        request,
        "assessments/library/preview.html",
        {"test": found.test, "chosen": found, "version": found.version, "part": walk.part},
        status=status,
    )


def _screen(walk: PreviewScreens, number: int, *, query: str, is_here: bool, language: str) -> PreviewScreen:
    practice, text = len(walk.practice), walk.screens[number - 1].text
    if number <= practice:
        text, language = f"Example {number}", ""
    elif text:
        text = Truncator(text).words(20)
    else:
        text, language = f"Task {number - practice}", ""
    place = number - practice if number > practice else ""
    return PreviewScreen(place=place, text=text, query=query, is_here=is_here, language=language)
