"""Preview of a whole assessment: the candidate's own pages, without rows, mails, notices or links."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from goodword.assessments.attempts import clock
from goodword.assessments.attempts.overview import Overview
from goodword.assessments.attempts.preview import PreviewPosition, preview_overview
from goodword.assessments.attempts.variants import languages_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.models import AssessmentPart
from goodword.assessments.views.access import ENDED_TEMPLATES, Sitting, private, render_page
from goodword.assessments.views.adjustment_request import show_decline_preview, show_request_preview
from goodword.assessments.views.attempt import show_first, show_last, show_part, show_practice
from goodword.assessments.views.item import item_context
from goodword.workflow.languages import named
from goodword.workflow.models import StepRun


class PreviewAddresses(Protocol):
    """URLs of a preview's pages, with its state in the query string."""

    def address(self, name: str, *args: object, done: int) -> str:
        """The URL of the preview's counterpart of a candidate's page, with `done` parts completed."""

    def in_language(self, language: str) -> "PreviewAddresses":
        """The same in another language."""

    def in_other_form(self, order: int) -> "PreviewAddresses":
        """The same with a part switched to its other form, or back."""


@dataclass(kw_only=True)
class Preview(Sitting):
    """A sitting without a candidate, whose visit and attempt are not saved. `planned` come with their tests."""

    planned: Sequence[AssessmentPart]
    position: PreviewPosition
    urls: PreviewAddresses

    @cached_property
    def _at_position(self) -> tuple[Overview, tuple[Item, ...]]:
        return preview_overview(self.planned, attempt=self.attempt, position=self.position, now=self.now)

    @cached_property
    def overview(self) -> Overview:
        """The parts at the preview's position."""
        return self._at_position[0]

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of the current part."""
        return self._at_position[1]

    def url(self, name: str, *args: object) -> str:
        """The URL of the preview's counterpart of a candidate's page."""
        return self.urls.address(name, *args, done=self.position.done)

    def after(self, order: int) -> str:
        """The URL of the page after a part."""
        return self.urls.address("portal_assessment", done=order)


def first(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """The overview page, or after the last part the thank-you page."""
    if sitting.overview.current is None:
        told = sitting.attempt.assessment.shares_result
        own = sitting.url("portal_assessment_result") if told else ""
        return render_page(request, sitting, ENDED_TEMPLATES[StepRun.Progress.COMPLETED], result_url=own)
    languages = languages_of(sitting.planned) if sitting.overview.untouched else ()
    return show_first(
        request,
        sitting,
        waiting=False,
        languages=named(languages) if len(languages) > 1 else [],
        language=sitting.attempt.language,
        language_url=sitting.url("portal_assessment_language"),
    )


def part(request: HttpRequest, sitting: Preview, order: int) -> HttpResponse:
    """The page before a part; *Start* leads to its first item, without a clock."""
    view = sitting.part(order)
    if request.method == "POST":
        return private(redirect(sitting.url("portal_assessment_item", order, 1)))
    return show_part(request, sitting, view, waiting=False)


def practice(request: HttpRequest, sitting: Preview, order: int, number: int) -> HttpResponse:
    """A practice item."""
    return show_practice(request, sitting, sitting.part(order), number)


def item(request: HttpRequest, sitting: Preview, order: int, number: int) -> HttpResponse:
    """One item. A valid answer leads on and is not saved; the clock does not run."""
    view, items = sitting.part(order), sitting.items
    if not 1 <= number <= len(items):
        raise Http404
    posted = request.method == "POST"
    answered = items[number - 1].form(request.POST, files=request.FILES) if posted else None
    if answered is not None and (("skip" in request.POST and view.timed) or answered.is_valid()):
        return private(redirect(_onward(sitting, order, number, timed=view.timed)))
    context = item_context(request, sitting, view, items, number, form=answered, answers={})
    if not view.timed:
        context["answered"] = number - 1  # as if those before had been saved
    return render_page(
        request,
        sitting,
        "assessments/portal/item.html",
        status=422 if answered is not None else 200,
        **context,
        beat=clock.HEARTBEAT,
    )


def last(request: HttpRequest, sitting: Preview, order: int) -> HttpResponse:
    """The end of a part, with all items shown as answered."""
    view = sitting.part(order)
    if request.method == "POST":
        return private(redirect(sitting.after(order)))
    return show_last(request, sitting, view, items=sitting.items, missing=())


def language(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """Choose a language, which a preview keeps in its URLs."""
    urls = sitting.urls
    if request.method == "POST":
        urls = urls.in_language(request.POST.get("language", ""))
    return redirect(urls.address("portal_assessment", done=0))


def form(request: HttpRequest, sitting: Preview, order: int) -> HttpResponse:
    """Choose the other form of a part, which a preview keeps in its URLs."""
    view, urls = sitting.part(order), sitting.urls
    if request.method == "POST":
        urls = urls.in_other_form(view.order)
    return redirect(urls.address("portal_assessment_part", view.order, done=0))


def decline(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """The page to decline; confirming it ends the preview."""
    if request.method == "POST":
        return beyond(request, sitting)
    return show_decline_preview(request, sitting)


def adjust(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """The page to request an adjustment; submitting it ends the preview."""
    if request.method == "POST":
        return beyond(request, sitting)
    return show_request_preview(request, sitting)


def beyond(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """The end of the preview: nothing was sent, and further pages need a candidate."""
    return render_page(request, sitting, "assessments/portal/beyond.html")


def _onward(sitting: Preview, order: int, number: int, *, timed: bool) -> str:
    if number < len(sitting.items):
        return sitting.url("portal_assessment_item", order, number + 1)
    return sitting.after(order) if timed else sitting.url("portal_assessment_finish", order)
