"""Rows of the Greenhouse road: the connection, what comes in, what goes out, what was missed."""

from goodword.greenhouse.models.calls import CallTally, RateWindow
from goodword.greenhouse.models.connection import Connection, Permission, Webhook, WebhookSecret
from goodword.greenhouse.models.feed import FeedPost
from goodword.greenhouse.models.inbox import InboxEvent
from goodword.greenhouse.models.reconciliation import Finding, Reconciliation

__all__ = [
    "CallTally",
    "Connection",
    "FeedPost",
    "Finding",
    "InboxEvent",
    "Permission",
    "RateWindow",
    "Reconciliation",
    "Webhook",
    "WebhookSecret",
]
