"""The lists of v1 that have filters of their own."""

from flask import Response, request

from greenhouse_sandbox.acts.tags import tag
from greenhouse_sandbox.api.answers import json_response
from greenhouse_sandbox.api.v1 import shapes_jobs, shapes_people
from greenhouse_sandbox.api.v1.body import one
from greenhouse_sandbox.api.v1.guard import requires
from greenhouse_sandbox.api.v1.listing import Rows, everything, flag, list_page, matching, number
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.store.applications import CONVERTED, HIRED, IN_PROCESS, REJECTED

STATUSES = {"active": IN_PROCESS, "converted": CONVERTED, "hired": HIRED, "rejected": REJECTED}


@requires("job_posts.list")
def job_posts() -> Response:
    """Posts by live, active and internal."""
    store = the_store()
    rows = everything(matching(store.job_posts))
    for name in ("live", "active", "internal"):
        wanted = flag(name)
        if wanted is not None:
            rows = [row for row in rows if getattr(row, name) == wanted]
    return list_page(rows, lambda row: shapes_jobs.job_post(store, row))


@requires("job_stages.list")
def job_stages() -> Response:
    """All stages of all jobs."""
    store = the_store()
    return list_page(matching(store.job_stages), lambda row: shapes_jobs.job_stage(store, row))


@requires("applications.list")
def applications() -> Response:
    """Applications by job (prospects too) and status; an unknown status finds nothing."""
    store = the_store()
    job_id = number("job_id")
    rows = matching(store.applications)
    if job_id is not None:
        on_job = [*store.applications.by("job_id", job_id), *store.applications.by("considered_for", job_id)]
        rows = matching(sorted(on_job, key=lambda row: row.id))
    if "status" in request.args:
        status = STATUSES.get(request.args["status"])
        rows = (
            store.applications.by("status", status)
            if rows is store.applications
            else [row for row in everything(rows) if row.status == status]
        )
    return list_page(rows, lambda row: shapes_people.application(store, row))


@requires("candidates.list")
def candidates() -> Response:
    """People by job (no prospects), e-mail address and ids."""
    store = the_store()
    rows: Rows = store.candidates
    job_id = number("job_id")
    if "candidate_ids" in request.args:
        ids = {int(text) for text in request.args["candidate_ids"].split(",") if text.strip().isdecimal()}
        rows = [row for row in (store.candidates.get(one_id) for one_id in sorted(ids)) if row]
    elif job_id is not None:
        on_job = {row.candidate_id for row in store.applications.by("job_id", job_id)}
        rows = [store.candidates[one_id] for one_id in sorted(on_job)]
    if "email" in request.args:
        wanted = request.args["email"].lower()
        known = store.candidates.by("addressed", wanted)
        rows = (
            known
            if rows is store.candidates
            else [row for row in everything(rows) if wanted in row.addressed]
        )
    rows = matching(rows)
    return list_page(rows, lambda row: shapes_people.candidate(store, row))


@requires("activity_feed.get")
def activity_feed(candidate_id: int) -> Response:
    """The feed of one person."""
    store = the_store()
    return json_response(shapes_people.activity_feed(store, one(store.candidates, candidate_id)))


@requires("tags.for_candidate")
def tags_of(candidate_id: int) -> Response:
    """The tags of one person."""
    store = the_store()
    rows = [tag(store, name) for name in one(store.candidates, candidate_id).tags]
    return list_page(rows, lambda row: {"id": row.id, "name": row.name})


@requires("rejection_reasons.list")
def rejection_reasons() -> Response:
    """Own reasons; Greenhouse's too with `include_defaults=true`."""
    store = the_store()
    with_defaults = flag("include_defaults") is True
    rows = [row for row in store.rejection_reasons.rising() if with_defaults or not row.default]
    return list_page(rows, lambda row: shapes_jobs.rejection_reason(store, row))


@requires("users.list")
def users() -> Response:
    """Users by e-mail address and employee id, with custom fields if `user_attributes=true`; no service accounts."""
    store = the_store()
    rows = [row for row in everything(matching(store.users)) if not row.service_account]
    if "email" in request.args:
        wanted = request.args["email"].lower()
        rows = [row for row in rows if wanted in [email.lower() for email in row.emails]]
    if "employee_id" in request.args:
        rows = [row for row in rows if row.employee_id == request.args["employee_id"]]
    shape = shapes_jobs.user if flag("user_attributes") else shapes_jobs.plain_user
    return list_page(rows, lambda row: shape(store, row))
