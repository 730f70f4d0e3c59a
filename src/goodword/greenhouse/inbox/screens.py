"""What Greenhouse has sent, for admins: search, one delivery whole, and working on it again."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.core import clock
from goodword.greenhouse.inbox import told
from goodword.greenhouse.inbox.actions import words
from goodword.greenhouse.inbox.readable import as_received, laid_out
from goodword.greenhouse.inbox.replay import replay as replay_one
from goodword.greenhouse.inbox.replay import replay_failed
from goodword.greenhouse.inbox.search import counted, found, page_of
from goodword.greenhouse.inbox.values import LARGEST_ID
from goodword.greenhouse.models import Connection, InboxEvent
from goodword.greenhouse.setup.views.shared import nav

State = InboxEvent.State

CHIPS = (
    ("", gettext_lazy("All")),
    (State.FAILED, gettext_lazy("Failed")),
    (State.RECEIVED, gettext_lazy("Waiting")),
    (State.HANDLED, gettext_lazy("Handled")),
)


@require_safe
@access.member(kinds=access.ADMIN)
def inbox(request: MemberRequest) -> HttpResponse:
    """The deliveries, newest first: all, in one state, of one connection, or those that a search means."""
    asked = request.GET
    state = asked.get("state", "") if asked.get("state", "") in State.values else ""
    query = asked.get("q", "").replace("\x00", "").strip()[:200]
    all_connections = list(Connection.objects.of(request.organisation).order_by("pk"))
    chosen = _chosen(asked.get("connection", ""), among=all_connections)
    rows = found(request.organisation, query=query, connection_id=chosen.pk if chosen else None)
    counts = counted(rows)
    page = page_of(
        rows.filter(state=state) if state else rows,
        before=_number(asked.get("before", "")),
        after=_number(asked.get("after", "")),
    )
    kept = partial(_query, state=state, q=query, connection=str(chosen.pk) if chosen else "")
    counts[""] = sum(counts.values())
    return _page(
        request,
        "list",
        {
            "lines": told.lines(page.rows, organisation=request.organisation),
            "older": kept(before=str(page.older)) if page.older else "",
            "newer": kept(after=str(page.newer)) if page.newer else "",
            "chips": [(kept(state=value), label, counts[value], value == state) for value, label in CHIPS],
            "state": state,
            "query": query,
            "failed": counts[State.FAILED],
            "connections": [
                (kept(connection=str(one.pk)), one.name, one == chosen) for one in all_connections
            ],
            "chosen": chosen,
            "every_connection": kept(connection=""),
            "searched": bool(query or state or chosen),
        },
    )


@require_safe
@access.member(kinds=access.ADMIN)
def event(request: MemberRequest, pk: int) -> HttpResponse:
    """One delivery with its body. It holds personal data: that it was looked at is written down."""
    row = access.owned(InboxEvent.objects.of(request.organisation).select_related("connection"), pk)
    write(
        organisation=request.organisation,
        action="greenhouse.delivery_viewed",
        member=request.member,
        now=clock.now(),
        details={"event": row.pk},
    )
    body = bytes(row.body)
    [line] = told.lines([row], organisation=request.organisation)
    return _page(
        request,
        "event",
        {
            "event": row,
            "line": line,
            "words": words(row.action),
            "caused": told.caused(row, organisation=request.organisation),
            "laid_out": laid_out(body),
            "as_received": as_received(body),
            "size": len(body),
        },
    )


@require_POST
@access.member(kinds=access.ADMIN)
def replay(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Work on a delivery again. It can do no harm: what counts is what Harvest says now."""
    row = access.owned(InboxEvent.objects.of(request.organisation).defer("body"), pk)
    replay_one(row, now=clock.now(), by=request.member)
    messages.success(request, _("It is worked on again. Reload the page to see the outcome."))
    return redirect("greenhouse_event", request.organisation.slug, row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def replay_all(request: MemberRequest) -> HttpResponseBase:
    """Say how many failed, then work on all of them again."""
    all_connections = list(Connection.objects.of(request.organisation).order_by("pk"))
    chosen = _chosen(request.GET.get("connection", ""), among=all_connections)
    back = _query(state=State.FAILED, connection=str(chosen.pk) if chosen else "")
    if request.method == "POST":
        count = replay_failed(connection=chosen, now=clock.now(), by=request.member)
        said = ngettext("{n} delivery is worked on again.", "{n} deliveries are worked on again.", count)
        messages.success(request, said.format(n=count))
        return redirect("greenhouse_inbox", request.organisation.slug)
    rows = found(request.organisation, connection_id=chosen.pk if chosen else None)
    failed = rows.filter(state=State.FAILED).count()
    several = chosen if len(all_connections) > 1 else None
    return _page(request, "replay_failed", {"failed": failed, "chosen": several, "back": back})


def _page(request: MemberRequest, name: str, context: Mapping[str, Any]) -> HttpResponse:
    """A settings page that no browser stores: bodies are about people."""
    response = render(request, f"greenhouse/inbox/{name}.html", {"settings_nav": nav(request), **context})
    response["Cache-Control"] = "no-store"
    return response


def _chosen(asked: str, *, among: list[Connection]) -> Connection | None:
    return next((one for one in among if str(one.pk) == asked), None)


def _number(asked: str) -> int | None:
    """An id out of an address; None for anything else."""
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 20 else None
    return number if number is not None and number <= LARGEST_ID else None


def _query(**values: str) -> str:
    """A query string of what is not empty."""
    return urlencode({name: value for name, value in values.items() if value})
