"""The connection, webhook deliveries, notes, and findings of reconciliation."""

from goodword.greenhouse.models.activity_feed import ActivityFeedNote
from goodword.greenhouse.models.connection import (
    CallTally,
    Connection,
    Permission,
    RateWindow,
    Webhook,
    WebhookSecret,
)
from goodword.greenhouse.models.inbox import Delivery
from goodword.greenhouse.models.reconciliation import Finding, Reconciliation

__all__ = [
    "ActivityFeedNote",
    "CallTally",
    "Connection",
    "Delivery",
    "Finding",
    "Permission",
    "RateWindow",
    "Reconciliation",
    "Webhook",
    "WebhookSecret",
]
