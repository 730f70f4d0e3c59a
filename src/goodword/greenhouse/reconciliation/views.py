from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.navigation import settings_nav
from goodword.core import clock
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.pages import connected
from goodword.greenhouse.reconciliation import missed_invitations as domain
from goodword.greenhouse.reconciliation import run, status

PAGE = 50


@require_safe
@access.member(kinds=access.WORKS)
def sync(request: MemberRequest, pk: int) -> HttpResponse:
    context = {"settings_nav": settings_nav(request), **_sync_context(connected(request, pk), request)}
    return render(request, "greenhouse/reconciliation/sync.html", context)


@require_safe
@access.member(kinds=access.WORKS)
def progress(request: MemberRequest, pk: int) -> HttpResponse:
    context = _sync_context(connected(request, pk), request)
    context["finished"] = context["sync"].running is None  # the page polls only while a sync is running
    return render(request, "greenhouse/reconciliation/parts/pass.html", context)


@require_POST
@access.member(kinds=access.WORKS)
def sync_now(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    now = clock.now()
    with transaction.atomic():
        row = run.begin_pass(connection, now=now, requested_by=request.member)
        write_by(request.member, "reconciliation.requested", now=now, details={"connection": connection.pk})
    if row is None:
        messages.info(request, _("A sync is already running. It now compares everything."))
    return redirect("greenhouse_sync", request.organisation.slug, connection.pk)


def status_context(found: status.SyncStatus) -> dict[str, Any]:
    return {
        "sync": found,
        "duration": status.duration(found.last) if found.last else "",
        "summary": status.summary(found),
        "days": [
            {
                "day": day.day,
                "findings": [status.describe(count) for count in day.counts],
                "explanation": status.explain(day.deliveries) if day.deliveries else "",
            }
            for day in found.days
        ],
    }


def _sync_context(connection: Connection, request: MemberRequest) -> dict[str, Any]:
    found = status.sync_status(connection, now=clock.now(), member=request.member)
    return {"connection": connection, **status_context(found)}


@require_safe
@access.member(kinds=access.WORKS)
def missed_invitations(request: MemberRequest, pk: int) -> HttpResponse:
    connection = connected(request, pk)
    rows = domain.waiting_for(request.member, connection).select_related(
        "application__candidate", "application__role"
    )
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    requested = rows.filter(invite_requested_at__isnull=False).count()
    context = {
        "connection": connection,
        "page": shown,
        "requested": requested,
        "not_invited": rows.filter(invite_requested_at=None, sentence=domain.NOT_INVITED).count(),
        "polled": bool(request.GET.get("polled")),
        "undecided": shown.paginator.count - requested,
    }
    return _page(request, "missed_invitations", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def invite(request: MemberRequest, pk: int) -> HttpResponseBase:
    def act(connection: Connection, pks: list[int]) -> int:
        with transaction.atomic():
            count = domain.request_invitations(connection, pks, member=request.member, now=clock.now())
            if count:
                run.wake_invite(connection.pk)
        return count

    def message(count: int) -> str:
        return ngettext(
            "%(n)d invitation is being sent. Goodword checks the stage in Greenhouse first.",
            "%(n)d invitations are being sent. Goodword checks the stages in Greenhouse first.",
            count,
        ) % {"n": count}

    return _decide(request, pk, "invite", act=act, message=message)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def dismiss(request: MemberRequest, pk: int) -> HttpResponseBase:
    def act(connection: Connection, pks: list[int]) -> int:
        return domain.dismiss(connection, pks, member=request.member, now=clock.now())

    def message(count: int) -> str:
        return ngettext("%(n)d dismissed.", "%(n)d dismissed.", count) % {"n": count}

    return _decide(request, pk, "dismiss", act=act, message=message)


def _decide(
    request: MemberRequest,
    pk: int,
    name: str,
    *,
    act: Callable[[Connection, list[int]], int],
    message: Callable[[int], str],
) -> HttpResponseBase:
    connection = connected(request, pk)
    chosen = _chosen(request, connection)
    if request.method == "POST":
        count = act(connection, list(chosen.values_list("pk", flat=True)))
        if count:
            messages.success(request, message(count) + _left_out(len(_chosen_ids(request.POST)) - count))
        else:
            messages.info(
                request, _("Nothing to do: someone else has decided, or the candidates have moved on.")
            )
        return redirect("greenhouse_missed_invitations", request.organisation.slug, connection.pk)
    if not chosen.exists():
        messages.info(request, _("Choose candidates first."))
        return redirect("greenhouse_missed_invitations", request.organisation.slug, connection.pk)
    return _page(request, name, _confirmation(connection, chosen, request))


def _chosen(request: MemberRequest, connection: Connection) -> QuerySet[Finding]:
    data = request.POST if request.method == "POST" else request.GET
    rows = domain.waiting_for(request.member, connection).filter(invite_requested_at=None)
    if data.get("all"):
        upto = data.get("upto", "")
        return rows.filter(pk__lte=int(upto)) if upto.isdecimal() and len(upto) < 19 else rows
    return rows.filter(pk__in=_chosen_ids(data))


def _chosen_ids(data: QueryDict) -> set[int]:
    """Empty if all are chosen."""
    return {int(text) for text in data.getlist("ids") if text.isdecimal() and len(text) < 19}


def _left_out(n: int) -> str:
    if n <= 0:
        return ""
    sentence = ngettext(
        "%(n)d left out: someone else has decided, or the candidate has moved on.",
        "%(n)d left out: someone else has decided, or the candidates have moved on.",
        n,
    )
    return " " + sentence % {"n": n}


def _confirmation(
    connection: Connection, chosen: QuerySet[Finding], request: MemberRequest
) -> dict[str, Any]:
    rows = list(chosen.select_related("application__candidate", "application__role"))
    everyone = bool(request.GET.get("all"))
    return {
        "connection": connection,
        "rows": rows[:PAGE],
        "count": len(rows),
        "more": max(0, len(rows) - PAGE),
        "everyone": everyone,
        "upto": max(row.pk for row in rows),
        "ids": [] if everyone else [row.pk for row in rows],
    }


def _page(request: MemberRequest, name: str, context: Mapping[str, Any]) -> HttpResponse:
    return render(
        request, f"greenhouse/reconciliation/{name}.html", {"settings_nav": settings_nav(request), **context}
    )
