import json
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.core import clock
from goodword.greenhouse.client.records import LARGEST_ID
from goodword.greenhouse.inbox import processing
from goodword.greenhouse.inbox.payload import label
from goodword.greenhouse.inbox.queries import count_by_state, effects_of, list_entries, page_of, search
from goodword.greenhouse.models import Connection, Delivery
from goodword.greenhouse.pages import settings_page

State = Delivery.State

CHIPS = (
    ("", gettext_lazy("All")),
    (State.FAILED, gettext_lazy("Failed")),
    (State.RECEIVED, gettext_lazy("Waiting")),
    (State.HANDLED, gettext_lazy("Handled")),
)

#: maximum characters shown of a body
MAX_SHOWN = 200_000


@require_safe
@access.member(kinds=access.ADMIN)
def delivery_list(request: MemberRequest) -> HttpResponse:
    state = request.GET.get("state", "") if request.GET.get("state", "") in State.values else ""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    all_connections = list(Connection.objects.of(request.organisation).order_by("pk"))
    chosen = _chosen(request.GET.get("connection", ""), among=all_connections)
    rows = search(request.organisation, query=query, connection_id=chosen.pk if chosen else None)
    counts = count_by_state(rows)
    page = page_of(
        rows.filter(state=state) if state else rows,
        before=_number(request.GET.get("before", "")),
        after=_number(request.GET.get("after", "")),
    )
    link = partial(_query, state=state, q=query, connection=str(chosen.pk) if chosen else "")
    counts[""] = sum(counts.values())
    return settings_page(
        request,
        "inbox/list",
        {
            "entries": list_entries(page.rows, organisation=request.organisation),
            "older": link(before=str(page.older)) if page.older else "",
            "newer": link(after=str(page.newer)) if page.newer else "",
            "chips": [(link(state=value), text, counts[value], value == state) for value, text in CHIPS],
            "state": state,
            "query": query,
            "failed": counts[State.FAILED],
            "connections": [
                (link(connection=str(connection.pk)), connection.name, connection == chosen)
                for connection in all_connections
            ],
            "chosen": chosen,
            "every_connection": link(connection=""),
            "searched": bool(query or state or chosen),
        },
    )


@require_safe
@access.member(kinds=access.ADMIN)
def delivery_detail(request: MemberRequest, pk: int) -> HttpResponse:
    delivery = access.get_or_404(Delivery.objects.of(request.organisation).select_related("connection"), pk)
    write_by(request.member, "greenhouse.delivery_viewed", now=clock.now(), details={"event": delivery.pk})
    body = bytes(delivery.body)
    [entry] = list_entries([delivery], organisation=request.organisation)
    return settings_page(
        request,
        "inbox/delivery",
        {
            "delivery": delivery,
            "entry": entry,
            "label": label(delivery.action),
            "effects": effects_of(delivery, organisation=request.organisation),
            "indented": _indented(body),
            "as_received": _as_received(body),
            "size": len(body),
        },
    )


@require_POST
@access.member(kinds=access.ADMIN)
def replay_delivery(request: MemberRequest, pk: int) -> HttpResponseBase:
    delivery = access.get_or_404(Delivery.objects.of(request.organisation).defer("body"), pk)
    processing.replay(delivery, now=clock.now(), by=request.member)
    messages.success(request, _("The delivery is being processed again. Reload the page to see the outcome."))
    return redirect("greenhouse_delivery", request.organisation.slug, delivery.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def replay_failed(request: MemberRequest) -> HttpResponseBase:
    all_connections = list(Connection.objects.of(request.organisation).order_by("pk"))
    chosen = _chosen(request.GET.get("connection", ""), among=all_connections)
    back = _query(state=State.FAILED, connection=str(chosen.pk) if chosen else "")
    if request.method == "POST":
        count = processing.replay_failed(connection=chosen, now=clock.now(), by=request.member)
        text = ngettext(
            "{n} delivery is being processed again.", "{n} deliveries are being processed again.", count
        )
        messages.success(request, text.format(n=count))
        return redirect("greenhouse_inbox", request.organisation.slug)
    rows = search(request.organisation, connection_id=chosen.pk if chosen else None)
    failed = rows.filter(state=State.FAILED).count()
    several = chosen if len(all_connections) > 1 else None
    return settings_page(request, "inbox/replay_failed", {"failed": failed, "chosen": several, "back": back})


def _chosen(pk: str, *, among: list[Connection]) -> Connection | None:
    return next((connection for connection in among if str(connection.pk) == pk), None)


def _number(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None
    return number if number is not None and number <= LARGEST_ID else None


def _query(**values: str) -> str:
    return urlencode({name: value for name, value in values.items() if value})


def _indented(body: bytes) -> str:
    """Indent a body, up to a limit, since a short body can become very long when indented."""
    try:
        pieces = json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(json.loads(body))
        text, length = [], 0
        for piece in pieces:
            text.append(piece)
            length += len(piece)
            if length > MAX_SHOWN:
                break
    except (ValueError, RecursionError):
        return _as_received(body)
    return _printable("".join(text))


def _as_received(body: bytes) -> str:
    return _printable(body.decode("utf-8", errors="backslashreplace"))


def _printable(text: str) -> str:
    text = text[:MAX_SHOWN] + ("\n…" if len(text) > MAX_SHOWN else "")
    return text.replace("\0", "\\u0000").encode("utf-8", "backslashreplace").decode("utf-8")
