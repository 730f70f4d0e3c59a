"""A candidate's own data: what is kept, as a file, and asking for it to be erased.

Open as long as the link lives, also when every step is closed: a right does not end with it. Nothing here tells how
the application stands.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from goodword.candidates.domain.erasure import pending
from goodword.candidates.models import Application
from goodword.candidates.queries import public_title
from goodword.core import clock
from goodword.core.downloads import as_download, readable_json
from goodword.core.exporting import Reader, Wanted, export
from goodword.core.written import written_weekday
from goodword.notifications.domain import links
from goodword.steps.domain.own_erasure import ask_own_erasure
from goodword.steps.models import StepStart
from goodword.steps.portal import Visit, closed_page, unknown_page, visit_of
from goodword.workspace.views.portal import language_of, private


def _opens(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponseBase:
        visit = visit_of(token)
        if visit is None or visit.application.erased_at is not None:
            return unknown_page(request)
        with translation.override(language_of(visit)), timezone.override(visit.organisation.zone):
            if visit.link.ended_at is not None:
                return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
            if not links.is_alive(visit.link, now=clock.now()):
                return private(redirect("portal_fresh", token=token))
            return private(view(request, visit))

    return wrapped


@require_safe
@_opens
def data(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What is kept, why, who reads it, how long, and what one can do."""
    return _page(request, "workspace/portal_data.html", visit)


@require_safe
@_opens
def download(_request: HttpRequest, visit: Visit) -> HttpResponse:
    """All that may be handed out without a person looking at it, as a file."""
    candidate = visit.application.candidate
    wanted = Wanted(
        reader=Reader.CANDIDATE,
        organisation=visit.organisation,
        candidate_id=candidate.pk,
        application_ids=_known_to_them(visit),
    )
    told = {"organisation": visit.organisation.name, "exported": clock.now(), **export(wanted)}
    return as_download(readable_json(told), name="my-data.json", content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@_opens
def erase(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page that says what happens; posted, everything closes, and in seven days the data goes."""
    if request.method == "POST":
        ask_own_erasure(application=visit.application, now=clock.now())
    if request.method == "POST" or visit.application.is_going:
        return redirect("portal_data", token=visit.token)
    return _page(request, "workspace/portal_erase.html", visit)


def _known_to_them(visit: Visit) -> tuple[int, ...]:
    """Their applications that they were invited for: of others, for a confidential search say, they may not know."""
    candidate = visit.application.candidate
    starts = StepStart.objects.of(visit.organisation).filter(application__candidate=candidate)
    invited = starts.exclude(started_at=None).values("application_id")
    rows = Application.objects.of(visit.organisation).filter(pk__in=invited, erased_at=None)
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def _page(request: HttpRequest, template: str, visit: Visit) -> HttpResponse:
    application, organisation = visit.application, visit.organisation
    asked = (pending(application.candidate) | pending(application)).order_by("due_at").first()
    due = asked.due_at.astimezone(organisation.zone) if asked else None
    return render(
        request,
        template,
        {
            "token": visit.token,
            "organisation": organisation,
            "candidate": application.candidate,
            "title": public_title(application),
            "contact_name": visit.recruiter.name,
            "contact_email": visit.recruiter.address,
            "contact_url": "" if application.is_going else reverse("portal_ask", args=[visit.token]),
            "due": written_weekday(due, year=True) if due else "",
        },
    )
