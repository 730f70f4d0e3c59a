"""Offers, interviews and scorecards as web hook bodies show them."""

from typing import Any

from greenhouse_sandbox.clock import milliseconds, seconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.offers import ACCEPTED, Interview, Offer, Scorecard


def offer_payload(offer: Offer) -> dict[str, Any]:
    """An offer that was made, changed or approved: no wrapper round it, and a start date in American order."""
    return {
        "id": offer.id,
        "application_id": offer.application_id,
        "job_id": offer.job_id,
        "user_id": offer.user_id,
        "version": offer.version,
        "sent_on": offer.sent_on,
        "resolved_at": seconds(offer.resolved_at),
        "start_date": f"{offer.start:%m/%d/%Y}" if offer.start else None,
        "notes": offer.notes,
        "offer_status": offer.status,
        "custom_fields": offer.custom_fields,
    }


def deleted_offer_payload(offer: Offer) -> dict[str, Any]:
    """An offer that was deleted: wrapped, and its author under another name."""
    return {
        "offer": {
            "id": offer.id,
            "application_id": offer.application_id,
            "offering_user_id": offer.user_id,
            "offer_status": offer.status,
            "version": offer.version,
            "sent_on": offer.sent_on,
            "resolved_at": seconds(offer.resolved_at),
            "notes": offer.notes,
            "job_id": offer.job_id,
        }
    }


def hired_offer(store: Store, application: Application) -> dict[str, Any]:
    """The `offer` of a hire. Where somebody was hired without one, one is made up from the hire."""
    accepted = [row for row in store.offers.by("application_id", application.id) if row.status == ACCEPTED]
    offer = accepted[-1] if accepted else None
    hired_on = application.hired_at.date().isoformat() if application.hired_at else None
    return {
        "id": offer.id if offer else application.id + 1,
        "version": offer.version if offer else 1,
        "created_at": seconds(offer.created_at if offer else application.hired_at),
        "sent_at": offer.sent_on if offer else hired_on,
        "resolved_at": seconds(offer.resolved_at if offer else application.hired_at),
        "starts_at": offer.starts_on if offer else hired_on,
        "custom_fields": offer.custom_fields if offer else {},
    }


def interview_payload(interview: Interview) -> dict[str, Any]:
    """An interview that was cancelled: its id and no more."""
    return {"interview": {"id": interview.id}}


def scorecard_payload(card: Scorecard) -> dict[str, Any]:
    """A scorecard that was deleted."""
    return {
        "scorecard": {
            "id": card.id,
            "candidate_id": card.candidate_id,
            "interviewed_at": milliseconds(card.interviewed_at),
            "created_at": milliseconds(card.created_at),
            "updated_at": milliseconds(card.updated_at),
            "scorecard_status": card.status,
        }
    }
