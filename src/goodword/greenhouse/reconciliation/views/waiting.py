"""The list of starts that wait for a click: look, start, dismiss. Each is asked for on a page of its own first."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.reconciliation import jobs
from goodword.greenhouse.reconciliation import waiting as acts
from goodword.greenhouse.reconciliation.views.shared import page
from goodword.greenhouse.setup.views.shared import connected

PAGE = 50


@require_safe
@access.member(kinds=access.WORKS)
def waiting(request: MemberRequest, pk: int) -> HttpResponse:
    """Who waits, since when, and why."""
    connection = connected(request, pk)
    rows = acts.waiting_of(connection, request.member).select_related(
        "application__candidate", "application__role"
    )
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    asked = rows.filter(start_requested_at__isnull=False).count()
    context = {
        "connection": connection,
        "page": shown,
        "asked": asked,
        "followed": bool(request.GET.get("asked")),
        "undecided": shown.paginator.count - asked,
    }
    return page(request, "waiting", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def start(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Say what *Start* does and for how many, then do it."""

    def act(connection: Connection, pks: list[int]) -> int:
        with transaction.atomic():
            count = acts.ask_start(connection, pks, member=request.member, now=clock.now())
            if count:
                jobs.wake_starts(connection.pk)
        return count

    def said(count: int) -> str:
        return ngettext(
            "%(n)d start was asked for. Greenhouse is asked once more first.",
            "%(n)d starts were asked for. Greenhouse is asked once more first.",
            count,
        ) % {"n": count}

    return _decide(request, pk, "start", act=act, said=said)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def dismiss(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Say what *Dismiss* means, then do it."""

    def act(connection: Connection, pks: list[int]) -> int:
        return acts.dismiss(connection, pks, member=request.member, now=clock.now())

    def said(count: int) -> str:
        return ngettext("%(n)d was dismissed.", "%(n)d were dismissed.", count) % {"n": count}

    return _decide(request, pk, "dismiss", act=act, said=said)


def _decide(
    request: MemberRequest,
    pk: int,
    name: str,
    *,
    act: Callable[[Connection, list[int]], int],
    said: Callable[[int], str],
) -> HttpResponseBase:
    connection = connected(request, pk)
    chosen = _chosen(request, connection)
    if request.method == "POST":
        count = act(connection, list(chosen.values_list("pk", flat=True)))
        if count:
            messages.success(request, said(count))
        else:
            messages.info(request, _("Nothing was left to do: others have decided, or they have moved on."))
        return redirect("greenhouse_waiting", request.organisation.slug, connection.pk)
    if not chosen.exists():
        messages.info(request, _("Choose candidates first: tick them in the list."))
        return redirect("greenhouse_waiting", request.organisation.slug, connection.pk)
    return page(request, name, _context(connection, chosen, request))


def _chosen(request: MemberRequest, connection: Connection) -> QuerySet[Finding]:
    """Those that are ticked; or all, up to the newest one that the page knew of."""
    given = request.POST if request.method == "POST" else request.GET
    rows = acts.waiting_of(connection, request.member).filter(start_requested_at=None)
    if given.get("all"):
        upto = given.get("upto", "")
        return rows.filter(pk__lte=int(upto)) if upto.isdecimal() and len(upto) < 19 else rows
    ids = [int(one) for one in given.getlist("ids") if one.isdecimal() and len(one) < 19]
    return rows.filter(pk__in=ids)


def _context(connection: Connection, chosen: QuerySet[Finding], request: MemberRequest) -> dict[str, Any]:
    rows = list(chosen.select_related("application__candidate", "application__role"))
    everybody = bool(request.GET.get("all"))
    return {
        "connection": connection,
        "rows": rows[:PAGE],
        "count": len(rows),
        "more": max(0, len(rows) - PAGE),
        "everybody": everybody,
        "upto": max(row.pk for row in rows),
        "ids": [] if everybody else [row.pk for row in rows],
    }
