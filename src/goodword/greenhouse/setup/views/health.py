"""The health of one Greenhouse account: all that is known of how the two sides get on, and *Test now*."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock, heartbeat
from goodword.greenhouse.activity_feed.notes import activity_feed_status
from goodword.greenhouse.inbox.queries import inbox_health
from goodword.greenhouse.reconciliation.status import sync_status
from goodword.greenhouse.reconciliation.views.sync import status_context
from goodword.greenhouse.setup import failed_tasks, stalled, webhooks
from goodword.greenhouse.setup.card import card_of
from goodword.greenhouse.setup.self_test import run_test
from goodword.greenhouse.setup.silence import heard
from goodword.greenhouse.setup.views.shared import connected, page
from goodword.greenhouse.sync.calls import CallHealth, call_health

#: where the outcome of a test waits for the page that shows it
KEPT = "greenhouse_test"


@require_safe
@access.member(kinds=access.WORKS)
def health(request: MemberRequest, pk: int) -> HttpResponse:
    """All of it on one page. What names people or holds secrets is for admins."""
    connection, now = connected(request, pk), clock.now()
    hooks = webhooks.standing(connection)
    context: dict[str, Any] = {
        "connection": connection,
        "card": card_of(connection, now=now),
        "hooks": hooks,
        "heard": heard(connection, hooks, now=now),
        "inbox": inbox_health(connection, now=now),
        "feed": activity_feed_status(connection),
        **status_context(sync_status(connection, now=now, member=request.member)),
        **_calls(call_health(connection, now=now)),
        "stalled": stalled.stalled_of(request.member),
        "failed_tasks": failed_tasks.failed_tasks(request.member, now=now),
        "no_worker": heartbeat.missing(),
        "tested": request.session.pop(f"{KEPT}:{connection.pk}", None),
    }
    return page(request, "health", context)


@require_POST
@access.member(kinds=access.ADMIN)
def run(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Call Greenhouse with each permission's read, and our own endpoint from the outside."""
    connection = connected(request, pk)
    found = run_test(connection, member=request.member, now=clock.now())
    request.session[f"{KEPT}:{connection.pk}"] = [
        {"tone": one.tone, "sentence": one.sentence} for one in found
    ]
    return redirect("greenhouse_health", request.organisation.slug, connection.pk)


@require_POST
@access.member(kinds=access.ADMIN)
def again(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Retry the failed reactions and jobs."""
    connection = connected(request, pk)
    count = stalled.try_again(request.organisation, member=request.member, now=clock.now())
    if count:
        words = ngettext("Retrying %(n)s action.", "Retrying %(n)s actions.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.info(request, _("There is nothing left to retry."))
    return redirect("greenhouse_health", request.organisation.slug, connection.pk)


def _calls(found: CallHealth) -> dict[str, Any]:
    """The calls as the table shows them: each outcome of the day, beside it the last hour's."""
    lately = {one.name: one.calls for one in found.hour.outcomes}
    return {
        "calls": found,
        "outcomes": [
            {"words": one.words, "day": one.calls, "hour": lately.get(one.name, 0)}
            for one in found.day.outcomes
        ],
        "used": (found.limit or 0) - (found.remaining or 0),
    }
