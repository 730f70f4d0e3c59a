from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.core.health import installation_problems
from goodword.greenhouse.activity_feed.notes import activity_feed_status
from goodword.greenhouse.inbox.queries import inbox_health
from goodword.greenhouse.pages import connected, settings_page
from goodword.greenhouse.reconciliation.status import sync_status
from goodword.greenhouse.reconciliation.views import status_context
from goodword.greenhouse.setup import failed_work
from goodword.greenhouse.setup.permissions import connection_card
from goodword.greenhouse.setup.self_check import check_connection
from goodword.greenhouse.setup.webhooks import webhook_activity, webhook_setup
from goodword.greenhouse.sync.calls import CallHealth, call_health

RESULTS = "greenhouse_test"


@require_safe
@access.member(kinds=access.WORKS)
def health(request: MemberRequest, pk: int) -> HttpResponse:
    connection, now = connected(request, pk), clock.now()
    webhooks = webhook_setup(connection)
    context: dict[str, Any] = {
        "connection": connection,
        "card": connection_card(connection, now=now),
        "webhooks": webhooks,
        "activity": webhook_activity(connection, webhooks, now=now),
        "inbox": inbox_health(connection, now=now),
        "feed": activity_feed_status(connection),
        **status_context(sync_status(connection, now=now, member=request.member)),
        **_calls_context(call_health(connection, now=now)),
        "failed_reactions": failed_work.failed_reactions(request.member),
        "failed_jobs": failed_work.failed_jobs(request.member, now=now),
        "installation": installation_problems(now=now),
        "results": request.session.pop(f"{RESULTS}:{connection.pk}", None),
    }
    return settings_page(request, "setup/health", context)


@require_POST
@access.member(kinds=access.ADMIN)
def test_now(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    results = check_connection(connection, member=request.member, now=clock.now())
    request.session[f"{RESULTS}:{connection.pk}"] = [
        {"tone": result.tone, "sentence": result.sentence} for result in results
    ]
    return redirect("greenhouse_health", request.organisation.slug, connection.pk)


@require_POST
@access.member(kinds=access.ADMIN)
def retry_failed(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    count = failed_work.retry_all(request.organisation, member=request.member, now=clock.now())
    if count:
        words = ngettext("Retrying %(n)s action.", "Retrying %(n)s actions.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.info(request, _("There is nothing left to retry."))
    return redirect("greenhouse_health", request.organisation.slug, connection.pk)


def _calls_context(calls: CallHealth) -> dict[str, Any]:
    last_hour = {outcome.name: outcome.calls for outcome in calls.hour.outcomes}
    return {
        "calls": calls,
        "outcomes": [
            {"words": outcome.words, "day": outcome.calls, "hour": last_hour.get(outcome.name, 0)}
            for outcome in calls.day.outcomes
        ],
        "used": (calls.limit or 0) - (calls.remaining or 0),
    }
