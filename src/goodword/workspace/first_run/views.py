from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connections import endpoint_url
from goodword.greenhouse.setup.errors import CALL_ERRORS, error_message
from goodword.greenhouse.setup.permissions import connection_card
from goodword.greenhouse.setup.webhooks import REQUIRED, endpoint_details
from goodword.workspace.first_run import checklist as first_runs
from goodword.workspace.first_run.checklist import Checklist, checklist
from goodword.workspace.role.new_role import unlinked_jobs

#: jobs offered by a button
JOBS = 3


@require_safe
@access.member(kinds=access.ADMIN)
def first_run(request: MemberRequest) -> HttpResponse:
    found, now = checklist(request.organisation), clock.now()
    context: dict[str, Any] = {"checklist": found, "ticks": found.ticks}
    if found.connection is not None:
        reveals = reauthentication.is_recent(request)
        context |= {
            "connection": found.connection,
            "card": connection_card(found.connection, now=now),
            "endpoint": endpoint_details(found.connection, now=now, reveals=reveals),
            "instructions": _instructions(request, found.connection),
        }
        if found.role is None:
            context |= _jobs(request)
    response = render(request, "workspace/first_run/checklist.html", context)
    response["Cache-Control"] = "no-store"  # shows the secret key
    return response


def _jobs(request: MemberRequest) -> dict[str, Any]:
    try:
        jobs = [one for one in unlinked_jobs(request.member) if one.job.is_open]
    except CALL_ERRORS as error:
        return {"trouble": str(error_message(error))}
    return {"jobs": jobs[:JOBS], "jobs_count": len(jobs)}


def _instructions(request: MemberRequest, connection: Connection) -> str:
    """A mailto link, without the secret key."""
    lines = [
        _("Please create these four webhooks in Greenhouse:"),
        "Configure > Dev Center > Web Hooks > Create New Web Hook",
        "",
        *(f"{spec.name}: {spec.when}" for spec in REQUIRED),
        "",
        _("Endpoint URL: %(url)s") % {"url": endpoint_url(connection)},
        _("Secret key: ask %(name)s") % {"name": request.member.user.name},
    ]
    subject = _("Webhooks for Goodword")
    return f"mailto:?subject={quote(subject)}&body={quote(chr(10).join(lines))}"


@require_safe
@access.member(kinds=access.ADMIN)
def progress(request: MemberRequest) -> HttpResponse:
    """What changes on the page while it is open."""
    found: Checklist = checklist(request.organisation)
    context = {
        "checklist": found,
        "ticks": found.ticks,
        "connection": found.connection,
        "webhooks": found.webhooks,
        "table": "table" in request.GET,
    }
    response = render(request, "workspace/first_run/progress.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@access.member(kinds=access.ADMIN)
def dismiss(request: MemberRequest) -> HttpResponseBase:
    first_runs.dismiss(by=request.member, now=clock.now())
    return redirect("needs_you", request.organisation.slug)
