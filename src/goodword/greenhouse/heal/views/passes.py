"""The page of healing: how the last pass went, what was healed and why, and *Sync now*."""

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
from goodword.greenhouse.heal import jobs, words
from goodword.greenhouse.heal.queries import HealHealth, heal_health
from goodword.greenhouse.heal.views.shared import page
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.views.shared import connected


@require_safe
@access.member(kinds=access.WORKS)
def healing(request: MemberRequest, pk: int) -> HttpResponse:
    """What passes found in the last days, and the one that runs."""
    connection = connected(request, pk)
    return page(request, "healing", overview(connection, request))


@require_safe
@access.member(kinds=access.WORKS)
def progress(request: MemberRequest, pk: int) -> HttpResponse:
    """Only how far the pass is, asked for every two seconds while one runs."""
    connection = connected(request, pk)
    return render(request, "greenhouse/heal/parts/pass.html", overview(connection, request))


@require_POST
@access.member(kinds=access.WORKS)
def sync_now(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Begin a full pass; while one runs it becomes a full one."""
    connection = connected(request, pk)
    now = clock.now()
    with transaction.atomic():
        row = jobs.begin_pass(connection, now=now, asked_by=request.member)
        write(
            organisation=request.organisation,
            action="healing.sync_asked",
            member=request.member,
            now=now,
            details={"connection": connection.pk},
        )
    if row is None:
        messages.info(request, _("A comparison was under way already. It compares everything now."))
    return redirect("greenhouse_healing", request.organisation.slug, connection.pk)


def overview(connection: Connection, request: MemberRequest) -> dict[str, Any]:
    """Variables of healing.html and of parts/pass.html."""
    health = heal_health(connection, now=clock.now(), member=request.member)
    return {"connection": connection, "health": health, **sentences(health)}


def sentences(health: HealHealth) -> dict[str, Any]:
    """What the health says, as the templates print it."""
    return {
        "took": words.took(health.last) if health.last else "",
        "result": words.result(health),
        "days": [
            {
                "day": day.day,
                "told": [words.told(one) for one in day.healed],
                "why": words.reason(day.why) if day.why else "",
            }
            for day in health.days
        ],
    }
