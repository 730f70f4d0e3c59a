"""The "?" box: endpoint, secret key, and the webhooks to create."""

from datetime import datetime
from typing import Any

from goodword.core.crypto import CannotOpen
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.greenhouse.setup import webhooks
from goodword.greenhouse.setup.connection import endpoint_url


def box_of(connection: Connection, *, now: datetime) -> dict[str, Any]:
    """Variables of parts/box.html; for admins only."""
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
