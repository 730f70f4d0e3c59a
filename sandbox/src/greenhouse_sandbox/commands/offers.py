from typing import Any

from greenhouse_sandbox.acts import offers
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.commands.wanted import Wanted
from greenhouse_sandbox.store.applications import Offer


def create(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    offer = offers.create_offer(
        wanted.store,
        one,
        starts_on=wanted.text("starts_on"),
        notes=wanted.text("notes"),
        actor_id=wanted.actor_id,
        now=wanted.now,
    )
    return _summary(offer)


def approve(wanted: Wanted) -> dict[str, Any]:
    offer = _open(wanted)
    offers.approve_offer(wanted.store, offer, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(offer)


def accept(wanted: Wanted) -> dict[str, Any]:
    offer = _open(wanted)
    offers.accept_offer(wanted.store, offer, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(offer)


def decline(wanted: Wanted) -> dict[str, Any]:
    offer = _open(wanted)
    offers.decline_offer(wanted.store, offer, actor_id=wanted.actor_id, now=wanted.now)
    return _summary(offer)


def delete(wanted: Wanted) -> dict[str, Any]:
    offer = wanted.row(wanted.store.offers, "offer_id")
    offers.delete_offer(wanted.store, offer)
    return _summary(offer)


def schedule(wanted: Wanted) -> dict[str, Any]:
    one = wanted.application()
    row = offers.schedule_interview(wanted.store, one, actor_id=wanted.actor_id, now=wanted.now)
    return {"interview_id": row.id, "application_id": one.id}


def cancel(wanted: Wanted) -> dict[str, Any]:
    row = wanted.row(wanted.store.interviews, "interview_id")
    offers.cancel_interview(wanted.store, row, actor_id=wanted.actor_id, now=wanted.now)
    return {"interview_id": row.id, "application_id": row.application_id}


def write_scorecard(wanted: Wanted) -> dict[str, Any]:
    one, rating = wanted.application(), wanted.text("rating") or "yes"
    card = offers.write_scorecard(wanted.store, one, rating=rating, actor_id=wanted.actor_id, now=wanted.now)
    return {"scorecard_id": card.id, "application_id": one.id}


def delete_scorecard(wanted: Wanted) -> dict[str, Any]:
    card = wanted.row(wanted.store.scorecards, "scorecard_id")
    offers.delete_scorecard(wanted.store, card)
    return {"scorecard_id": card.id, "application_id": card.application_id}


def _open(wanted: Wanted) -> Offer:
    """Find an offer by `offer_id`, or the application's open one."""
    if "offer_id" in wanted.members:
        return wanted.row(wanted.store.offers, "offer_id")
    offer = offers.open_offer(wanted.store, wanted.application())
    if offer is None:
        raise RefusedError("application_id", "has no open offer")
    return offer


def _summary(offer: Offer) -> dict[str, Any]:
    return {
        "offer_id": offer.id,
        "application_id": offer.application_id,
        "version": offer.version,
        "status": offer.status,
    }
