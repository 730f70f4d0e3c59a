"""The setup checklist, updated from the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.connections import CALL_ERRORS, endpoint_url, error_message, oldest_connection
from goodword.greenhouse.setup.permissions import connection_card
from goodword.greenhouse.setup.webhooks import REQUIRED, WebhookSetup, endpoint_details, webhook_setup
from goodword.roles.models import Role, StageRule
from goodword.workflow.models import StepRequest
from goodword.workspace.role.settings_page import unlinked_jobs

STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """`role`: the newest with a mapped stage, named in `stages`. `unmapped`: the newest without one."""

    connection: Connection | None
    webhooks: WebhookSetup | None
    role: Role | None
    stages: tuple[str, ...]
    unmapped: Role | None
    first: StepRequest | None

    @property
    def ticks(self) -> list[bool]:
        connected = self.connection is not None and self.connection.state == Connection.State.ACTIVE
        webhooks = self.webhooks is not None and self.webhooks.complete
        return [connected, webhooks, self.role is not None, self.first is not None]

    @property
    def done(self) -> int:
        return sum(self.ticks)

    @property
    def complete(self) -> bool:
        return self.done == STEPS

    @property
    def current(self) -> int:
        """The number of the first open step, from 1; one more than the last if all are done."""
        return next((number for number, tick in enumerate(self.ticks, start=1) if not tick), STEPS + 1)


def is_landing_page(member: Membership) -> bool:
    """Whether admins land here: until the first invitation or candidate without an ATS, or until one dismisses it."""
    organisation = member.organisation
    return (
        member.is_admin
        and organisation.setup_dismissed_at is None
        and not StepRequest.objects.of(organisation).exists()
        and not Application.objects.of(organisation).filter(connection_id=None).exists()
    )


def checklist(organisation: Organisation) -> Checklist:
    connection = oldest_connection(organisation)
    roles = Role.objects.of(organisation).filter(archived_at=None).order_by("-pk")
    mapped = StageRule.objects.of(organisation).values("step__role")
    role = roles.filter(pk__in=mapped).first()
    rules = StageRule.objects.of(organisation).filter(step__role=role).order_by("pk") if role else ()
    requests = StepRequest.objects.of(organisation).select_related("application__candidate")
    return Checklist(
        connection=connection,
        webhooks=webhook_setup(connection) if connection else None,
        role=role,
        stages=tuple(dict.fromkeys(rule.stage_name for rule in rules)),
        unmapped=None if role else roles.first(),
        first=requests.order_by("pk").first(),
    )


def dismiss_checklist(*, by: Membership, now: datetime) -> None:
    with transaction.atomic():
        rows = Organisation.objects.filter(pk=by.organisation_id, setup_dismissed_at=None)
        if rows.update(setup_dismissed_at=now):
            write_by(by, "setup.dismissed", now=now)


#: jobs offered as buttons
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
    response["Cache-Control"] = "no-store"  # which shows the secret key
    return response


def _jobs(request: MemberRequest) -> dict[str, Any]:
    try:
        jobs = [unlinked_job for unlinked_job in unlinked_jobs(request.member) if unlinked_job.job.is_open]
    except CALL_ERRORS as error:
        return {"trouble": str(error_message(error))}
    return {"jobs": jobs[:JOBS], "jobs_count": len(jobs)}


def _instructions(request: MemberRequest, connection: Connection) -> str:
    """A mailto link without the secret key."""
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
    dismiss_checklist(by=request.member, now=clock.now())
    return redirect("needs_you", request.organisation.slug)
