"""Openings and offers in v1."""

from flask import Response, request

from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.openings import add_opening, edit_opening
from greenhouse_sandbox.api.answers import json_response, not_found
from greenhouse_sandbox.api.v1 import shapes_openings
from greenhouse_sandbox.api.v1.body import json_body, one, optional_whole, required, text
from greenhouse_sandbox.api.v1.guard import on_behalf_of, requires, validation_error
from greenhouse_sandbox.api.v1.listing import everything, list_page, matching
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.openings import Opening


@requires("openings.for_job")
def openings_of(job_id: int) -> Response:
    """The openings of a job; `status=open` or `closed` for those, anything else for all."""
    store = the_store()
    one(store.jobs, job_id)
    wanted = request.args.get("status")
    states = {"open": True, "opened": True, "closed": False}
    rows = store.openings.by("job_id", job_id)
    if wanted in states:
        rows = [row for row in rows if row.open == states[wanted]]
    return list_page(rows, lambda row: shapes_openings.opening(store, row), only_next=True)


@requires("openings.get")
def one_opening(job_id: int, opening_id: int) -> Response:
    """One opening of a job."""
    return json_response(shapes_openings.opening(the_store(), _opening(job_id, opening_id)))


@requires("openings.create")
def create_openings(job_id: int) -> Response:
    """Create an opening for each entry of `openings`. 200 with the new ones."""
    store = the_store()
    on_behalf_of()
    job = one(store.jobs, job_id)
    entries = required(json_body(), "openings")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise validation_error("openings", "Must be an array of objects")
    wanted = [
        (entry, with_values(store, "opening", {}, entry.get("custom_fields") or [])) for entry in entries
    ]
    made = []
    for entry, fields in wanted:
        row = add_opening(store, job, opening_id=text(entry, "opening_id"), now=store.clock.now())
        row.custom_fields = fields
        made.append(row)
    return json_response({"openings": [shapes_openings.new_opening(row) for row in made]})


@requires("openings.update")
def update_opening(job_id: int, opening_id: int) -> Response:
    """Number, state and custom fields."""
    store = the_store()
    on_behalf_of()
    row = _opening(job_id, opening_id)
    body = json_body()
    fields = with_values(store, "opening", row.custom_fields, body.get("custom_fields") or [])
    edit_opening(
        store,
        row,
        opening_id=text(body, "opening_id"),
        status=text(body, "status"),
        close_reason_id=optional_whole(body, "close_reason_id"),
        now=store.clock.now(),
    )
    row.custom_fields = fields
    return json_response({"success": "true"})


@requires("offers.list")
def offers() -> Response:
    """All versions of all offers, by state and dates."""
    store = the_store()
    rows = everything(matching(store.offers))
    args = request.args
    if "status" in args:
        state = shapes_openings.OFFER_STATES.get(args["status"])
        rows = [row for row in rows if row.status == state]
    for name in ("sent", "starts"):
        after, before = args.get(f"{name}_after"), args.get(f"{name}_before")
        member = f"{name}_on"
        if after:
            rows = [row for row in rows if (getattr(row, member) or "") >= after]
        if before:
            rows = [row for row in rows if getattr(row, member) and getattr(row, member) <= before]
    return list_page(rows, lambda row: shapes_openings.offer(store, row))


@requires("offers.for_application")
def offers_of(application_id: int) -> Response:
    """All versions of an application's offer."""
    store = the_store()
    one(store.applications, application_id)
    rows = store.offers.by("application_id", application_id)
    return list_page(rows, lambda row: shapes_openings.offer(store, row))


@requires("offers.current")
def current_offer(application_id: int) -> Response:
    """The latest version of an application's offer."""
    store = the_store()
    rows = store.offers.by("application_id", application_id)
    if not rows:
        raise not_found()
    return json_response(shapes_openings.offer(store, max(rows, key=lambda row: row.version)))


def _opening(job_id: int, opening_id: int) -> Opening:
    row = one(the_store().openings, opening_id)
    if row.job_id != job_id:
        raise not_found()
    return row
