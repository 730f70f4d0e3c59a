"""The lists of v1 that have filters of their own."""

from flask import Response, request

from greenhouse_sandbox.api.answers import json_response, not_found
from greenhouse_sandbox.api.v1 import shapes_jobs, shapes_people
from greenhouse_sandbox.api.v1.guard import requires
from greenhouse_sandbox.api.v1.listing import flag, list_page, matching, number
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.applications import CONVERTED, HIRED, IN_PROCESS, REJECTED

STATUSES = {"active": IN_PROCESS, "converted": CONVERTED, "hired": HIRED, "rejected": REJECTED}


@requires("jobs.list")
def jobs() -> Response:
    """Jobs by status, requisition, department and office."""
    store = the_store()
    rows = matching(store.jobs.rising())
    args = request.args
    if "status" in args:
        rows = [row for row in rows if row.status == args["status"]]
    if "requisition_id" in args:
        rows = [row for row in rows if row.requisition_id == args["requisition_id"]]
    if "department_id" in args:
        rows = [row for row in rows if row.department_id == number("department_id")]
    if "office_id" in args:
        rows = [row for row in rows if number("office_id") in row.office_ids]
    return list_page(rows, lambda row: shapes_jobs.job(store, row))


@requires("job_posts.list")
def job_posts() -> Response:
    """Posts by live, active and internal."""
    store = the_store()
    rows = matching(store.job_posts.rising())
    for name in ("live", "active", "internal"):
        wanted = flag(name)
        if wanted is not None:
            rows = [row for row in rows if getattr(row, name) == wanted]
    return list_page(rows, lambda row: shapes_jobs.job_post(store, row))


@requires("job_posts.for_job")
def job_posts_of(job_id: int) -> Response:
    """The posts of one job."""
    store = the_store()
    if store.jobs.get(job_id) is None:
        raise not_found()
    return json_response([shapes_jobs.job_post(store, row) for row in store.job_posts.by("job_id", job_id)])


@requires("job_stages.list")
def job_stages() -> Response:
    """All stages of all jobs."""
    store = the_store()
    return list_page(matching(store.job_stages.rising()), lambda row: shapes_jobs.job_stage(store, row))


@requires("job_stages.for_job")
def job_stages_of(job_id: int) -> Response:
    """The stages of one job, in their order."""
    store = the_store()
    if store.jobs.get(job_id) is None:
        raise not_found()
    rows = sorted(matching(store.job_stages.by("job_id", job_id)), key=lambda row: row.sort_order)
    return list_page(rows, lambda row: shapes_jobs.job_stage(store, row))


@requires("applications.list")
def applications() -> Response:
    """Applications by job (prospects too) and status; an unknown status finds nothing."""
    store = the_store()
    rows = matching(store.applications.rising())
    job_id = number("job_id")
    if job_id is not None:
        rows = [row for row in rows if row.job_id == job_id or job_id in row.prospective_job_ids]
    if "status" in request.args:
        rows = [row for row in rows if row.status == STATUSES.get(request.args["status"])]
    return list_page(rows, lambda row: shapes_people.application(store, row))


@requires("candidates.list")
def candidates() -> Response:
    """People by job (no prospects), e-mail address and ids."""
    store = the_store()
    rows = matching(store.candidates.rising())
    job_id = number("job_id")
    if job_id is not None:
        on_job = {row.candidate_id for row in store.applications.by("job_id", job_id)}
        rows = [row for row in rows if row.id in on_job]
    if "email" in request.args:
        wanted = request.args["email"].lower()
        rows = [row for row in rows if any(one["value"].lower() == wanted for one in row.email_addresses)]
    if "candidate_ids" in request.args:
        ids = set(request.args["candidate_ids"].split(","))
        rows = [row for row in rows if str(row.id) in ids]
    return list_page(rows, lambda row: shapes_people.candidate(store, row))


@requires("activity_feed.get")
def activity_feed(candidate_id: int) -> Response:
    """The feed of one person."""
    store = the_store()
    candidate = store.candidates.get(candidate_id)
    if candidate is None:
        raise not_found()
    return json_response(shapes_people.activity_feed(store, candidate))


@requires("rejection_reasons.list")
def rejection_reasons() -> Response:
    """Own reasons; Greenhouse's too with `include_defaults=true`."""
    store = the_store()
    with_defaults = flag("include_defaults") is True
    rows = [row for row in store.rejection_reasons.rising() if with_defaults or not row.default]
    return list_page(rows, lambda row: shapes_jobs.rejection_reason(store, row))


@requires("users.list")
def users() -> Response:
    """Users by e-mail address and employee id. Service accounts are not shown."""
    store = the_store()
    rows = [row for row in matching(store.users.rising()) if not row.service_account]
    if "email" in request.args:
        rows = [row for row in rows if request.args["email"].lower() in row.emails]
    if "employee_id" in request.args:
        rows = [row for row in rows if row.employee_id == request.args["employee_id"]]
    return list_page(rows, lambda row: shapes_jobs.user(store, row))
