"""The candidate's pages of a verification, on the device that a member hands over. Opening the link changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from goodword.accounts.models import Organisation
from goodword.assessments import verification
from goodword.assessments.adjustments.contacts import contact_of
from goodword.assessments.attempts import parts
from goodword.assessments.kinds.items import ItemForm, UnknownOption
from goodword.assessments.kinds.reasoning.items import ReasoningTask, practice_tasks
from goodword.assessments.kinds.reasoning.kind import REASONING
from goodword.assessments.kinds.reasoning.verification import verification_test
from goodword.assessments.kinds.registry import Kind
from goodword.assessments.models import Verification
from goodword.assessments.queries import application_of
from goodword.assessments.verification import is_over, task_on_screen
from goodword.assessments.views.access import LINK_GRACE, device_of, is_script
from goodword.candidates.models import Application, recruiter_of
from goodword.core import clock
from goodword.core.responses import private
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.workflow.portal import closed_page, unknown_page

#: query parameter after a form for an earlier task was submitted
ELSEWHERE: Final = "elsewhere"
#: query parameter of the candidate's first page after practice
PRACTISED: Final = "practised"


@dataclass(frozen=True, kw_only=True)
class Sitting:
    token: str
    verification: Verification
    application: Application
    organisation: Organisation
    now: datetime

    def url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self.token, *args])

    @property
    def home(self) -> str:
        return self.url("verification")

    @property
    def start(self) -> str:
        return self.url("verification_start")

    @property
    def shown(self) -> "ShownForm":
        return ShownForm(verification=self.verification)


@dataclass(frozen=True, kw_only=True)
class ShownForm:
    """The form with the attributes of `attempts.overview.PartView`, for the templates of parts."""

    verification: Verification
    kind: Kind[Any] = REASONING
    instructions: str = ""
    waits_for_start: bool = True

    @property
    def title(self) -> str:
        return gettext("Reasoning")

    @property
    def language(self) -> str:
        return self.verification.language

    @property
    def items(self) -> int:
        return self.verification.items

    @property
    def timed(self) -> bool:
        return self.verification.seconds is not None

    @property
    def minutes(self) -> int:
        seconds = self.verification.seconds
        return verification_test().minutes(self.verification.form) if seconds is None else seconds // 60


type Page[**P] = Callable[Concatenate[HttpRequest, Sitting, P], HttpResponse]


def sitting_page[**P](page: Page[P]) -> Callable[..., HttpResponse]:
    """Pass a Sitting to the view while the form can be taken; otherwise show a page that says why not."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(page)
    def enter(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        link = links.resolve(token, purpose=Link.Purpose.VERIFICATION)
        row = _row(link) if link is not None else None
        if link is None or row is None:
            return unknown_page(request)
        now, application = clock.now(), application_of(row.part.attempt)
        sitting = Sitting(
            token=token, verification=row, application=application, organisation=link.organisation, now=now
        )
        with translation.override(row.language), timezone.override(link.organisation.zone):
            late = LINK_GRACE if row.begun_at is not None else timedelta(0)
            if verification.is_closed(row) or not links.is_alive(link, now=now - late):
                return _closed(request, sitting)
            if is_over(row, now=now):
                return _done(request, sitting)
            try:
                return private(page(request, sitting, *args, **kwargs))
            except (verification.VerificationClosed, verification.Over, verification.VerificationNotBegun):
                return _home(request, sitting)

    return enter


def _row(link: Link) -> Verification | None:
    rows = Verification.objects.of(link.organisation).select_related(
        "part__attempt__step_request", "part__attempt__organisation"
    )
    return rows.filter(pk=link.subject_id).first()


def _closed(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    if is_script(request):
        return private(JsonResponse({"saved": False, "go": sitting.home}, status=410))
    return closed_page(
        request, organisation=sitting.organisation, recruiter=recruiter_of(sitting.application)
    )


def _done(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    if request.method == "POST" or request.path != sitting.home:
        return _home(request, sitting)
    return _render(request, sitting, "assessments/verification/done.html")


def _home(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    if is_script(request):
        return private(JsonResponse({"saved": False, "go": sitting.home}, status=409))
    return private(redirect(sitting.home))


def _on_screen(request: HttpRequest, sitting: Sitting, *, elsewhere: bool = False) -> HttpResponse:
    """Redirect to the current task. `elsewhere`: the submitted page was for another one."""
    rows = Verification.objects.of(sitting.organisation)
    here = sitting.url("verification_task", rows.values_list("at", flat=True).get(pk=sitting.verification.pk))
    if elsewhere and is_script(request):
        return private(JsonResponse({"saved": False, "elsewhere": True, "go": here}, status=409))
    return private(redirect(f"{here}?{ELSEWHERE}=yes" if elsewhere else here))


@sitting_page
def handover(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """The page for a member who opens the link, without times and tasks, which could reveal adjustments."""
    if request.method == "POST":
        return _home(request, sitting)
    return _render(request, sitting, "assessments/verification/handover.html", start=sitting.start)


@sitting_page
def start(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Explain the form, its reason and its use; the button starts the clock."""
    if sitting.verification.begun_at is not None:
        return _on_screen(request, sitting)
    if request.method == "POST":
        verification.begin(
            verification_id=sitting.verification.pk, device=device_of(request), now=sitting.now
        )
        return private(redirect(sitting.url("verification_task", 1)))
    return _render(
        request,
        sitting,
        "assessments/verification/start.html",
        practice=sitting.url("verification_practice", 1),
        practised=PRACTISED in request.GET,
        contact=contact_of(sitting.application),
    )


@sitting_page
def practice(request: HttpRequest, sitting: Sitting, number: int) -> HttpResponse:
    """Practice task `number`, from 1. Nothing is saved."""
    if sitting.verification.begun_at is not None:
        return _on_screen(request, sitting)
    row = sitting.verification
    tasks = practice_tasks(verification_test(), form=row.form, language=row.language)
    if not 1 <= number <= len(tasks):
        raise Http404
    task = tasks[number - 1]
    form = task.form(request.POST if request.method == "POST" else None)
    valid, is_last = form.is_bound and form.is_valid(), number == len(tasks)
    after = f"{sitting.start}?{PRACTISED}=yes"
    return _render(
        request,
        sitting,
        "assessments/portal/practice.html",
        status=422 if form.is_bound and not valid else 200,
        form=form,
        errors=form.problems if form.is_bound and not valid else [],
        number=number,
        total=len(tasks),
        taps=True,
        solution=task.solution(form.value) if valid else None,
        onward=after if is_last else sitting.url("verification_practice", number + 1),
        after=after,
        starts=sitting.start if is_last else "",
    )


@sitting_page
def task_page(request: HttpRequest, sitting: Sitting, number: int) -> HttpResponse:
    row = sitting.verification
    if row.begun_at is None:
        return _home(request, sitting)
    if number != row.at:
        return _on_screen(request, sitting, elsewhere=request.method == "POST")
    if request.method == "POST":
        return _take(request, sitting, task_on_screen(row))
    if parts.is_disconnected(row, now=sitting.now):
        return private(redirect(sitting.url("verification_reconnect")))
    return _show(request, sitting, task_on_screen(row))


def _take(request: HttpRequest, sitting: Sitting, task: ReasoningTask) -> HttpResponse:
    row, script = sitting.verification, is_script(request)
    if request.POST.get("item") != task.id:
        return _on_screen(request, sitting, elsewhere=True)
    # answers given while disconnected don't count
    if script and parts.is_disconnected(row, now=sitting.now):
        return private(
            JsonResponse({"saved": False, "go": sitting.url("verification_reconnect")}, status=409)
        )
    if "skip" not in request.POST:
        form = task.form(request.POST)
        if not form.is_valid():
            if script:
                return private(JsonResponse({"saved": False, "say": form.sentences}, status=422))
            return _show(request, sitting, task, form=form)
        try:
            saved = verification.save_answer(
                verification_id=row.pk, task=task.id, value=form.value, now=sitting.now
            )
        except UnknownOption:
            saved = False
        if not saved:
            return _on_screen(request, sitting, elsewhere=True)
    if script:
        left = {"left": parts.seconds_left(row, now=sitting.now)} if row.ends_at else {}
        return private(JsonResponse({"saved": True, **left}))
    after = verification.next_task(verification_id=row.pk, task=task.id, now=sitting.now)
    return _home(request, sitting) if after.ended_at is not None else _on_screen(request, sitting)


def _show(
    request: HttpRequest, sitting: Sitting, task: ReasoningTask, *, form: ItemForm | None = None
) -> HttpResponse:
    row, saved = sitting.verification, sitting.verification.answers.get(task.id)
    timed = row.ends_at is not None
    left = parts.seconds_left(row, now=sitting.now) if timed else 0
    return _render(
        request,
        sitting,
        "assessments/verification/task.html",
        status=422 if form is not None else 200,
        form=form or task.form(saved=saved),
        errors=form.problems if form is not None else [],
        item=task,
        number=row.at,
        total=row.items,
        saved=saved is not None and form is None,
        here=sitting.url("verification_task", row.at),
        elsewhere=ELSEWHERE in request.GET,
        left=left,
        left_words=gettext("%(minutes)s min left") % {"minutes": -(-left // 60)},
        alive=sitting.url("verification_ping") if timed else "",
        again=sitting.url("verification_reconnect"),
        beat=parts.HEARTBEAT,
    )


@sitting_page
def ping(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    if request.method != "POST" or sitting.verification.ends_at is None:
        return _home(request, sitting)
    row = verification.heartbeat(verification_id=sitting.verification.pk, now=sitting.now)
    return private(
        JsonResponse(
            {
                "broken": parts.is_disconnected(row, now=sitting.now),
                "left": parts.seconds_left(row, now=sitting.now),
                "at": row.at,
            }
        )
    )


@sitting_page
def reconnect(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    row = sitting.verification
    if row.begun_at is None:
        return _home(request, sitting)
    if request.method == "POST":
        row = verification.resume(verification_id=row.pk, now=sitting.now)
        if row.ended_at is not None:
            return _home(request, sitting)
        if is_script(request):
            return private(JsonResponse({"go": sitting.url("verification_task", row.at)}))
        return _on_screen(request, sitting)
    if not parts.is_disconnected(row, now=sitting.now):
        return _on_screen(request, sitting)
    return _render(
        request,
        sitting,
        "assessments/portal/reconnect.html",
        after=verification.after_break(row),
        left_over=parts.MAX_BREAKS - row.breaks - 1,
    )


def _render(
    request: HttpRequest, sitting: Sitting, template: str, *, status: int = 200, **context: object
) -> HttpResponse:
    recruiter = recruiter_of(sitting.application)
    response = render(
        request,
        template,
        {
            "organisation": sitting.organisation,
            "candidate": sitting.application.candidate,
            "recruiter": recruiter,
            "contact_name": recruiter.name,
            "contact_email": recruiter.address,
            "responsible": sitting.organisation.name,
            "part": sitting.shown,
            "home": sitting.home,
            **context,
        },
        status=status,
    )
    return private(response)
