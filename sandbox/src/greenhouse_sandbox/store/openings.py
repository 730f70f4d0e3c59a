"""Openings of jobs, and why they are closed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from greenhouse_sandbox.store.row import Row


@dataclass(kw_only=True)
class CloseReason(Row):
    """Why an opening was closed; names that begin with "Hire -" count as hires."""

    name: str


@dataclass(kw_only=True)
class Opening(Row):
    """One place to fill. `opening_id` is the customer's own number; `target_start_on` an ISO date."""

    job_id: int
    opening_id: str | None = None
    sort_order: int = 0
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    application_id: int | None = None
    close_reason_id: int | None = None
    target_start_on: str | None = None
    custom_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it is still to be filled."""
        return self.closed_at is None
