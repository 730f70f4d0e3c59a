"""Settings > Integrations: what is connected, how it does, and the "?" box."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.core.crypto import CannotOpen
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup import webhooks
from goodword.greenhouse.setup.card import card_of
from goodword.greenhouse.setup.connection import endpoint_url, latest
from goodword.greenhouse.setup.views.shared import connected, page


@require_safe
@access.member(kinds=access.WORKS)
def integrations(request: MemberRequest) -> HttpResponse:
    """The two groups of integrations, with the Greenhouse card in the first."""
    return page(request, "integrations", overview(request))


@require_safe
@access.member(kinds=access.ADMIN)
def box(request: MemberRequest) -> HttpResponse:
    """The "?" box as a page: endpoint, secret key, and the webhooks to create."""
    connection = connected(request)
    return page(request, "box", {"connection": connection, "box": box_of(connection)})


@require_safe
@access.member(kinds=access.ADMIN)
def pings(request: MemberRequest) -> HttpResponse:
    """Only which webhooks have shown themselves, asked for every two seconds while the box is there."""
    response = render(
        request, "greenhouse/setup/parts/pings.html", {"hooks": webhooks.standing(connected(request))}
    )
    response["Cache-Control"] = "no-store"
    return response


def overview(request: MemberRequest) -> dict[str, Any]:
    """Variables of integrations.html. Only an admin's page holds the box."""
    connection = latest(request.organisation)
    live = connection is not None and connection.state != Connection.State.DISCONNECTED
    return {
        "connection": connection,
        "live": live,
        "card": card_of(connection) if connection and live else None,
        "box": box_of(connection) if connection and live and request.member.is_admin else None,
        "hooks": webhooks.standing(connection) if connection and live else None,
    }


def box_of(connection: Connection) -> dict[str, Any]:
    """Variables of parts/box.html."""
    now = clock.now()
    newest, *older = WebhookSecret.valid(connection, now=now).select_related("connection")
    return {
        "endpoint_url": endpoint_url(connection),
        "secret_key": _revealed(newest),
        "older": older,
        "hooks": webhooks.standing(connection),
    }


def _revealed(secret: WebhookSecret) -> str:
    """Empty if it does not open any more (a field key was taken away): then only a new one helps."""
    try:
        return secret.reveal()
    except CannotOpen:
        return ""
