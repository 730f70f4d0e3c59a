"""Rows of the Greenhouse road: the connection, what comes in, what goes out."""

from goodword.greenhouse.models.connection import Connection, Permission, Webhook, WebhookSecret
from goodword.greenhouse.models.feed import FeedPost
from goodword.greenhouse.models.inbox import InboxEvent

__all__ = ["Connection", "FeedPost", "InboxEvent", "Permission", "Webhook", "WebhookSecret"]
