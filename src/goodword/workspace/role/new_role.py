"""A new role: from a Greenhouse job in one click, or by its title."""

from collections.abc import Collection
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import Membership
from goodword.core import clock
from goodword.greenhouse.setup import catalogue
from goodword.greenhouse.setup.connections import live_connections
from goodword.greenhouse.setup.errors import CALL_ERRORS, error_message
from goodword.roles.domain.automation import JobTaken, link
from goodword.roles.domain.settings import create_role
from goodword.roles.models import Automation, Role
from goodword.workspace.automation.access import JobChoice, account_label, job_choices, parse_key
from goodword.workspace.automation.confirm import job_link
from goodword.workspace.role.settings_page import TitleForm

#: jobs per page
SHOWN = 40


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def role_new(request: MemberRequest) -> HttpResponseBase:
    form = TitleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        role = create_role(title=form.cleaned_data["title"], owner=request.member, now=clock.now())
        return redirect("role", request.organisation.slug, role.pk)
    return _page(request, form)


def _page(request: MemberRequest, form: TitleForm) -> HttpResponse:
    query, known = request.GET.get("q", "").strip(), live_connections(request.organisation)
    jobs: list[JobChoice] = []
    trouble = ""
    if known:
        try:
            jobs = unlinked_jobs(request.member, fresh="fresh" in request.GET)
        except CALL_ERRORS as error:
            trouble = str(error_message(error))
    words = query.casefold().split()
    fitting = [one for one in jobs if one.job.matches(words)]
    context = {
        "form": form,
        "connected": bool(known),
        "trouble": trouble,
        "query": query,
        "jobs": [(one, account_label(one.connection) if len(known) > 1 else "") for one in fitting[:SHOWN]],
        "more": max(0, len(fitting) - SHOWN),
    }
    return render(request, "workspace/role/new.html", context)


def unlinked_jobs(member: Membership, *, fresh: bool = False) -> list[JobChoice]:
    """Jobs of no role yet, open ones first; confidential ones only for admins. Raises HarvestError, CannotOpen."""
    taken = set(Automation.objects.of(member.organisation).values_list("connection_id", "job_id"))
    found = job_choices(live_connections(member.organisation), fresh=fresh).choices
    return [
        one
        for one in found
        if (one.connection.pk, one.job.id) not in taken and (member.is_admin or not one.job.confidential)
    ]


@require_POST
@access.member(kinds=access.WORKS)
def role_from_job(request: MemberRequest) -> HttpResponseBase:
    """Create the role and go on to its stages. A second click leads to the same role."""
    named = parse_key(request.POST.get("job"), request.organisation)
    try:
        job = catalogue.job(*named) if named else None
        if named is None or job is None or (job.confidential and not request.member.is_admin):
            messages.warning(request, _("Choose a Greenhouse job."))
            return redirect("role_new", request.organisation.slug)
        choice = JobChoice(connection=named[0], job=job)
        addresses = catalogue.recruiter_addresses(choice.connection, job.id)
    except CALL_ERRORS as error:
        messages.error(request, str(error_message(error)))
        return redirect("role_new", request.organisation.slug)
    try:
        role = create_from_job(choice, addresses=addresses, by=request.member, now=clock.now())
    except JobTaken as taken:
        role = taken.role
    stages = reverse("role_automation_stages", args=[request.organisation.slug, role.pk])
    return redirect(f"{stages}?{urlencode({'job': choice.key})}")


def create_from_job(choice: JobChoice, *, addresses: Collection[str], by: Membership, now: datetime) -> Role:
    """A role linked to the job, without stages yet. Its owner is the job's recruiter, if a member. Raises JobTaken."""
    job = choice.job
    live = next((post for post in job.posts if post.live), None)
    with transaction.atomic():
        role = create_role(title=job.name[:200], owner=_recruiter(addresses, by) or by, now=now)
        link(
            role=role,
            job=job_link(choice, live),
            stages={},
            present=[],
            by=by,
            now=now,
            seen="",
        )
        return role


def _recruiter(addresses: Collection[str], by: Membership) -> Membership | None:
    wanted = {address.casefold() for address in addresses}
    working = Membership.objects.of(by.organisation).filter(deactivated_at=None, kind__in=access.WORKS)
    members = working.select_related("user", "organisation").order_by("pk") if wanted else ()
    return next((one for one in members if one.user.email.casefold() in wanted), None)
