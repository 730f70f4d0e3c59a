"""People, applications and the feed as v1 shows them."""

from collections.abc import Callable
from typing import Any

from greenhouse_sandbox.acts.progress import current_stage
from greenhouse_sandbox.api.v1.shapes_jobs import (
    bare_department,
    bare_office,
    custom_fields,
    rejection_reason,
    user_ref,
)
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.signed_urls import signed_url
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import HIRED, IN_PROCESS, Application, Attachment, Note
from greenhouse_sandbox.store.people import (
    Candidate,
    Education,
    Employment,
    ProspectPool,
    ProspectPoolStage,
    User,
)


def application(store: Store, row: Application) -> dict[str, Any]:
    """An application with its job, stage, source and rejection."""
    stage = None if row.status == HIRED else current_stage(store, row)
    source = store.sources.get(row.source_id)
    reason = store.rejection_reasons.get(row.rejection_reason_id)
    job_ids = [row.job_id] if row.job_id else row.prospective_job_ids
    jobs = [job for job in (store.jobs.get(one) for one in job_ids) if job]
    return {
        "id": row.id,
        "candidate_id": row.candidate_id,
        "prospect": row.prospect,
        "applied_at": milliseconds(row.created_at),
        "rejected_at": milliseconds(row.rejected_at),
        "last_activity_at": milliseconds(row.last_activity_at),
        "location": {"address": row.location_address} if row.location_address else None,
        "source": {"id": source.id, "public_name": source.name} if source else None,
        "credited_to": user_ref(store, row.credited_to_id),
        "recruiter": user_ref(store, row.recruiter_id),
        "coordinator": user_ref(store, row.coordinator_id),
        "rejection_reason": rejection_reason(store, reason) if reason else None,
        "rejection_details": _rejection(store, row),
        "jobs": [{"id": job.id, "name": job.name} for job in jobs],
        "job_post_id": row.job_post_id,
        "status": "active" if row.status == IN_PROCESS else row.status,
        "current_stage": {"id": stage.id, "name": stage.name} if stage else None,
        "answers": row.answers,
        "prospective_office": _shaped(store, bare_office, store.offices.get(row.prospective_office_id)),
        "prospective_department": _shaped(
            store, bare_department, store.departments.get(row.prospective_department_id)
        ),
        "prospect_detail": {
            "prospect_pool": _named(store.prospect_pools.get(row.prospect_pool_id)),
            "prospect_stage": _named(store.prospect_pool_stages.get(row.prospect_pool_stage_id)),
            "prospect_owner": _named(store.users.get(row.prospect_owner_id)),
        },
        **custom_fields(store, "application", row.custom_fields),
        "attachments": _attachments(store, store.attachments.by("application_id", row.id)),
    }


def candidate(store: Store, row: Candidate) -> dict[str, Any]:
    applications = store.applications.by("candidate_id", row.id)
    newest = applications[-1] if applications else None
    return {
        "id": row.id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "company": row.company,
        "title": row.title,
        "created_at": milliseconds(row.created_at),
        "updated_at": milliseconds(row.updated_at),
        "last_activity": milliseconds(row.last_activity_at),
        "is_private": row.private,
        "photo_url": None,
        "attachments": _attachments(store, store.attachments.by("candidate_id", row.id)),
        "application_ids": [one.id for one in applications],
        "phone_numbers": row.phone_numbers,
        "addresses": row.addresses,
        "email_addresses": row.email_addresses,
        "website_addresses": row.website_addresses,
        "social_media_addresses": row.social_media_addresses,
        "recruiter": user_ref(store, newest.recruiter_id if newest else None),
        "coordinator": user_ref(store, newest.coordinator_id if newest else None),
        "can_email": row.can_email,
        "tags": row.tags,
        "applications": [application(store, one) for one in applications],
        "educations": [education(store, one) for one in store.educations.by("candidate_id", row.id)],
        "employments": [employment(one) for one in store.employments.by("candidate_id", row.id)],
        "linked_user_ids": row.linked_user_ids,
        **custom_fields(store, "candidate", row.custom_fields),
    }


def education(store: Store, row: Education) -> dict[str, Any]:
    names = [store.custom_field_options.get(one) for one in (row.school_id, row.degree_id, row.discipline_id)]
    school, degree, discipline = (name.name if name else None for name in names)
    return {
        "id": row.id,
        "school_name": school,
        "degree": degree,
        "discipline": discipline,
        "start_date": f"{row.start_on}T00:00:00.000Z" if row.start_on else None,
        "end_date": f"{row.end_on}T00:00:00.000Z" if row.end_on else None,
    }


def employment(row: Employment) -> dict[str, Any]:
    return {
        "id": row.id,
        "company_name": row.company_name,
        "title": row.title,
        "start_date": f"{row.start_on}T00:00:00.000Z" if row.start_on else None,
        "end_date": f"{row.end_on}T00:00:00.000Z" if row.end_on else None,
    }


def note(store: Store, row: Note) -> dict[str, Any]:
    """v1 also gives `visibility` under a misspelt key."""
    return {
        "id": row.id,
        "created_at": milliseconds(row.created_at),
        "body": row.body,
        "user": user_ref(store, row.user_id),
        "private": row.visibility != "public",
        "visiblity": row.visibility,
        "visibility": row.visibility,
    }


def activity_feed(store: Store, row: Candidate) -> dict[str, Any]:
    """The whole feed in three lists, newest first, without pages."""
    entries = list(reversed(store.notes.by("candidate_id", row.id)))
    return {
        "notes": [note(store, entry) for entry in entries if entry.type == "NOTE"],
        "emails": [email(store, entry) for entry in entries if entry.type == "EMAIL"],
        "activities": [_activity(store, entry) for entry in entries if entry.type == "ACTIVITY"],
    }


def email(store: Store, row: Note) -> dict[str, Any]:
    return {
        "id": row.id,
        "created_at": milliseconds(row.created_at),
        "subject": row.subject,
        "body": row.body,
        "to": ", ".join(row.email_to or []),
        "from": ", ".join(row.email_from or []),
        "cc": ", ".join(row.email_cc or []),
        "user": user_ref(store, row.user_id),
    }


def _activity(store: Store, row: Note) -> dict[str, Any]:
    return {
        "id": row.id,
        "created_at": milliseconds(row.created_at),
        "subject": row.subject,
        "body": row.body,
        "user": user_ref(store, row.user_id),
    }


def _rejection(store: Store, row: Application) -> dict[str, Any] | None:
    details = store.rejection_details.by("application_id", row.id) if row.rejected_at else []
    return custom_fields(store, "rejection_question", details[-1].custom_fields) if details else None


def _attachments(store: Store, rows: list[Attachment]) -> list[dict[str, Any]]:
    return [
        {
            "filename": row.filename,
            "url": signed_url(store, row),
            "type": row.type,
            "created_at": milliseconds(row.created_at),
        }
        for row in rows
    ]


def _named(row: ProspectPool | ProspectPoolStage | User | None) -> dict[str, Any] | None:
    return {"id": row.id, "name": row.name} if row else None


def _shaped[R](
    store: Store, shape: Callable[[Store, R], dict[str, Any]], row: R | None
) -> dict[str, Any] | None:
    return shape(store, row) if row is not None else None
