"""Jobs as web hook bodies show them."""

from typing import Any

from greenhouse_sandbox.clock import seconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.hiring import Job


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


def job_body(store: Store, job: Job, job_post_id: int | None) -> dict[str, Any]:
    """A member of `jobs[]`."""
    return {
        "id": job.id,
        "name": job.name,
        "requisition_id": job.requisition_id,
        "notes": job.notes,
        "confidential": job.confidential,
        "job_post_id": job_post_id,
        "status": job.status,
        "created_by_id": None,
        "created_at": seconds(job.created_at),
        "opened_at": seconds(job.opened_at),
        "closed_at": seconds(job.closed_at),
        **departments_and_offices(store, job),
        "custom_fields": job.custom_fields,
    }


def hired_job(store: Store, job: Job) -> dict[str, Any]:
    """The single `job` that only a hire has, with member names of its own."""
    return {
        "id": job.id,
        "name": job.name,
        "open_date": seconds(job.opened_at),
        "close_date": seconds(job.closed_at),
        "requisition_id": job.requisition_id,
        **departments_and_offices(store, job),
        "custom_fields": job.custom_fields,
    }
