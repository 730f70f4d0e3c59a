"""The sync page: the last pass, what was found in the last days and why, and *Sync now*."""

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
from goodword.greenhouse.reconciliation import jobs, status
from goodword.greenhouse.setup.views.shared import connected, nav


@require_safe
@access.member(kinds=access.WORKS)
def sync(request: MemberRequest, pk: int) -> HttpResponse:
    """The sync page of a connection."""
    context = {"settings_nav": nav(request), **_context(connected(request, pk), request)}
    return render(request, "greenhouse/reconciliation/sync.html", context)


@require_safe
@access.member(kinds=access.WORKS)
def progress(request: MemberRequest, pk: int) -> HttpResponse:
    """The card of the running pass, polled every two seconds."""
    context = _context(connected(request, pk), request)
    return render(request, "greenhouse/reconciliation/parts/pass.html", context)


@require_POST
@access.member(kinds=access.WORKS)
def sync_now(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Begin a full pass; a running one becomes a full one."""
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
        messages.info(request, _("A sync is already running. It now compares everything."))
    return redirect("greenhouse_sync", request.organisation.slug, connection.pk)


def status_context(found: status.SyncStatus) -> dict[str, Any]:
    """Variables of parts/pass.html, parts/days.html and summary.html."""
    return {
        "sync": found,
        "duration": status.duration(found.last) if found.last else "",
        "summary": status.summary(found),
        "days": [
            {
                "day": day.day,
                "findings": [status.describe(one) for one in day.counts],
                "explanation": status.explain(day.deliveries) if day.deliveries else "",
            }
            for day in found.days
        ],
    }


def _context(connection: Connection, request: MemberRequest) -> dict[str, Any]:
    found = status.sync_status(connection, now=clock.now(), member=request.member)
    return {"connection": connection, **status_context(found)}
