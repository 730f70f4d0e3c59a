"""What Greenhouse has sent: the last deliveries, one of them whole, and working on it again."""

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.core import clock
from goodword.greenhouse.inbox.replay import replay as replay_event
from goodword.greenhouse.models import InboxEvent
from goodword.greenhouse.setup.views.shared import page

PAGE = 50

State = InboxEvent.State


@require_safe
@access.member(kinds=access.ADMIN)
def inbox(request: MemberRequest) -> HttpResponse:
    """The deliveries, newest first; a filter shows what failed or waits."""
    chosen = request.GET.get("state", "")
    events = InboxEvent.objects.of(request.organisation)
    failed = events.filter(state=State.FAILED).count()
    waiting = events.filter(state=State.RECEIVED).count()
    rows = events.filter(state=chosen) if chosen in State.values else events
    rows = rows.defer("body").order_by("-received_at", "-pk")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "chosen": chosen,
        "failed": failed,
        "waiting": waiting,
    }
    return page(request, "inbox", context)


@require_safe
@access.member(kinds=access.ADMIN)
def event(request: MemberRequest, pk: int) -> HttpResponse:
    """One delivery with its body. It holds personal data: that it was looked at is written down."""
    row = access.owned(InboxEvent.objects.of(request.organisation), pk)
    write(
        organisation=request.organisation,
        action="greenhouse.delivery_viewed",
        member=request.member,
        now=clock.now(),
        details={"event": row.pk},
    )
    return page(request, "event", {"event": row, "body": readable(bytes(row.body))})


@require_POST
@access.member(kinds=access.ADMIN)
def replay(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Work on a delivery again. It can do no harm: what counts is what Harvest says now."""
    row = access.owned(InboxEvent.objects.of(request.organisation), pk)
    replay_event(row, now=clock.now(), by=request.member)
    messages.success(request, _("It is worked on again. Reload the page to see the outcome."))
    return redirect("greenhouse_event", request.organisation.slug, row.pk)


def readable(body: bytes) -> str:
    """A body for people: indented if it is JSON, else as it came, with what is not text made visible."""
    text = body.decode("utf-8", errors="backslashreplace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
