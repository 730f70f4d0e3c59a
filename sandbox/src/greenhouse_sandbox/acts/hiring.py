"""A hire by the API: what is offered is accepted, and an opening is filled."""

from datetime import datetime

from greenhouse_sandbox.acts.background import day
from greenhouse_sandbox.acts.offers import accept_offer, open_offer
from greenhouse_sandbox.acts.openings import fill_opening, find_opening
from greenhouse_sandbox.acts.progress import hire, must_be_active
from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application


def hire_into(
    store: Store,
    application: Application,
    *,
    start_date: object,
    opening_id: int | None,
    close_reason_id: int | None,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Hire an active candidate into `opening_id`, or into the job's first open opening. Fires the web hooks."""
    must_be_active(application)
    starts_on = day("start_date", start_date)
    if close_reason_id is not None and store.close_reasons.get(close_reason_id) is None:
        raise RefusedError("close_reason_id", "does not exist")
    opening = find_opening(store, application, opening_id)
    offer = open_offer(store, application)
    if offer is None:
        hire(store, application, actor_id=actor_id, now=now)
    else:
        offer.starts_on = starts_on or offer.starts_on
        offer.opening_id = opening.id if opening else None
        accept_offer(store, offer, actor_id=actor_id, now=now)
    if opening is not None:
        fill_opening(store, opening, application, close_reason_id=close_reason_id, now=now)
