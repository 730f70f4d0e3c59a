"""Jobs in v1, and what is read under a job."""

from flask import Response, request

from greenhouse_sandbox.api.answers import json_response, not_found
from greenhouse_sandbox.api.v1 import shapes_jobs
from greenhouse_sandbox.api.v1.body import one
from greenhouse_sandbox.api.v1.guard import requires
from greenhouse_sandbox.api.v1.listing import everything, flag, list_page, matching, number
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store import Store


@requires("jobs.list")
def jobs() -> Response:
    """Jobs by status, requisition, opening, department, office and option of a custom field."""
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
    """The posts of one job; `full_content` is always given."""
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
    """The first active post of one job."""
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
    """Who hires for one job."""
    store = the_store()
    return json_response(shapes_jobs.hiring_team_ids(store, one(store.jobs, job_id)))


def _external(store: Store, table: str, wanted: str) -> set[int]:
    return {row.id for row in store.tables()[table].rising() if row.external_id == wanted}
