"""Web hooks and what was sent to them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from greenhouse_sandbox.store.row import Row

PENDING, HELD, DELIVERED, GIVEN_UP, DROPPED = "pending", "held", "delivered", "given up", "dropped"


@dataclass(kw_only=True)
class Webhook(Row):
    """A web hook: one event, one endpoint. `active` is false after a failed ping."""

    name: str
    action: str
    endpoint_url: str
    secret_key: str
    active: bool = False


@dataclass(kw_only=True)
class Delivery(Row):
    """One event on its way to one endpoint. `body` is the exact text that is signed and sent.

    `attempts` holds `{"at": iso, "event_id": str, "status": int | None, "error": str | None, "milliseconds": int}`.
    `fault` names what was ordered to go wrong with it. It waits for the first attempt of `after_id`, if any, and
    signs its first `corrupt_attempts` attempts wrongly.
    """

    webhook_id: int
    event_id: str
    action: str
    body: str
    state: str = PENDING
    next_attempt_at: datetime | None = None
    attempts: list[dict[str, Any]] = field(default_factory=list)
    copy_of_id: int | None = None
    fault: str | None = None
    after_id: int | None = None
    corrupt_attempts: int = 0
