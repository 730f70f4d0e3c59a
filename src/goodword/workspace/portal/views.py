from typing import assert_never

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.assessments.attempts import mails
from goodword.candidates.models import public_title
from goodword.core import clock
from goodword.core.responses import private
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import masked
from goodword.references.domain import invitations
from goodword.roles.models import Step
from goodword.workflow.portal import Visit, ask_page, closed_page, unknown_page, visit_of, with_query_language
from goodword.workspace.portal.access import (
    Task,
    has_switched,
    language_links,
    language_of,
    languages_of,
    page_instead,
    task_of,
    tasks_of,
)


@require_safe
def portal(request: HttpRequest, token: str) -> HttpResponseBase:
    visit = visit_of(token)
    if visit is None:
        return unknown_page(request)
    now = clock.now()
    with translation.override(language_of(request, visit)), timezone.override(visit.organisation.zone):
        tasks = tasks_of(visit, now=now)
        if (instead := page_instead(request, visit, tasks, now=now)) is not None:
            return instead
        to_do = [task for task in tasks if task.open]
        own = task_of(visit, tasks)
        if own is not None and all(task.declined for task in tasks):
            return private(redirect(own.url_name, token))
        shows_all = any(task.has_result for task in tasks) or (own is not None and own.declined)
        if len(to_do) == 1 and not shows_all:
            return private(redirect(to_do[0].url_name, token))
        return private(_portal_page(request, visit, tasks))


@require_POST
def language(request: HttpRequest, token: str) -> HttpResponseBase:
    visit = visit_of(token)
    if visit is None:
        return unknown_page(request)
    if visit.link.ended_at is None and links.is_alive(visit.link, now=clock.now()):
        has_switched(request, visit)
    back, home = request.POST.get("back", ""), reverse("portal", args=[token])
    inside = back.startswith(home) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return private(redirect(back if inside else home))


def _portal_page(request: HttpRequest, visit: Visit, tasks: list[Task]) -> HttpResponse:
    return render(
        request,
        "workspace/portal/portal.html",
        {
            "visit": visit,
            "token": visit.token,
            "organisation": visit.organisation,
            "candidate": visit.application.candidate,
            "role_title": public_title(visit.application),
            "tasks": tasks,
            "all_done": all(task.done or task.declined for task in tasks),
            "contact_name": visit.recruiter.name,
            "contact_email": visit.recruiter.address,
            "contact_url": reverse("portal_ask", args=[visit.token]),
            "responsible": visit.organisation.name,
            "data_url": reverse("portal_data", args=[visit.token]),
            "appeal_url": reverse("portal_appeal", args=[visit.token])
            if any(task.done for task in tasks)
            else "",
            **languages_of(request, visit),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, token: str) -> HttpResponseBase:
    """A question to the recruiter. Works as long as the portal, even after a step is done."""
    visit = visit_of(token)
    if visit is None:
        return unknown_page(request)
    now = clock.now()
    candidate = visit.application.candidate
    with translation.override(language_of(request, visit)), timezone.override(visit.organisation.zone):
        if (instead := page_instead(request, visit, tasks_of(visit, now=now), now=now)) is not None:
            return instead
    switched = has_switched(request, visit)
    with translation.override(language_of(request, visit)), timezone.override(visit.organisation.zone):
        return private(
            ask_page(
                request,
                application=visit.application,
                by="candidate",
                name=candidate.name,
                address=candidate.email,
                back=reverse("portal", args=[token]),
                context={
                    "token": token,
                    "organisation": visit.organisation,
                    "contact_name": visit.recruiter.name,
                    "contact_email": visit.recruiter.address,
                    "data_url": reverse("portal_data", args=[token]),
                    "layout": "workspace/portal/layout.html",
                    **languages_of(request, visit),
                },
                switched=switched,
            )
        )


@require_http_methods(["GET", "HEAD", "POST"])
def fresh_link(request: HttpRequest, token: str) -> HttpResponseBase:
    visit, now = visit_of(token), clock.now()
    if visit is None:
        return unknown_page(request)
    found: mails.LinkedAttempt | invitations.LinkedCheck | None
    match kind := Step.Kind(visit.step_request.step.kind):
        case Step.Kind.ASSESSMENT:
            found, send = mails.linked_attempt(visit.link, now=now), mails.send_fresh_link
        case Step.Kind.REFERENCE_CHECK:
            found, send = invitations.linked_check(visit.link, now=now), invitations.send_fresh_link
        case _:
            assert_never(kind)
    with (
        translation.override(language_of(request, visit)),
        timezone.override(visit.organisation.zone),
    ):
        if found is None or not found.is_live:
            return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
        if links.is_alive(visit.link, now=now):
            return private(redirect("portal", token))
        if request.method == "POST":
            send(visit.link, now=now)
            return private(
                redirect(with_query_language(request, f"{reverse('portal_fresh', args=[token])}?sent=1"))
            )
        return private(_expired_page(request, visit, found.address))


def _expired_page(request: HttpRequest, visit: Visit, address: str) -> HttpResponse:
    return render(
        request,
        "references/expired.html",
        {
            "organisation": visit.organisation,
            "recruiter": visit.recruiter,
            "address": format_html('<span class="nowrap">{}</span>', masked(address)),
            "sent": "sent" in request.GET,
            "data_url": with_query_language(request, reverse("portal_data", args=[visit.token])),
            **language_links(request, visit),
        },
    )
