from flask import Response, request

from greenhouse_sandbox.acts.custom_fields import with_values
from greenhouse_sandbox.acts.openings import add_opening, edit_opening
from greenhouse_sandbox.api.answers import json_response, not_found, one
from greenhouse_sandbox.api.v1 import shapes_jobs
from greenhouse_sandbox.api.v1.listing import everything, flag, list_page, matching, number
from greenhouse_sandbox.api.v1.requests import (
    json_body,
    on_behalf_of,
    optional_whole,
    required,
    requires,
    text,
    validation_error,
)
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.jobs import Opening


@requires("jobs.list")
def jobs() -> Response:
    """Jobs, filtered by status, requisition, opening, department, office and option of a custom field."""
    store = the_store()
    rows = everything(matching(store.jobs))
    args = request.args
    if "status" in args:
        rows = [row for row in rows if row.status == args["status"]]
    if "requisition_id" in args:
        rows = [row for row in rows if row.requisition_id == args["requisition_id"]]
    if "opening_id" in args:
        wanted = {row.job_id for row in store.openings.rising() if row.opening_id == args["opening_id"]}
        rows = [row for row in rows if row.id in wanted]
    if "department_id" in args:
        rows = [row for row in rows if row.department_id == number("department_id")]
    if "external_department_id" in args:
        ids = _external(store, "departments", args["external_department_id"])
        rows = [row for row in rows if row.department_id in ids]
    if "office_id" in args:
        rows = [row for row in rows if number("office_id") in row.office_ids]
    if "external_office_id" in args:
        ids = _external(store, "offices", args["external_office_id"])
        rows = [row for row in rows if ids.intersection(row.office_ids)]
    if "custom_field_option_id" in args:
        option = store.custom_field_options.get(number("custom_field_option_id"))
        field = store.custom_fields.get(option.custom_field_id) if option else None
        key, label = (field.name_key, option.name) if field and option else ("", None)
        rows = [row for row in rows if label and row.custom_fields.get(key, {}).get("value") == label]
    return list_page(rows, lambda row: shapes_jobs.job(store, row))


@requires("job_posts.for_job")
def job_posts_of(job_id: int) -> Response:
    store = the_store()
    one(store.jobs, job_id)
    rows = store.job_posts.by("job_id", job_id)
    for name in ("live", "active", "internal"):
        wanted = flag(name)
        if wanted is not None:
            rows = [row for row in rows if getattr(row, name) == wanted]
    return json_response([shapes_jobs.job_post(store, row) for row in rows])


@requires("job_posts.for_job")
def job_post_of(job_id: int) -> Response:
    """The job's first active post."""
    store = the_store()
    one(store.jobs, job_id)
    rows = [row for row in store.job_posts.by("job_id", job_id) if row.active]
    if not rows:
        raise not_found()
    return json_response(shapes_jobs.job_post(store, rows[0]))


@requires("job_stages.for_job")
def job_stages_of(job_id: int) -> Response:
    """The stages of one job, in their order."""
    store = the_store()
    one(store.jobs, job_id)
    rows = sorted(everything(matching(store.job_stages.by("job_id", job_id))), key=lambda row: row.sort_order)
    return list_page(rows, lambda row: shapes_jobs.job_stage(store, row))


@requires("jobs.hiring_team")
def hiring_team_of(job_id: int) -> Response:
    store = the_store()
    return json_response(shapes_jobs.hiring_team_ids(store, one(store.jobs, job_id)))


def _external(store: Store, table: str, wanted: str) -> set[int]:
    return {row.id for row in store.tables()[table].rising() if row.external_id == wanted}


@requires("openings.for_job")
def openings_of(job_id: int) -> Response:
    """Openings with `status=open` or `closed`; anything else finds all."""
    store = the_store()
    one(store.jobs, job_id)
    wanted = request.args.get("status")
    states = {"open": True, "opened": True, "closed": False}
    rows = store.openings.by("job_id", job_id)
    if wanted in states:
        rows = [row for row in rows if row.open == states[wanted]]
    return list_page(rows, lambda row: shapes_jobs.opening(store, row), only_next=True)


@requires("openings.get")
def one_opening(job_id: int, opening_id: int) -> Response:
    return json_response(shapes_jobs.opening(the_store(), _opening(job_id, opening_id)))


@requires("openings.create")
def create_openings(job_id: int) -> Response:
    """Create an opening for each entry of `openings`. Returns 200 with the new ones."""
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
    return json_response({"openings": [shapes_jobs.new_opening(row) for row in made]})


@requires("openings.update")
def update_opening(job_id: int, opening_id: int) -> Response:
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
    """All versions of all offers, filtered by state and dates."""
    store = the_store()
    rows = everything(matching(store.offers))
    args = request.args
    if "status" in args:
        state = shapes_jobs.OFFER_STATES.get(args["status"])
        rows = [row for row in rows if row.status == state]
    for name in ("sent", "starts"):
        after, before = args.get(f"{name}_after"), args.get(f"{name}_before")
        member = f"{name}_on"
        if after:
            rows = [row for row in rows if (getattr(row, member) or "") >= after]
        if before:
            rows = [row for row in rows if getattr(row, member) and getattr(row, member) <= before]
    return list_page(rows, lambda row: shapes_jobs.offer(store, row))


@requires("offers.for_application")
def offers_of(application_id: int) -> Response:
    store = the_store()
    one(store.applications, application_id)
    rows = store.offers.by("application_id", application_id)
    return list_page(rows, lambda row: shapes_jobs.offer(store, row))


@requires("offers.current")
def current_offer(application_id: int) -> Response:
    """The latest version of an application's offer."""
    store = the_store()
    rows = store.offers.by("application_id", application_id)
    if not rows:
        raise not_found()
    return json_response(shapes_jobs.offer(store, max(rows, key=lambda row: row.version)))


def _opening(job_id: int, opening_id: int) -> Opening:
    row = one(the_store().openings, opening_id)
    if row.job_id != job_id:
        raise not_found()
    return row
