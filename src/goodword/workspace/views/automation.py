"""Role > [ . . . ] > Manage ATS automation: choose the job, connect the stages, review and confirm."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import catalogue
from goodword.greenhouse.setup.catalogue import Job
from goodword.greenhouse.setup.connection import current
from goodword.greenhouse.setup.trouble import TROUBLES, trouble_of
from goodword.roles.domain.link import JobTaken, unlink
from goodword.roles.models import Automation, Role, Step
from goodword.roles.queries import visible_roles
from goodword.workspace.automation import draft as drafts
from goodword.workspace.automation import propose
from goodword.workspace.automation.confirm import confirm, standing_in
from goodword.workspace.automation.draft import Draft
from goodword.workspace.automation.forms import NONE, REQUIREMENT_LENGTH, ConfirmForm, StagesForm
from goodword.workspace.automation.review import sentences
from goodword.workspace.automation.steps import stepper

#: jobs on a page; beyond it one searches
SHOWN = 40

Wizard = Callable[[MemberRequest, Role, Connection], HttpResponseBase]


def wizard(view: Wizard) -> Callable[..., HttpResponseBase]:
    """A page of the wizard: of a role the member sees, with a connection, and with a sentence and *Try again*
    where Greenhouse does not answer. What was chosen is kept."""

    @wraps(view)
    def wrapped(request: MemberRequest, pk: int) -> HttpResponseBase:
        roles = visible_roles(request.member).select_related("organisation")
        role = access.owned(roles, pk)
        connection = current(request.organisation)
        if connection is None:
            return _page(request, role, "not_connected", {})
        try:
            return view(request, role, connection)
        except TROUBLES as error:
            # Not a 5xx: with that Django would not keep the session, where the draft is.
            again = request.get_full_path()
            return _page(request, role, "trouble", {"trouble": trouble_of(error), "again": again})

    return require_http_methods(["GET", "HEAD", "POST"])(access.member(kinds=access.WORKS)(wrapped))


@wizard
def choose_job(request: MemberRequest, role: Role, connection: Connection) -> HttpResponseBase:
    """The first page: the jobs of Greenhouse, searchable, open ones first."""
    query = request.GET.get("q", "").strip()
    chosen, missing = _number(request.POST.get("job") or request.GET.get("job")), ""
    jobs = _visible(catalogue.jobs(connection, fresh="fresh" in request.GET), role, request)
    taken = _taken(connection, role)
    if request.method == "POST":
        if chosen is None or chosen not in {job.id for job in jobs}:
            missing = _("Choose a Greenhouse job.")
        elif chosen in taken:
            missing = _("This job belongs to the role “%(role)s”. Choose another one.") % {
                "role": taken[chosen].title
            }
        else:
            return redirect(_url("role_automation_stages", role, chosen))
    found = catalogue.search(jobs, query)
    linked = list(role.automations.prefetch_related("rules__step").order_by("pk"))
    if chosen is None and linked:
        chosen = linked[0].job_id
    context = {
        "query": query,
        "rows": [(job, taken.get(job.id)) for job in found[:SHOWN]],
        "more": max(0, len(found) - SHOWN),
        "chosen": chosen,
        "missing": missing,
        "linked": linked,
        "stepper": stepper(role, at=0),
    }
    return _page(request, role, "job", context)


@wizard
def connect_stages(request: MemberRequest, role: Role, connection: Connection) -> HttpResponseBase:
    """The second page: the job post, and which stage starts which step."""
    if request.method == "POST":  # should Greenhouse fail now, what was typed is there at the next try
        job_id = _number(request.GET.get("job")) or 0
        drafts.save(request, _typed(request), role=role, job_id=job_id)
    job = _job(request, role, connection)
    if job is None:
        return _begin_again(request, role)
    stages = catalogue.stages(connection, job.id)
    form = StagesForm(
        request.POST or None,
        job=job,
        stages=stages,
        role_title=role.title,
        initial=_initial(request, role, connection, job, stages),
    )
    if request.method == "POST" and form.is_valid():
        drafts.save(request, form.draft(), role=role, job_id=job.id)
        return redirect(_url("role_automation_review", role, job.id))
    context = {"form": form, "job": job, "stages": stages, "stepper": stepper(role, at=1, job=job)}
    return _page(request, role, "stages", context)


@wizard
def review(request: MemberRequest, role: Role, connection: Connection) -> HttpResponseBase:
    """The third page: all of it in sentences, who already stands there, and *Confirm*."""
    job = _job(request, role, connection)
    if job is None:
        return _begin_again(request, role)
    draft = drafts.load(request, role=role, job_id=job.id)
    stages = {stage.id: stage for stage in catalogue.stages(connection, job.id)}
    unknown = draft is not None and not set(draft.stages.values()) <= set(stages)
    if draft is None or unknown or not draft.complete:
        if unknown:
            messages.warning(request, _("The stages in Greenhouse have changed. Connect them again."))
        return redirect(_url("role_automation_stages", role, job.id))
    now = clock.now()  # before the reading: who comes later has come later
    placed = catalogue.placed(connection, job.id)
    form = ConfirmForm(request.POST or None)
    there = standing_in(placed, draft)
    if request.method == "POST" and (not there or form.is_valid()):
        try:
            confirm(
                role=role,
                connection=connection,
                job=job,
                draft=draft,
                stages=stages,
                placed=placed,
                invite=bool(there) and form.cleaned_data["invite"] == "yes",
                by=request.member,
                now=now,
            )
        except JobTaken as taken:
            messages.error(
                request,
                _("Meanwhile this job was linked to the role “%(role)s”. Choose another one.")
                % {"role": taken.role.title},
            )
            return _begin_again(request, role, said=True)
        drafts.forget(request, role=role, job_id=job.id)
        messages.success(
            request, _("This role is linked to Greenhouse. A move to a mapped stage does the rest.")
        )
        return redirect("role", request.organisation.slug, role.pk)
    context = {
        "form": form if there else None,
        "job": job,
        "sentences": sentences(role, job=job, draft=draft, stages=stages, by=request.member),
        "counts": [
            (stages[stage_id], sum(1 for one in placed if one.stage_id == stage_id))
            for stage_id in dict.fromkeys(draft.stages.values())
        ],
        "there": len(there),
        "others": role.automations.exclude(connection_id=connection.pk, job_id=job.id),
        "back": _url("role_automation_stages", role, job.id),
        "stepper": stepper(role, at=2, job=job, stages=[stages[one].name for one in draft.stages.values()]),
    }
    return _page(request, role, "review", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def unlink_job(request: MemberRequest, pk: int, automation_pk: int) -> HttpResponseBase:
    """Say what happens, then take the tie to a Greenhouse job away. Greenhouse is not asked."""
    role = access.owned(visible_roles(request.member), pk)
    automation = access.owned(Automation.objects.of(request.organisation).filter(role=role), automation_pk)
    if request.method == "POST":
        unlink(automation=automation, by=request.member, now=clock.now())
        messages.success(request, _("The job is no longer linked. Candidates and results stay."))
        return redirect("role", request.organisation.slug, role.pk)
    return _page(request, role, "unlink", {"automation": automation})


def _initial(
    request: MemberRequest, role: Role, connection: Connection, job: Job, stages: list[catalogue.Stage]
) -> dict[str, Any]:
    """What was chosen on the way, else what was confirmed before, else what is proposed."""
    draft = drafts.load(request, role=role, job_id=job.id)
    if draft is None:
        automation = role.automations.filter(connection_id=connection.pk, job_id=job.id).first()
        draft = propose.of_automation(automation) if automation else propose.of_job(job, stages)
    said = Step.objects.of(role.organisation).get(role=role, kind=Step.Kind.ASSESSMENT).requirement
    return {
        "post": draft.post or NONE,
        "assessment": draft.assessment or NONE,
        "reference_check": draft.reference_check or NONE,
        "requirement": draft.requirement or said,
    }


def _typed(request: MemberRequest) -> Draft:
    """What the form holds, unchecked: the review asks for a complete draft with stages that are there."""
    return Draft(
        post=_number(request.POST.get("post")) or None,
        assessment=_number(request.POST.get("assessment")) or None,
        reference_check=_number(request.POST.get("reference_check")) or None,
        requirement=request.POST.get("requirement", "").strip()[:REQUIREMENT_LENGTH],
    )


def _job(request: MemberRequest, role: Role, connection: Connection) -> Job | None:
    """The job of the query string, unless it may not be chosen."""
    job_id = _number(request.GET.get("job"))
    job = catalogue.job(connection, job_id) if job_id is not None else None
    if job is None or not _visible([job], role, request) or job.id in _taken(connection, role):
        return None
    return job


def _visible(jobs: list[Job], role: Role, request: MemberRequest) -> list[Job]:
    """Confidential jobs are seen by admins only, and where they are linked already."""
    if request.member.is_admin:
        return jobs
    own = set(role.automations.values_list("job_id", flat=True))
    return [job for job in jobs if not job.confidential or job.id in own]


def _taken(connection: Connection, role: Role) -> dict[int, Role]:
    """Jobs that belong to another role."""
    rows = (
        Automation.objects.of(role.organisation)
        .filter(connection_id=connection.pk)
        .exclude(role=role)
        .select_related("role")
    )
    return {row.job_id: row.role for row in rows}


def _begin_again(request: MemberRequest, role: Role, *, said: bool = False) -> HttpResponseBase:
    if not said:
        messages.warning(request, _("Choose the Greenhouse job first."))
    return redirect("role_automation", role.organisation.slug, role.pk)


def _url(name: str, role: Role, job_id: int) -> str:
    return reverse(name, args=[role.organisation.slug, role.pk]) + "?" + urlencode({"job": job_id})


def _number(text: str | None) -> int | None:
    """A Greenhouse id out of a request; None if it cannot be one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _page(request: MemberRequest, role: Role, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"workspace/automation_{name}.html", {"role": role, **context})
