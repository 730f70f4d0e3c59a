from typing import Any

from greenhouse_sandbox.clock import milliseconds, seconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import ACCEPTED, Application, Interview, Offer, Scorecard
from greenhouse_sandbox.store.jobs import Department, Job, JobPost, JobStage, Office
from greenhouse_sandbox.webhooks.shapes import custom_fields

#: events in which jobs name their creator
CREATED_BY = {"candidate_stage_change", "new_candidate_application", "new_prospect_application"}
#: action -> fields missing from jobs in the event's published sample
LEFT_OUT: dict[str, set[str]] = {
    "hire_candidate": {"notes", "job_post_id", "status", "created_at"},
}
#: type of a question in v3 -> its older name, which events use
ANSWER_TYPES = {
    "short_text": "input_text",
    "long_text": "textarea",
    "attachment": "input_file",
    "boolean": "multi_value_single_select",
    "single_select": "multi_value_single_select",
    "multi_select": "multi_value_multi_select",
    "hidden": "input_hidden",
}


def departments_and_offices(store: Store, job: Job) -> dict[str, Any]:
    """A list of at most one department, and the offices."""
    department = store.departments.get(job.department_id)
    offices = [office for office in (store.offices.get(one) for one in job.office_ids) if office]
    return {
        "departments": [
            {"id": one.id, "name": one.name, "external_id": one.external_id} for one in [department] if one
        ],
        "offices": [
            {
                "id": office.id,
                "name": office.name,
                "location": office.location,
                "external_id": office.external_id,
            }
            for office in offices
        ],
    }


def hiring_team(store: Store, job: Job) -> dict[str, Any]:
    """Users by user id and employee id."""

    def shown(user_id: int) -> dict[str, Any]:
        user = store.users.get(user_id)
        return {"user_id": user_id, "employee_id": user.employee_id if user else None}

    owners = store.job_owners.by("job_id", job.id)
    return {
        "hiring_managers": [
            shown(manager.user_id) for manager in store.job_hiring_managers.by("job_id", job.id)
        ],
        **{
            f"{kind}s": [shown(owner.user_id) for owner in owners if owner.type == kind]
            for kind in ("sourcer", "recruiter", "coordinator")
        },
    }


def application_job(store: Store, action: str, job: Job, application: Application) -> dict[str, Any]:
    """One of `jobs[]` in an event about an application."""
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
    """The single `job` that only a hire has. Its fields have other names."""
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
    """`{"job": {...}}` for a created or changed job."""
    posts = [post.id for post in store.job_posts.by("job_id", job.id) if post.active]
    return {
        "job": {
            **_head(job, posts[0] if posts else None),
            **_dates(job),
            **departments_and_offices(store, job),
            "hiring_team": hiring_team(store, job),
            "openings": [
                {"id": opening.id, "opening_id": opening.opening_id, "custom_fields": []}
                for opening in store.openings.by("job_id", job.id)
            ],
            "custom_fields": custom_fields(store, "job", job.custom_fields),
        }
    }


def deleted_job_payload(job: Job) -> dict[str, Any]:
    """`{"job": {...}}` for a deleted job: only id and name."""
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


def post_payload(post: JobPost) -> dict[str, Any]:
    """A created or changed post, without a wrapper."""
    return {
        "id": post.id,
        "title": post.title,
        "location": post.location,
        "content": post.content,
        "internal_content": post.internal_content,
        "updated_at": milliseconds(post.updated_at),
        "job_id": post.job_id,
        "external": not post.internal,
        "internal": post.internal,
        "live": post.live,
        "questions": [_question(question) for question in post.questions],
    }


def deleted_post_payload(post: JobPost) -> dict[str, Any]:
    """A deleted post, which has a wrapper, unlike the others."""
    return {"job_post": post_payload(post)}


def stage_payload(stage: JobStage) -> dict[str, Any]:
    """A removed stage, which still says `active`, as in the published sample."""
    return {
        "job_interview_stage": {
            "id": stage.id,
            "job_id": stage.job_id,
            "created_at": milliseconds(stage.created_at),
            "updated_at": milliseconds(stage.updated_at),
            "name": stage.name,
            "active": True,
        }
    }


def department_payload(store: Store, row: Department) -> dict[str, Any]:
    """A deleted department, with all departments below it."""
    return {
        "department": {
            "id": row.id,
            "name": row.name,
            "child_ids": _below(
                [(department.id, department.parent_id) for department in store.departments.rising()], row.id
            ),
            "parent_id": row.parent_id,
            "external_id": row.external_id,
        }
    }


def office_payload(store: Store, row: Office) -> dict[str, Any]:
    """A deleted office. Its location is an object, unlike in jobs."""
    return {
        "office": {
            "id": row.id,
            "name": row.name,
            "location": {"name": row.location},
            "child_ids": _below([(office.id, office.parent_id) for office in store.offices.rising()], row.id),
            "parent_id": row.parent_id,
            "external_id": row.external_id,
        }
    }


def _below(tree: list[tuple[int, int | None]], root: int) -> list[int]:
    """All ids under `root`, children before grandchildren."""
    found = [root]
    for above in found:
        found += [child for child, parent in tree if parent == above and child not in found]
    return found[1:]


def _question(question: dict[str, Any]) -> dict[str, Any]:
    kind = str(question.get("answer_type"))
    values = (
        ["Yes", "No"] if kind == "boolean" else [one.get("label") for one in question.get("options") or []]
    )
    return {
        "required": question.get("required"),
        "private": question.get("private"),
        "label": question.get("label"),
        "type": ANSWER_TYPES.get(kind, kind),
        "values": values,
    }


def offer_payload(offer: Offer) -> dict[str, Any]:
    """A created, changed or approved offer, without a wrapper. The start date is in US format."""
    return {
        "id": offer.id,
        "application_id": offer.application_id,
        "job_id": offer.job_id,
        "user_id": offer.user_id,
        "version": offer.version,
        "sent_on": offer.sent_on,
        "resolved_at": seconds(offer.resolved_at),
        "start_date": f"{offer.start:%m/%d/%Y}" if offer.start else None,
        "notes": offer.notes,
        "offer_status": offer.status,
        "custom_fields": offer.custom_fields,
    }


def deleted_offer_payload(offer: Offer) -> dict[str, Any]:
    """A deleted offer, with a wrapper. The author's field has another name."""
    return {
        "offer": {
            "id": offer.id,
            "application_id": offer.application_id,
            "offering_user_id": offer.user_id,
            "offer_status": offer.status,
            "version": offer.version,
            "sent_on": offer.sent_on,
            "resolved_at": seconds(offer.resolved_at),
            "notes": offer.notes,
            "job_id": offer.job_id,
        }
    }


def hired_offer(store: Store, application: Application) -> dict[str, Any]:
    """The `offer` of a hire. If there is no offer, it is derived from the hire."""
    accepted = [row for row in store.offers.by("application_id", application.id) if row.status == ACCEPTED]
    offer = accepted[-1] if accepted else None
    hired_on = application.hired_at.date().isoformat() if application.hired_at else None
    return {
        "id": offer.id if offer else application.id + 1,
        "version": offer.version if offer else 1,
        "created_at": seconds(offer.created_at if offer else application.hired_at),
        "sent_at": offer.sent_on if offer else hired_on,
        "resolved_at": seconds(offer.resolved_at if offer else application.hired_at),
        "starts_at": offer.starts_on if offer else hired_on,
        "custom_fields": offer.custom_fields if offer else {},
    }


def interview_payload(interview: Interview) -> dict[str, Any]:
    """A cancelled interview: only its id."""
    return {"interview": {"id": interview.id}}


def scorecard_payload(card: Scorecard) -> dict[str, Any]:
    return {
        "scorecard": {
            "id": card.id,
            "candidate_id": card.candidate_id,
            "interviewed_at": milliseconds(card.interviewed_at),
            "created_at": milliseconds(card.created_at),
            "updated_at": milliseconds(card.updated_at),
            "scorecard_status": card.status,
        }
    }
