"""The sync page: the last pass, what it found and why, and *Sync now*."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.core import clock
from goodword.greenhouse.models import Connection
from goodword.greenhouse.reconciliation import jobs, words
from goodword.greenhouse.reconciliation.queries import SyncStatus, sync_status
from goodword.greenhouse.reconciliation.views.shared import page
from goodword.greenhouse.setup.views.shared import connected


@require_safe
@access.member(kinds=access.WORKS)
def sync(request: MemberRequest, pk: int) -> HttpResponse:
    """What passes found in the last days, and the one that runs."""
    connection = connected(request, pk)
    return page(request, "sync", overview(connection, request))


@require_safe
@access.member(kinds=access.WORKS)
def progress(request: MemberRequest, pk: int) -> HttpResponse:
    """Only how far the pass is, asked for every two seconds while one runs."""
    connection = connected(request, pk)
    return render(request, "greenhouse/reconciliation/parts/pass.html", overview(connection, request))


@require_POST
@access.member(kinds=access.WORKS)
def sync_now(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Begin a full pass; while one runs it becomes a full one."""
    connection = connected(request, pk)
    now = clock.now()
    with transaction.atomic():
        row = jobs.begin_pass(connection, now=now, requested_by=request.member)
        write(
            organisation=request.organisation,
            action="reconciliation.requested",
            member=request.member,
            now=now,
            details={"connection": connection.pk},
        )
    if row is None:
        messages.info(request, _("A comparison was under way already. It compares everything now."))
    return redirect("greenhouse_sync", request.organisation.slug, connection.pk)


def overview(connection: Connection, request: MemberRequest) -> dict[str, Any]:
    """Variables of sync.html and of parts/pass.html."""
    health = sync_status(connection, now=clock.now(), member=request.member)
    return {"connection": connection, "health": health, **sentences(health)}


def sentences(health: SyncStatus) -> dict[str, Any]:
    """What the health says, as the templates print it."""
    return {
        "took": words.took(health.last) if health.last else "",
        "result": words.result(health),
        "days": [
            {
                "day": day.day,
                "told": [words.told(one) for one in day.counts],
                "why": words.reason(day.why) if day.why else "",
            }
            for day in health.days
        ],
    }
