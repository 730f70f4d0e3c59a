"""Offers, interviews that are booked, and what interviewers wrote about them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from greenhouse_sandbox.store.row import Row

CREATED, ACCEPTED, DECLINED, DEPRECATED = "Created", "Accepted", "Rejected", "Deprecated"
"""The states of an offer, spelled as Greenhouse does."""


@dataclass(kw_only=True)
class Offer(Row):
    """One version of an offer. A change makes a new version and deprecates the former.

    The dates are ISO 8601 texts without a time.
    """

    application_id: int
    job_id: int | None
    candidate_id: int
    version: int = 1
    status: str = CREATED
    opening_id: int | None = None
    user_id: int | None = None
    approved_at: datetime | None = None
    sent_on: str | None = None
    starts_on: str | None = None
    resolved_at: datetime | None = None
    notes: str | None = None
    custom_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> date | None:
        """The candidate's first day."""
        return date.fromisoformat(self.starts_on) if self.starts_on else None


@dataclass(kw_only=True)
class Interview(Row):
    """An interview that is booked for an application."""

    application_id: int
    candidate_id: int
    job_stage_id: int | None
    starts_at: datetime
    organiser_id: int | None = None


@dataclass(kw_only=True)
class Scorecard(Row):
    """What one interviewer thinks. `rating` is Greenhouse's overall recommendation."""

    application_id: int
    candidate_id: int
    interview_id: int | None
    submitted_by_id: int | None
    interviewed_at: datetime
    rating: str = "yes"
    status: str = "complete"
