"""A referee's own data. It can only be downloaded or erased through a link (/dr/) mailed to the known address."""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.candidates.domain.holds import hold_on
from goodword.core import clock
from goodword.core.addresses import Correspondent
from goodword.core.personal_data import ExportReader, ExportRequest, export, readable_json
from goodword.core.responses import as_download
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import masked
from goodword.notifications.models import Link
from goodword.references.domain.checks import CheckClosed, check_context, lock_request, referee_language
from goodword.references.domain.referee_erasure import erase_referee
from goodword.references.domain.requests import opt_out
from goodword.references.models import ReferenceRequest
from goodword.references.views import access
from goodword.references.views.access import RefereeVisit
from goodword.workflow.domain.legal_holds import legal_hold_reason
from goodword.workflow.models import takes_answers
from goodword.workflow.portal import (
    browser_languages,
    links_for,
    query_language,
    send_own_data_link,
    unknown_page,
    was_sent_to,
    with_query_language,
)
from goodword.workflow.retention_wording import retention_for_referee


class EraseForm(forms.Form):
    opt_out = forms.BooleanField(
        label=gettext_lazy("Don't contact me again"),
        help_text=gettext_lazy("For this we keep a code from which your address can't be read."),
        required=False,
    )


type DataView = Callable[[HttpRequest, RefereeVisit, bool], HttpResponse]


def _by_link(
    purpose: Link.Purpose, *, expired: bool = False
) -> Callable[[DataView], Callable[..., HttpResponse]]:
    """Decorator: pass the visit to the view if the link has this purpose, with whether the link is still valid. An
    expired link redirects to its own page, unless the view takes `expired` links."""

    def decorate(view: DataView) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, token: str) -> HttpResponse:
            now, link = clock.now(), links.resolve(token, purpose=purpose)
            asked = access.request_of(link) if link else None
            if link is None or asked is None or asked.referee.erased_at is not None:
                return unknown_page(request)
            named = query_language(request, asked.check_run.languages)
            asked.language = named or referee_language(asked, browser=browser_languages(request))
            facts = check_context(asked.check_run, language=asked.language)
            if link.ended_at is not None:
                return access.neutral_page(request, facts)
            alive = links.is_alive(link, now=now) and (
                purpose == Link.Purpose.REFEREE or was_sent_to(link, asked.referee.email)
            )
            if not alive and not expired:
                return access.never_cached(
                    redirect(with_query_language(request, reverse("referee_own_data", args=[token])))
                )
            visit = RefereeVisit(token=token, request=asked, check=asked.check_run, context=facts, now=now)
            with translation.override(facts.language), timezone.override(facts.organisation.zone):
                try:
                    return access.never_cached(view(request, visit, alive))
                except CheckClosed:  # erased elsewhere since the page was opened
                    return unknown_page(request)

        return wrapped

    return decorate


@require_safe
@_by_link(Link.Purpose.REFEREE, expired=True)
def data(request: HttpRequest, visit: RefereeVisit, alive: bool) -> HttpResponse:
    ask = {**_ask(request, visit, reverse("referee_data_link", args=[visit.token]))}
    if not alive:
        return access.portal_page(request, "workflow/own_data_expired.html", visit, **ask)
    layout = _layout(request, visit) | {"contact_url": reverse("referee_ask", args=[visit.token])}
    return access.portal_page(request, "references/referee/data.html", visit, **(layout | ask))


@require_POST
@_by_link(Link.Purpose.REFEREE, expired=True)
def send_link(request: HttpRequest, visit: RefereeVisit, _alive: bool) -> HttpResponse:
    return _send(request, visit, back="referee_data")


@require_safe
@_by_link(Link.Purpose.REFEREE_DATA, expired=True)
def own_data(request: HttpRequest, visit: RefereeVisit, alive: bool) -> HttpResponse:
    if not alive:
        ask = _ask(request, visit, reverse("referee_own_data_link", args=[visit.token]))
        return access.portal_page(request, "workflow/own_data_expired.html", visit, **ask)
    hold = hold_on(visit.context.application) if visit.request.referee.erasure_asked_at else None
    because = legal_hold_reason(hold) if hold else ""
    return access.portal_page(
        request,
        "references/referee/data.html",
        visit,
        own=True,
        kept_because=because,
        **_layout(request, visit),
    )


@require_POST
@_by_link(Link.Purpose.REFEREE_DATA, expired=True)
def send_own_again(request: HttpRequest, visit: RefereeVisit, _alive: bool) -> HttpResponse:
    return _send(request, visit, back="referee_own_data")


@require_safe
@_by_link(Link.Purpose.REFEREE_DATA)
def download(_request: HttpRequest, visit: RefereeVisit, _alive: bool) -> HttpResponse:
    wanted = ExportRequest(
        reader=ExportReader.REFEREE,
        organisation=visit.context.organisation,
        referee_id=visit.request.referee_id,
    )
    data = {"organisation": visit.context.organisation.name, "exported": visit.now, **export(wanted)}
    return as_download(readable_json(data), name="my-data.json", content_type="application/json")


@require_http_methods(["GET", "HEAD", "POST"])
@_by_link(Link.Purpose.REFEREE_DATA)
def erase(request: HttpRequest, visit: RefereeVisit, _alive: bool) -> HttpResponse:
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if form.cleaned_data["opt_out"]:
            opt_out(request_id=visit.request.pk, now=visit.now)
        if not erase_referee(referee_id=visit.request.referee_id, by="referee", now=visit.now):
            return redirect(
                with_query_language(request, reverse("referee_own_data", args=[visit.token]))
            )  # on hold, or erased in another window
        return render(
            request,
            "references/referee/erased.html",
            {
                "organisation": visit.context.organisation,
                "candidate": visit.context.candidate.name,
                "opt_out": form.cleaned_data["opt_out"],
            },
        )
    hold = hold_on(visit.context.application)
    would_keep = legal_hold_reason(hold) if hold else ""
    return access.portal_page(
        request,
        "references/referee/erase.html",
        visit,
        form=form,
        would_keep=would_keep,
        **_layout(request, visit),
    )


def _send(request: HttpRequest, visit: RefereeVisit, *, back: str) -> HttpResponse:
    referee, recruiter = visit.request.referee, visit.context.recruiter
    send_own_data_link(
        application_id=visit.context.application.pk,
        purpose=Link.Purpose.REFEREE_DATA,
        subject_id=visit.request.pk,
        to=Correspondent(name=referee.name, address=referee.email),
        sender=recruiter,
        language=visit.context.language,
        now=visit.now,
        check=lambda: lock_request(visit.request.pk),
    )
    return redirect(with_query_language(request, f"{reverse(back, args=[visit.token])}?sent=1"))


def _ask(request: HttpRequest, visit: RefereeVisit, send_url: str) -> dict[str, object]:
    email = visit.request.referee.email
    return {
        "send_url": with_query_language(request, send_url),
        "address": masked(email) if email else "",
        "sent": "sent" in request.GET,
        **_language_links(request, visit),
    }


def _language_links(request: HttpRequest, visit: RefereeVisit) -> dict[str, object]:
    return links_for(request, visit.check.languages, current=visit.context.language)


def _layout(request: HttpRequest, visit: RefereeVisit) -> dict[str, object]:
    return {
        **_language_links(request, visit),
        "download_url": with_query_language(
            request, reverse("referee_own_data_download", args=[visit.token])
        ),
        "own_url": with_query_language(request, reverse("referee_own_data", args=[visit.token])),
        "erase_url": with_query_language(request, reverse("referee_own_data_erase", args=[visit.token])),
        "referee": visit.request.referee,
        "may_see": visit.check.candidate_may_see,
        "is_open": takes_answers(visit.check, now=visit.now),
        "answered": visit.request.state == ReferenceRequest.State.ANSWERED,
        "kept": retention_for_referee(visit.context.organisation, candidate=visit.context.candidate.name),
    }
