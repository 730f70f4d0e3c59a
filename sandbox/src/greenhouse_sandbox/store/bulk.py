"""Requests for many records at once, which Greenhouse works off later."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from greenhouse_sandbox.store.row import Row


@dataclass(kw_only=True)
class BulkRequest(Row):
    """One request, and how it went. `results` has one entry a record, in the order of the request."""

    bulk_action_uuid: str
    requested_by_user_id: int
    api_endpoint: str
    record_count: int
    success_count: int
    failure_count: int
    status: str = "completed"
    callback_url: str | None = None
    completed_at: datetime | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
