from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from goodword.assessments.models import Attempt
from goodword.assessments.queries import gets_result, latest_attempt
from goodword.candidates.domain.people import choose_language
from goodword.core.responses import private
from goodword.core.text import language_codes
from goodword.notifications.domain import links
from goodword.references.domain.checks import (
    candidate_language,
    choose_candidate_language,
    waits_for_offer,
)
from goodword.references.models import Check
from goodword.references.queries import latest_check
from goodword.roles.models import Step
from goodword.workflow.models import DONE, StepRun, takes_answers
from goodword.workflow.portal import (
    PAGES,
    Visit,
    browser_languages,
    closed_page,
    first_offered,
    language_choices,
    links_for,
    query_language,
)
from goodword.workspace.progress import StepProgress, progress_of


@dataclass(frozen=True, kw_only=True)
class Task:
    mark: StepProgress
    title: str
    url_name: str
    open: bool
    done: bool
    declined: bool
    has_result: bool
    #: whether it is open after its deadline
    is_late: bool
    #: whether the deadline is on hold because only referees to be contacted after an offer are left
    until_offer: bool


def tasks_of(visit: Visit, *, now: datetime) -> list[Task]:
    """Open, done and declined steps."""
    marks = progress_of([visit.application], organisation=visit.organisation, now=now)[visit.application.pk]
    tasks = [_task(mark, now=now) for mark in marks]
    return [task for task in tasks if task.open or task.done or task.declined]


def task_of(visit: Visit, tasks: list[Task]) -> Task | None:
    return next((task for task in tasks if task.mark.kind == visit.step_request.step.kind), None)


def _task(mark: StepProgress, *, now: datetime) -> Task:
    titles = {
        Step.Kind.ASSESSMENT: gettext("Assessment"),
        Step.Kind.REFERENCE_CHECK: gettext("Your references"),
    }
    return Task(
        mark=mark,
        title=titles[Step.Kind(mark.kind)],
        url_name=PAGES[Step.Kind(mark.kind)],
        open=mark.run is not None and takes_answers(mark.run, now=now),
        done=mark.run is not None and mark.run.progress in DONE,
        declined=mark.run is not None and mark.run.progress == StepRun.Progress.DECLINED,
        has_result=isinstance(mark.run, Attempt) and gets_result(mark.run),
        is_late=mark.run is not None and mark.run.clock_stopped_at is None and mark.run.deadline_at < now,
        until_offer=isinstance(mark.run, Check) and waits_for_offer(mark.run),
    )


def page_instead(
    request: HttpRequest, visit: Visit, tasks: list[Task], *, now: datetime
) -> HttpResponseBase | None:
    """Return a page in place of the portal for a closed step or an expired link, else None."""
    own, is_alive = task_of(visit, tasks), links.is_alive(visit.link, now=now)
    is_over = own is None or (own.declined and not is_alive)
    if is_over or visit.application.is_being_erased or visit.link.ended_at is not None:
        return closed_page(request, organisation=visit.organisation, recruiter=visit.recruiter)
    if not is_alive:
        return private(redirect("portal_fresh", visit.token))
    return None


def language_of(request: HttpRequest, visit: Visit) -> str:
    """The language of the URL, the candidate's choice, the browser's, or the stored one."""
    if named_by := query_language(request, offered_to(visit)):
        return named_by
    candidate, check = visit.application.candidate, latest_check(visit.application)
    if check is not None:
        return candidate_language(check, candidate, browser=browser_languages(request))
    attempt = latest_attempt(visit.application)
    known = [attempt.language] if attempt is not None else []
    wanted = [candidate.chosen_language, *browser_languages(request), *known, visit.organisation.language]
    return first_offered(offered_to(visit), *wanted) or language_codes()[0]


def offered_to(visit: Visit) -> list[str]:
    """The languages of the reference check if there is one, else all."""
    check = latest_check(visit.application)
    return check.languages if check is not None else list(language_codes())


def has_switched(request: HttpRequest, visit: Visit) -> bool:
    """Store the language of a pressed button. Returns whether one was pressed."""
    check, candidate = latest_check(visit.application), visit.application.candidate
    wanted = request.POST.get("language", "")
    if wanted not in offered_to(visit):
        return False
    if check is not None:
        return choose_candidate_language(check, candidate, language=wanted)
    choose_language(candidate, language=wanted)
    return True


def languages_of(request: HttpRequest, visit: Visit) -> dict[str, object]:
    offered = offered_to(visit)
    return {
        "languages": language_choices(offered) if len(offered) > 1 else [],
        "language": language_of(request, visit),
        "language_url": reverse("portal_language", args=[visit.token]),
    }


def language_links(request: HttpRequest, visit: Visit) -> dict[str, object]:
    """Language links for pages that don't store the choice."""
    return links_for(request, offered_to(visit), current=language_of(request, visit))
