"""The candidate's portal: one per application, with both steps in it; and the recruiter's review without a login."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts.access import membership_of
from goodword.accounts.domain.audit import write
from goodword.accounts.models import AuditEntry
from goodword.assessments.queries import latest_attempt
from goodword.candidates.domain.choose_language import choose_language
from goodword.candidates.models import Application
from goodword.candidates.queries import public_title, recruiter_of
from goodword.candidates.visible import visible_applications
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.domain.languages import choose_candidate_language, of_candidate
from goodword.references.queries import latest_check
from goodword.roles.models import Step
from goodword.steps.languages import first_offered, links_for, named, of_address, of_browser
from goodword.steps.portal import Visit, closed_page, unknown_page, visit_of
from goodword.steps.states import DONE, takes_answers
from goodword.workspace.progress import Mark, marks_of
from goodword.workspace.results import results_of


@dataclass(frozen=True, kw_only=True)
class Task:
    """One step as the candidate sees it. Only what can still be done, or was done, stands on the portal."""

    mark: Mark
    title: str
    url_name: str
    open: bool
    done: bool
    #: the deadline has passed, and it can still be done
    is_late: bool


@require_safe
def portal(request: HttpRequest, token: str) -> HttpResponseBase:
    """What is asked of the candidate and where things stand. Opening it changes nothing."""
    visit = visit_of(token)
    if visit is None:
        return unknown_page(request)
    now = clock.now()
    with translation.override(language_of(request, visit)), timezone.override(visit.organisation.zone):
        tasks = tasks_of(visit, now=now)
        if (instead := page_instead(request, visit, tasks, now=now)) is not None:
            return instead
        to_do = [task for task in tasks if task.open]
        if len(to_do) == 1:  # one thing to do: no page between
            return private(redirect(to_do[0].url_name, token))
        return private(_portal_page(request, visit, tasks))


def tasks_of(visit: Visit, *, now: datetime) -> list[Task]:
    """What can still be done by this portal, or was done."""
    marks = marks_of([visit.application], organisation=visit.organisation, now=now)[visit.application.pk]
    return [task for mark in marks if (task := _task(mark, now=now)).open or task.done]


def page_instead(
    request: HttpRequest, visit: Visit, tasks: list[Task], *, now: datetime
) -> HttpResponseBase | None:
    """What is shown when the link's step is closed, or the link has expired; None while it opens the portal."""
    of_this_step = visit.step_request.step.kind in {task.mark.kind for task in tasks}
    if not of_this_step or visit.application.is_going or visit.link.ended_at is not None:
        return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
    if not links.is_alive(visit.link, now=now):
        return private(redirect("portal_fresh", visit.token))
    return None


def language_of(request: HttpRequest, visit: Visit) -> str:
    """The candidate's language: the address's, their choice, their browser's, the one on record."""
    if named_by := of_address(request, offered_to(visit)):
        return named_by
    candidate, check = visit.application.candidate, latest_check(visit.application)
    if check is not None:
        return of_candidate(check, candidate, browser=of_browser(request))
    attempt = latest_attempt(visit.application)
    known = [attempt.language] if attempt is not None else []
    wanted = [candidate.chosen_language, *of_browser(request), *known, visit.organisation.language]
    return first_offered(offered_to(visit), *wanted) or settings.LANGUAGES[0][0]


def offered_to(visit: Visit) -> list[str]:
    """The languages of the portal's pages: those of the reference check if there is one, else all."""
    check = latest_check(visit.application)
    return check.languages if check is not None else [code for code, _name in settings.LANGUAGES]


def has_switched(request: HttpRequest, visit: Visit) -> bool:
    """Store the language if one of the page's language buttons was pressed. Returns whether it was."""
    check, candidate = latest_check(visit.application), visit.application.candidate
    wanted = request.POST.get("language", "")
    if wanted not in offered_to(visit):
        return False
    if check is not None:
        return choose_candidate_language(check, candidate, language=wanted)
    choose_language(candidate, language=wanted)
    return True


@require_POST
def language(request: HttpRequest, token: str) -> HttpResponseBase:
    """Choose the language of the portal, and return to the same page."""
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
        "workspace/portal.html",
        {
            "visit": visit,
            "token": visit.token,
            "organisation": visit.organisation,
            "candidate": visit.application.candidate,
            "role_title": public_title(visit.application),
            "tasks": tasks,
            "all_done": all(task.done for task in tasks),
            "contact_name": visit.recruiter.name,
            "contact_email": visit.recruiter.address,
            "contact_url": reverse("portal_ask", args=[visit.token]),
            "responsible": visit.organisation.name,
            "data_url": reverse("portal_data", args=[visit.token]),
            **languages_of(request, visit),
        },
    )


def languages_of(request: HttpRequest, visit: Visit) -> dict[str, object]:
    """Template context for the language buttons, if there is more than one language."""
    offered = offered_to(visit)
    return {
        "languages": named(offered) if len(offered) > 1 else [],
        "language": language_of(request, visit),
        "language_url": reverse("portal_language", args=[visit.token]),
    }


def language_links(request: HttpRequest, visit: Visit) -> dict[str, object]:
    """The same for pages that store no choice."""
    return links_for(request, offered_to(visit), current=language_of(request, visit))


@require_safe
def review(request: HttpRequest, token: str) -> HttpResponseBase:
    """The results so far, read-only, for the recruiter without a login; a member goes to the candidate's page.

    A member who would not see that page (a private candidate, a confidential job) was sent the link all the same.
    """
    link = links.resolve(token, purpose=Link.Purpose.REVIEW)
    if link is None:
        return unknown_page(request)
    application = (
        Application.objects.of(link.organisation)
        .select_related("candidate", "role__owner__user", "organisation")
        .filter(pk=link.subject_id)
        .first()
    )
    if application is None:
        return unknown_page(request)
    member = (
        membership_of(request.user, slug=link.organisation.slug) if request.user.is_authenticated else None
    )
    if member and visible_applications(member).filter(pk=application.pk).exists():
        return redirect("candidate", link.organisation.slug, application.pk)
    now = clock.now()
    if not links.is_alive(link, now=now):
        return private(
            render(
                request,
                "workspace/review_expired.html",
                {"organisation": link.organisation, "application": application},
                status=410,
            )
        )
    if request.method != "HEAD":
        _record_view(link, application, now=now)
    with timezone.override(link.organisation.zone):
        response = render(
            request,
            "workspace/review.html",
            {
                "organisation": link.organisation,
                "application": application,
                "candidate": application.candidate,
                "recruiter": recruiter_of(application),
                "marks": marks_of([application], organisation=link.organisation, now=now)[application.pk],
                "results": results_of(application, items=False),
                "expires_at": link.expires_at,
            },
        )
    return private(response)


def _record_view(link: Link, application: Application, *, now: datetime) -> None:
    """Record the view in the audit log, once within links.QUIET: the link's holder could fill the database."""
    action, actor = "result.viewed_by_link", f"link {link.pk}"
    with transaction.atomic():
        entries = AuditEntry.objects.of(link.organisation).filter(action=action, actor=actor)
        if links.lock(link) and not entries.filter(at__gt=now - links.QUIET).exists():
            write(
                organisation=link.organisation,
                action=action,
                actor=actor,
                now=now,
                details={"application": application.pk},
            )


def private[R: HttpResponse](response: R) -> R:
    """Not kept by caches, not found by search engines."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _task(mark: Mark, *, now: datetime) -> Task:
    names = {Step.Kind.ASSESSMENT: "portal_assessment", Step.Kind.REFERENCE_CHECK: "portal_check"}
    titles = {
        Step.Kind.ASSESSMENT: gettext("Assessment"),
        Step.Kind.REFERENCE_CHECK: gettext("Your references"),
    }
    return Task(
        mark=mark,
        title=titles[Step.Kind(mark.kind)],
        url_name=names[Step.Kind(mark.kind)],
        open=mark.run is not None and takes_answers(mark.run, now=now),
        done=mark.run is not None and mark.run.progress in DONE,
        is_late=mark.run is not None and mark.run.clock_stopped_at is None and mark.run.deadline_at < now,
    )
