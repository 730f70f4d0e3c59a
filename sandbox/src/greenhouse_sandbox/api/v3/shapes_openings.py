"""Openings and offers as v3 shows them."""

from typing import Any

from greenhouse_sandbox.acts.custom_fields import shown
from greenhouse_sandbox.api.v3.shapes_jobs import stamps
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.offers import Offer
from greenhouse_sandbox.store.openings import CloseReason, Opening


def opening(store: Store, row: Opening) -> dict[str, Any]:
    """A place to fill."""
    return stamps(row) | {
        "job_id": row.job_id,
        "opened_at": milliseconds(row.opened_at),
        "closed_at": milliseconds(row.closed_at),
        "sort_order": row.sort_order,
        "opening_id": row.opening_id,
        "application_id": row.application_id,
        "close_reason_id": row.close_reason_id,
        "target_start_on": row.target_start_on,
        "open": row.open,
        "custom_fields": shown(store, "opening", row.custom_fields),
    }


def close_reason(_: Store, row: CloseReason) -> dict[str, Any]:
    """Why an opening was closed."""
    return stamps(row) | {"name": row.name}


def offer(store: Store, row: Offer) -> dict[str, Any]:
    """One version of an offer; its state is written with a capital."""
    return stamps(row) | {
        "version": row.version,
        "application_id": row.application_id,
        "job_id": row.job_id,
        "candidate_id": row.candidate_id,
        "opening_id": row.opening_id,
        "status": row.status,
        "starts_on": row.starts_on,
        "sent_on": row.sent_on,
        "resolved_at": milliseconds(row.resolved_at),
        "custom_fields": shown(store, "offer", row.custom_fields),
    }
