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
from goodword.steps.languages import named
from goodword.steps.models import StepRun


class PreviewAddresses(Protocol):
    """Where the pages of a preview lie, with all that their addresses carry along."""

    def address(self, name: str, *args: object, done: int) -> str:
        """The preview's page that stands for one of the candidate's, by its name, with so many parts done."""

    def in_language(self, language: str) -> "PreviewAddresses":
        """The same in another language."""

    def in_other_form(self, order: int) -> "PreviewAddresses":
        """The same with a part in the form that everybody may choose, or in the role's own again."""


@dataclass(kw_only=True)
class Preview(Sitting):
    """A sitting without a candidate: its visit and attempt are no rows. `planned` are the tests, with theirs."""

    planned: Sequence[AssessmentPart]
    walk: PreviewPosition
    places: PreviewAddresses

    @cached_property
    def _walked(self) -> tuple[Overview, tuple[Item, ...]]:
        return preview_overview(self.planned, attempt=self.attempt, walk=self.walk, now=self.now)

    @cached_property
    def overview(self) -> Overview:
        """The parts, and how far this walk is."""
        return self._walked[0]

    @property
    def items(self) -> tuple[Item, ...]:
        """What the part asks that is walked through now."""
        return self._walked[1]

    def url(self, name: str, *args: object) -> str:
        """The address of the preview's page that stands for this one."""
        return self.places.address(name, *args, done=self.walk.done)

    def after(self, order: int) -> str:
        """The page that follows a part."""
        return self.places.address("portal_assessment", done=order)


def first(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """What comes, the page between two parts, or, after the last one, the thanks."""
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
    """What comes in a part; *Start* leads to its first item, and no clock runs."""
    view = sitting.part(order)
    if request.method == "POST":
        return private(redirect(sitting.url("portal_assessment_item", order, 1)))
    return show_part(request, sitting, view, waiting=False)


def practice(request: HttpRequest, sitting: Preview, order: int, number: int) -> HttpResponse:
    """An example to practise on, which is kept of nobody."""
    return show_practice(request, sitting, sitting.part(order), number)


def item(request: HttpRequest, sitting: Preview, order: int, number: int) -> HttpResponse:
    """One item. An answer that would be taken leads on, and is forgotten; the clock stands."""
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
    """The end of a part, as if all had been answered."""
    view = sitting.part(order)
    if request.method == "POST":
        return private(redirect(sitting.after(order)))
    return show_last(request, sitting, view, items=sitting.items, missing=())


def language(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """The candidate's choice on the first page: in a preview it stands in the address alone."""
    places = sitting.places
    if request.method == "POST":
        places = places.in_language(request.POST.get("language", ""))
    return redirect(places.address("portal_assessment", done=0))


def form(request: HttpRequest, sitting: Preview, order: int) -> HttpResponse:
    """Tasks without figures, or with them again: in a preview this too stands in the address alone."""
    view, places = sitting.part(order), sitting.places
    if request.method == "POST":
        places = places.in_other_form(view.order)
    return redirect(places.address("portal_assessment_part", view.order, done=0))


def decline(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """The page of a candidate who would rather not; pressed, it says that nothing happened."""
    if request.method == "POST":
        return beyond(request, sitting)
    return show_decline_preview(request, sitting)


def adjust(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """The page to ask for more time on; sent, it says that nobody was asked."""
    if request.method == "POST":
        return beyond(request, sitting)
    return show_request_preview(request, sitting)


def beyond(request: HttpRequest, sitting: Preview) -> HttpResponse:
    """Where the preview ends: nothing was sent to anybody, and what lies behind needs a candidate."""
    return render_page(request, sitting, "assessments/portal/beyond.html")


def _onward(sitting: Preview, order: int, number: int, *, timed: bool) -> str:
    if number < len(sitting.items):
        return sitting.url("portal_assessment_item", order, number + 1)
    return sitting.after(order) if timed else sitting.url("portal_assessment_finish", order)
