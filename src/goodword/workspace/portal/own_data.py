"""A candidate's own data. It can only be downloaded or erased by a link (/d/) mailed from the portal."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.assessments.models import Attempt
from goodword.candidates.domain.erasure_requests import pending
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Application, PerformanceRating, public_title
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.core.personal_data import ExportReader, ExportRequest, export, readable_json
from goodword.core.responses import as_download, private
from goodword.core.text import written_weekday
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import masked
from goodword.notifications.models import Link
from goodword.roles.models import Step
from goodword.ui.fields import LongTextField
from goodword.workflow.domain.appeals import (
    LONGEST,
    AlreadyOpen,
    CannotAppeal,
    appeals_of,
    may_appeal,
    open_appeal,
)
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.domain.legal_holds import legal_hold_reason
from goodword.workflow.domain.own_erasure import request_own_erasure
from goodword.workflow.models import StepRequest
from goodword.workflow.portal import (
    Visit,
    closed_page,
    send_own_data_link,
    unknown_page,
    visit_of,
    was_sent_to,
    with_query_language,
)
from goodword.workflow.retention_wording import may_be_rated_later, retention_for_candidate
from goodword.workspace.models import RatingRequest
from goodword.workspace.portal.access import has_switched, language_links, language_of, languages_of

type DataView = Callable[[HttpRequest, Visit], HttpResponse]


def opens(
    purpose: Link.Purpose, *, expired: bool = False
) -> Callable[[DataView], Callable[..., HttpResponseBase]]:
    """Decorator: pass the visit to the view if the link has this purpose. An expired link redirects to its own page,
    unless the view takes `expired` links."""

    def decorate(view: DataView) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str) -> HttpResponseBase:
            visit = visit_of(token, purpose=purpose)
            if visit is None or visit.application.erased_at is not None:
                return unknown_page(request)
            with (
                translation.override(language_of(request, visit)),
                timezone.override(visit.organisation.zone),
            ):
                if visit.link.ended_at is not None:
                    return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
                if not expired and not _is_alive(visit):
                    return private(redirect(with_query_language(request, _page_of(visit))))
                return private(view(request, visit))

        return wrapped

    return decorate


@require_safe
@opens(Link.Purpose.CANDIDATE, expired=True)
def data(request: HttpRequest, visit: Visit) -> HttpResponse:
    if not _is_alive(visit):
        return _page(request, "workflow/own_data_expired.html", visit)
    return _page(request, "workspace/portal/own_data.html", visit)


@require_POST
@opens(Link.Purpose.CANDIDATE, expired=True)
def send_link(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Mail the link for download and erasure. Shows the same page if requested too often."""
    return _send(request, visit)


@require_safe
@opens(Link.Purpose.CANDIDATE_DATA, expired=True)
def own(request: HttpRequest, visit: Visit) -> HttpResponse:
    alive = _is_alive(visit)
    return _page(
        request,
        "workspace/portal/own_data.html" if alive else "workflow/own_data_expired.html",
        visit,
        own=alive,
    )


@require_POST
@opens(Link.Purpose.CANDIDATE_DATA, expired=True)
def send_own_again(request: HttpRequest, visit: Visit) -> HttpResponse:
    return _send(request, visit)


@require_safe
@opens(Link.Purpose.CANDIDATE_DATA)
def download(_request: HttpRequest, visit: Visit) -> HttpResponse:
    """Download the data that needs no review."""
    candidate = visit.application.candidate
    wanted = ExportRequest(
        reader=ExportReader.CANDIDATE,
        organisation=visit.organisation,
        candidate_id=candidate.pk,
        application_ids=_known_to_them(visit),
    )
    export_data = {"organisation": visit.organisation.name, "exported": clock.now(), **export(wanted)}
    return as_download(readable_json(export_data), name="my-data.json", content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Link.Purpose.CANDIDATE_DATA)
def erase(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method == "POST":
        request_own_erasure(
            application=visit.application, now=clock.now(), language=translation.get_language() or ""
        )
    if request.method == "POST" or visit.application.is_being_erased:
        return redirect(with_query_language(request, reverse("own_data", args=[visit.token])))
    return _page(request, "workspace/portal/erase.html", visit, own=True)


def _is_alive(visit: Visit) -> bool:
    if not links.is_alive(visit.link, now=clock.now()):
        return False
    is_portal = visit.link.purpose == Link.Purpose.CANDIDATE
    return is_portal or was_sent_to(visit.link, visit.application.candidate.email)


def _page_of(visit: Visit) -> str:
    is_portal = visit.link.purpose == Link.Purpose.CANDIDATE
    return reverse("portal_data" if is_portal else "own_data", args=[visit.token])


def _send(request: HttpRequest, visit: Visit) -> HttpResponse:
    candidate = visit.application.candidate
    send_own_data_link(
        application_id=visit.application.pk,
        purpose=Link.Purpose.CANDIDATE_DATA,
        subject_id=visit.step_request.pk,
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=visit.recruiter,
        language=translation.get_language() or "en",
        now=clock.now(),
    )
    return redirect(with_query_language(request, f"{_page_of(visit)}?sent=1"))


def _known_to_them(visit: Visit) -> tuple[int, ...]:
    """The candidate's applications with an invitation. They may not know of others, such as a confidential search."""
    candidate = visit.application.candidate
    step_requests = StepRequest.objects.of(visit.organisation).filter(application__candidate=candidate)
    invited = step_requests.exclude(started_at=None).values("application_id")
    rows = Application.objects.of(visit.organisation).filter(pk__in=invited, erased_at=None)
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def _may_be_rated_later(visit: Visit) -> bool:
    """Whether a manager may be asked for a rating, or has been, on any of their applications."""
    organisation, candidate = visit.organisation, visit.application.candidate
    if RatingRequest.objects.of(organisation).filter(application__candidate=candidate).exists():
        return True
    if PerformanceRating.objects.of(organisation).filter(application__candidate=candidate).exists():
        return True
    rows = Attempt.objects.of(organisation).filter(step_request__application__candidate=candidate)
    attempts = rows.select_related("step_request__application__role")
    return any(
        may_be_rated_later(attempt.step_request.application, begun_at=attempt.begun_at)
        for attempt in attempts
    )


def _page(request: HttpRequest, template: str, visit: Visit, *, own: bool = False) -> HttpResponse:
    application, organisation = visit.application, visit.organisation
    is_portal = visit.link.purpose == Link.Purpose.CANDIDATE
    asked = (pending(application.candidate) | pending(application)).order_by("due_at").first()
    due = asked.due_at.astimezone(organisation.zone) if asked else None
    email, hold = application.candidate.email, hold_on(application.candidate)
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
            "contact_url": reverse("portal_ask", args=[visit.token])
            if is_portal and not application.is_being_erased
            else "",
            "due": written_weekday(due, year=True) if due else "",
            "kept": retention_for_candidate(organisation),
            # the reason is only for the candidate, not for anybody with an old mail
            "kept_because": legal_hold_reason(hold) if hold and asked and own else "",
            "kept_quietly": hold is not None and asked is not None and not own,
            "would_keep": legal_hold_reason(hold) if hold and own else "",
            "tested": StepRequest.objects.of(organisation)
            .filter(application__candidate=application.candidate, step__kind=Step.Kind.ASSESSMENT)
            .exists(),
            "rated_later": _may_be_rated_later(visit),
            "own": own,
            "is_portal": is_portal,
            "address": masked(email) if email else "",
            "sent": "sent" in request.GET,
            **(languages_of if is_portal and _is_alive(visit) else language_links)(request, visit),
            "send_url": with_query_language(
                request, reverse("portal_data_link" if is_portal else "own_data_link", args=[visit.token])
            ),
            "download_url": with_query_language(request, reverse("own_data_download", args=[visit.token])),
            "own_url": with_query_language(request, reverse("own_data", args=[visit.token])),
            "appeal_url": with_query_language(
                request, reverse("portal_appeal" if is_portal else "own_data_appeal", args=[visit.token])
            )
            if (is_portal or own) and may_appeal(application, now=clock.now())
            else "",
            "erase_url": with_query_language(request, reverse("own_data_erase", args=[visit.token])),
        },
    )


FORM_ID = "appeal"


class AppealForm(forms.Form):
    use_required_attribute = False

    text = LongTextField(
        label=gettext_lazy("What would you like a person to review?"),
        help_text=gettext_lazy(
            "For example, a result that you think is wrong, something that distracted you during a test, or why you "
            "object to the use of a result."
        ),
        longest=LONGEST,
        rows=7,
        error_messages={"required": gettext_lazy("Say what you would like a person to review.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, text: str = "") -> None:
        super().__init__(data, prefix="a", initial={"text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Link.Purpose.CANDIDATE)
def by_portal(request: HttpRequest, visit: Visit) -> HttpResponse:
    switched = has_switched(request, visit)
    with translation.override(language_of(request, visit)):
        return _appeal(
            request,
            visit,
            url=reverse("portal_appeal", args=[visit.token]),
            back=reverse("portal", args=[visit.token]),
            layout={
                "contact_url": reverse("portal_ask", args=[visit.token]),
                "data_url": reverse("portal_data", args=[visit.token]),
                **languages_of(request, visit),
            },
            switched=switched,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@opens(Link.Purpose.CANDIDATE_DATA)
def by_own_data(request: HttpRequest, visit: Visit) -> HttpResponse:
    return _appeal(
        request,
        visit,
        url=with_query_language(request, reverse("own_data_appeal", args=[visit.token])),
        back=with_query_language(request, reverse("own_data", args=[visit.token])),
        layout=language_links(request, visit),
    )


def _appeal(
    request: HttpRequest,
    visit: Visit,
    *,
    url: str,
    back: str,
    layout: Mapping[str, object],
    switched: bool = False,
) -> HttpResponse:
    """`layout`: context of the page. `switched`: the language was changed; the text is kept."""
    application, now = visit.application, clock.now()
    if application.is_being_erased:
        return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
    if not may_appeal(application, now=now):
        return redirect(back)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if switched:
        form = AppealForm(text=form["text"].value() or "")
    if form.is_valid():
        try:
            open_appeal(
                application_id=application.pk,
                text=form.cleaned_data["text"],
                language=translation.get_language() or "",
                now=now,
            )
        except CannotAppeal:
            return redirect(back)
        except AlreadyOpen:
            form.add_error(
                "text",
                _(
                    "Not sent, because your request below is still open. Send this once it has been answered, or write "
                    "to %(name)s (%(address)s)."
                )
                % {"name": visit.recruiter.name, "address": visit.recruiter.address},
            )
        else:
            return redirect(url)
    appeals = appeals_of(application)
    waits = any(appeal.answered_at is None for appeal in appeals)
    shows_form = not waits or form.is_bound or bool(form.initial["text"])
    return render(
        request,
        "workspace/portal/appeal.html",
        {
            **layout,
            "token": visit.token,
            "organisation": visit.organisation,
            "responsible": visit.organisation.name,
            "contact_name": visit.recruiter.name,
            "contact_email": visit.recruiter.address,
            "form": form if shows_form else None,
            "form_id": FORM_ID if shows_form else "",
            "appeals": appeals,
            "waits": waits,
            "may_mail": not mail_blocked_reason(application),
            "action": url,
            "back": back,
        },
        status=422 if form.errors else 200,
    )
