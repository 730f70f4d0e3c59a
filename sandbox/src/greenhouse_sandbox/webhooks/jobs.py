"""Jobs as web hook bodies show them."""

from typing import Any

from greenhouse_sandbox.clock import seconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.hiring import Job
from greenhouse_sandbox.webhooks.fields import custom_fields

CREATED_BY = {"candidate_stage_change", "new_candidate_application", "new_prospect_application"}
"""Events whose jobs say who made them."""

LEFT_OUT: dict[str, set[str]] = {
    "hire_candidate": {"notes", "job_post_id", "status", "created_at"},
}
"""Action to the members that the jobs in the published sample of that event lack."""


def departments_and_offices(store: Store, job: Job) -> dict[str, Any]:
    """The job's department as a list of at most one, and its offices."""
    department = store.departments.get(job.department_id)
    offices = [office for office in (store.offices.get(one) for one in job.office_ids) if office]
    return {
        "departments": [
            {"id": one.id, "name": one.name, "external_id": one.external_id} for one in [department] if one
        ],
        "offices": [
            {"id": one.id, "name": one.name, "location": one.location, "external_id": one.external_id}
            for one in offices
        ],
    }


def hiring_team(store: Store, job: Job) -> dict[str, Any]:
    """Who is responsible for the job, by user id and employee id."""

    def shown(user_id: int) -> dict[str, Any]:
        user = store.users.get(user_id)
        return {"user_id": user_id, "employee_id": user.employee_id if user else None}

    owners = store.job_owners.by("job_id", job.id)
    return {
        "hiring_managers": [shown(one.user_id) for one in store.job_hiring_managers.by("job_id", job.id)],
        **{
            f"{kind}s": [shown(one.user_id) for one in owners if one.type == kind]
            for kind in ("sourcer", "recruiter", "coordinator")
        },
    }


def application_job(store: Store, action: str, job: Job, application: Application) -> dict[str, Any]:
    """A member of `jobs[]` in an event about an application."""
    body = _head(job, application.job_post_id)
    if action in CREATED_BY:
        body["created_by_id"] = None
    body |= _dates(job)
    if action == "new_candidate_application":
        body["url"] = f"{store.base_url}/jobs/{job.id}"
    body |= departments_and_offices(store, job)
    if action == "new_candidate_application":
        body["hiring_team"] = hiring_team(store, job)
    body["custom_fields"] = custom_fields(store, "job", job.custom_fields)
    return {name: value for name, value in body.items() if name not in LEFT_OUT.get(action, ())}


def hired_job(store: Store, job: Job) -> dict[str, Any]:
    """The single `job` that only a hire has, with member names of its own."""
    return {
        "id": job.id,
        "name": job.name,
        "open_date": seconds(job.opened_at),
        "close_date": seconds(job.closed_at),
        "requisition_id": job.requisition_id,
        **departments_and_offices(store, job),
        "custom_fields": custom_fields(store, "job", job.custom_fields),
    }


def job_payload(store: Store, job: Job) -> dict[str, Any]:
    """`{"job": {...}}` for a job that was made or changed."""
    posts = [post.id for post in store.job_posts.by("job_id", job.id) if post.active]
    return {
        "job": {
            **_head(job, posts[0] if posts else None),
            **_dates(job),
            **departments_and_offices(store, job),
            "hiring_team": hiring_team(store, job),
            "openings": [
                {"id": one.id, "opening_id": one.opening_id, "custom_fields": []}
                for one in store.openings.by("job_id", job.id)
            ],
            "custom_fields": custom_fields(store, "job", job.custom_fields),
        }
    }


def deleted_job_payload(job: Job) -> dict[str, Any]:
    """`{"job": {...}}` for a job that is gone: id and name only."""
    return {"job": {"id": job.id, "name": job.name}}


def _head(job: Job, job_post_id: int | None) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "requisition_id": job.requisition_id,
        "notes": job.notes,
        "confidential": job.confidential,
        "job_post_id": job_post_id,
        "status": job.status,
    }


def _dates(job: Job) -> dict[str, Any]:
    return {
        "created_at": seconds(job.created_at),
        "opened_at": seconds(job.opened_at),
        "closed_at": seconds(job.closed_at),
    }
