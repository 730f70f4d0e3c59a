"""Openings and offers as v1 shows them."""

from typing import Any

from greenhouse_sandbox.acts.custom_fields import shown
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.offers import ACCEPTED, CREATED, DECLINED, DEPRECATED, Offer
from greenhouse_sandbox.store.openings import Opening

OFFER_STATES = {
    "unresolved": CREATED,
    "accepted": ACCEPTED,
    "rejected": DECLINED,
    "deprecated": DEPRECATED,
}
"""The state of an offer in v1 to its name in the store."""


def custom_fields(store: Store, field_type: str, kept: dict[str, Any]) -> dict[str, Any]:
    """The two members in which v1 has custom fields: values alone, and keyed with name and type."""
    fields = shown(store, field_type, kept)
    return {
        "custom_fields": {key: one["value"] for key, one in fields.items()},
        "keyed_custom_fields": fields,
    }


def opening(store: Store, row: Opening) -> dict[str, Any]:
    """A place to fill."""
    return bare_opening(store, row) | custom_fields(store, "opening", row.custom_fields)


def bare_opening(store: Store, row: Opening) -> dict[str, Any]:
    """A place to fill, as jobs and offers embed it."""
    reason = store.close_reasons.get(row.close_reason_id)
    return {
        "id": row.id,
        "opening_id": row.opening_id,
        "status": "open" if row.open else "closed",
        "opened_at": milliseconds(row.opened_at),
        "closed_at": milliseconds(row.closed_at),
        "application_id": row.application_id,
        "close_reason": {"id": reason.id, "name": reason.name} if reason else None,
    }


def new_opening(row: Opening) -> dict[str, Any]:
    """A new opening."""
    return {"id": row.id, "opening_id": row.opening_id, "open_date": milliseconds(row.opened_at)}


def offer(store: Store, row: Offer) -> dict[str, Any]:
    """One version of an offer."""
    place = store.openings.get(row.opening_id)
    states = {kept: name for name, kept in OFFER_STATES.items()}
    return {
        "id": row.id,
        "version": row.version,
        "application_id": row.application_id,
        "job_id": row.job_id,
        "candidate_id": row.candidate_id,
        "opening": bare_opening(store, place) if place else None,
        "created_at": milliseconds(row.created_at),
        "updated_at": milliseconds(row.updated_at),
        "sent_at": row.sent_on,
        "resolved_at": milliseconds(row.resolved_at),
        "starts_at": row.starts_on,
        "status": states[row.status],
        **custom_fields(store, "offer", row.custom_fields),
    }
