"""Lists of v1 with their own filters; interviews and scorecards."""

from typing import Any

from flask import Response, request

from greenhouse_sandbox.acts.background import tag
from greenhouse_sandbox.api.answers import json_response, one
from greenhouse_sandbox.api.v1 import shapes_jobs, shapes_people
from greenhouse_sandbox.api.v1.listing import Rows, everything, flag, list_page, matching, number
from greenhouse_sandbox.api.v1.requests import requires
from greenhouse_sandbox.api.v1.shapes_jobs import user_ref
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.reading import whole_number
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import CONVERTED, HIRED, IN_PROCESS, REJECTED, Interview, Scorecard

#: status in requests -> status in responses
STATUSES = {"active": IN_PROCESS, "converted": CONVERTED, "hired": HIRED, "rejected": REJECTED}


@requires("job_posts.list")
def job_posts() -> Response:
    store = the_store()
    rows = everything(matching(store.job_posts))
    for name in ("live", "active", "internal"):
        wanted = flag(name)
        if wanted is not None:
            rows = [row for row in rows if getattr(row, name) == wanted]
    return list_page(rows, lambda row: shapes_jobs.job_post(store, row))


@requires("job_stages.list")
def job_stages() -> Response:
    store = the_store()
    return list_page(matching(store.job_stages), lambda row: shapes_jobs.job_stage(store, row))


@requires("applications.list")
def applications() -> Response:
    """Applications, filtered by job (prospects too) and status. An unknown status finds nothing."""
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
    """Candidates, filtered by job (without prospects), e-mail address and ids."""
    store = the_store()
    rows: Rows = store.candidates
    job_id = number("job_id")
    if "candidate_ids" in request.args:
        ids = {whole_number(text.strip()) for text in request.args["candidate_ids"].split(",")} - {None}
        rows = [row for row in (store.candidates.get(one_id) for one_id in sorted(filter(None, ids))) if row]
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
    store = the_store()
    return json_response(shapes_people.activity_feed(store, one(store.candidates, candidate_id)))


@requires("tags.for_candidate")
def tags_of(candidate_id: int) -> Response:
    store = the_store()
    rows = [tag(store, name) for name in one(store.candidates, candidate_id).tags]
    return list_page(rows, lambda row: {"id": row.id, "name": row.name})


@requires("rejection_reasons.list")
def rejection_reasons() -> Response:
    """The account's own reasons; with `include_defaults=true` Greenhouse's, too."""
    store = the_store()
    with_defaults = flag("include_defaults") is True
    rows = [row for row in store.rejection_reasons.rising() if with_defaults or not row.default]
    return list_page(rows, lambda row: shapes_jobs.rejection_reason(store, row))


@requires("users.list")
def users() -> Response:
    """Users, filtered by e-mail address and employee id, without service accounts. `user_attributes=true` adds custom
    fields."""
    store = the_store()
    rows = [row for row in everything(matching(store.users)) if not row.service_account]
    if "email" in request.args:
        wanted = request.args["email"].lower()
        rows = [row for row in rows if wanted in [email.lower() for email in row.emails]]
    if "employee_id" in request.args:
        rows = [row for row in rows if row.employee_id == request.args["employee_id"]]
    shape = shapes_jobs.user if flag("user_attributes") else shapes_jobs.plain_user
    return list_page(rows, lambda row: shape(store, row))


@requires("scheduled_interviews.list")
def scheduled_interviews() -> Response:
    store = the_store()
    return list_page(matching(store.interviews), lambda row: _interview(store, row))


@requires("scheduled_interviews.get")
def scheduled_interview(row_id: int) -> Response:
    store = the_store()
    return json_response(_interview(store, one(store.interviews, row_id)))


@requires("scheduled_interviews.for_application")
def interviews_of(application_id: int) -> Response:
    store = the_store()
    one(store.applications, application_id)
    return list_page(
        store.interviews.by("application_id", application_id), lambda row: _interview(store, row)
    )


@requires("scorecards.list")
def scorecards() -> Response:
    store = the_store()
    return list_page(matching(store.scorecards), lambda row: _scorecard(store, row))


@requires("scorecards.get")
def scorecard(row_id: int) -> Response:
    store = the_store()
    return json_response(_scorecard(store, one(store.scorecards, row_id)))


@requires("scorecards.for_application")
def scorecards_of(application_id: int) -> Response:
    store = the_store()
    one(store.applications, application_id)
    return list_page(
        store.scorecards.by("application_id", application_id), lambda row: _scorecard(store, row)
    )


def _interview(store: Store, row: Interview) -> dict[str, Any]:
    stage = store.job_stages.get(row.job_stage_id)
    return {
        "id": row.id,
        "application_id": row.application_id,
        "external_event_id": None,
        "start": {"date_time": milliseconds(row.starts_at)},
        "end": {"date_time": milliseconds(row.starts_at)},
        "location": None,
        "video_conferencing_url": None,
        "status": "scheduled",
        "created_at": milliseconds(row.created_at),
        "updated_at": milliseconds(row.updated_at),
        "interview": {"id": stage.id, "name": stage.name} if stage else None,
        "organizer": user_ref(store, row.organiser_id),
        "interviewers": [],
    }


def _scorecard(store: Store, row: Scorecard) -> dict[str, Any]:
    author = user_ref(store, row.submitted_by_id)
    return {
        "id": row.id,
        "updated_at": milliseconds(row.updated_at),
        "created_at": milliseconds(row.created_at),
        "interview": None,
        "interview_step": None,
        "candidate_id": row.candidate_id,
        "application_id": row.application_id,
        "interviewed_at": milliseconds(row.interviewed_at),
        "submitted_by": author,
        "interviewer": author,
        "submitted_at": milliseconds(row.created_at),
        "overall_recommendation": row.rating,
        "attributes": [],
        "ratings": {name: [] for name in ("definitely_not", "no", "mixed", "yes", "strong_yes")},
        "questions": [],
    }
