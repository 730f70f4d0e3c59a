"""`PATCH /v3/offers/{id}`."""

from flask import Response

from greenhouse_sandbox.acts.background import day
from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v3.body import json_body
from greenhouse_sandbox.api.v3.errors import invalid
from greenhouse_sandbox.api.v3.guard import requires
from greenhouse_sandbox.api.v3.one import one
from greenhouse_sandbox.api.v3.shapes_openings import offer as shape
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.offers import CREATED
from greenhouse_sandbox.webhooks.emit import emit
from greenhouse_sandbox.webhooks.offers import offer_payload


@requires("harvest:offers:update")
def update_offer(offer_id: int) -> Response:
    """First day and custom fields of an offer that is not settled. 200 with the record."""
    store = the_store()
    row = one(store.offers, offer_id)
    if row.status != CREATED:
        raise invalid("id", f"is {row.status} and cannot be changed")
    body = json_body()
    starts_on = day("starts_on", body.get("starts_on") or body.get("start_date"))
    if body.get("custom_fields") is not None:
        row.custom_fields = with_values(store, "offer", {}, body["custom_fields"])
    row.starts_on = starts_on or row.starts_on
    store.offers.changed(row, store.clock.now())
    emit(store, "offer_updated", offer_payload(row))
    return json_response(shape(store, row))
