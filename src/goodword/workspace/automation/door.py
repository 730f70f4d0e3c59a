"""What the pages of the wizard share: who may, which job it is about, and what is said where Greenhouse is silent."""

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
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import catalogue
from goodword.greenhouse.setup.connection import connections
from goodword.greenhouse.setup.trouble import TROUBLES, trouble_of
from goodword.roles.models import Automation, Role
from goodword.roles.queries import visible_roles
from goodword.workspace.automation.accounts import Choice, parse

Wizard = Callable[[MemberRequest, Role, list[Connection]], HttpResponseBase]


def wizard(view: Wizard) -> Callable[..., HttpResponseBase]:
    """A page of the wizard: of a role the member sees, with a connection, and with a sentence and *Try again*
    where Greenhouse does not answer. What was chosen is kept."""

    @wraps(view)
    def wrapped(request: MemberRequest, pk: int) -> HttpResponseBase:
        roles = visible_roles(request.member).select_related("organisation")
        role = access.owned(roles, pk)
        known = connections(request.organisation)
        if not known:
            return page(request, role, "not_connected", {})
        try:
            return view(request, role, known)
        except TROUBLES as error:
            # Not a 5xx: with that Django would not keep the session, where the draft is.
            return page(request, role, "trouble", {"trouble": trouble_of(error), "again": _again(request)})

    return require_http_methods(["GET", "HEAD", "POST"])(access.member(kinds=access.WORKS)(wrapped))


def choice_of(request: MemberRequest, role: Role) -> Choice | None:
    """The job of the query string, unless it may not be chosen."""
    found = parse(request.GET.get("job"), request.organisation)
    if found is None:
        return None
    connection, job_id = found
    job = catalogue.job(connection, job_id)
    choice = Choice(connection=connection, job=job) if job is not None else None
    if choice is None or not visible([choice], role, request) or choice.key in taken(role):
        return None
    return choice


def visible(choices: list[Choice], role: Role, request: MemberRequest) -> list[Choice]:
    """Confidential jobs are seen by admins only, and where they are linked already."""
    if request.member.is_admin:
        return choices
    own = set(role.automations.values_list("connection_id", "job_id"))
    return [one for one in choices if not one.job.confidential or (one.connection.pk, one.job.id) in own]


def taken(role: Role) -> dict[str, Role]:
    """Jobs that belong to another role, by key."""
    rows = Automation.objects.of(role.organisation).exclude(role=role).select_related("role")
    return {f"{row.connection_id}-{row.job_id}": row.role for row in rows}


def begin_again(request: MemberRequest, role: Role, sentence: str = "") -> HttpResponseBase:
    """Back to the first page, with the reason."""
    messages.warning(request, sentence or _("Choose a Greenhouse job that you may link."))
    return redirect("role_automation", role.organisation.slug, role.pk)


def url(name: str, role: Role, key: str) -> str:
    """A page of the wizard about a job."""
    return reverse(name, args=[role.organisation.slug, role.pk]) + "?" + urlencode({"job": key})


def page(request: MemberRequest, role: Role, name: str, context: dict[str, Any]) -> HttpResponse:
    """Draw a page of the wizard."""
    return render(request, f"workspace/automation_{name}.html", {"role": role, **context})


def _again(request: MemberRequest) -> str:
    """The page to try again: with the job that was being chosen on the first one."""
    if request.method == "POST" and "job" in request.POST:
        return request.path + "?" + urlencode({"job": request.POST["job"][:60]})
    return request.get_full_path()
