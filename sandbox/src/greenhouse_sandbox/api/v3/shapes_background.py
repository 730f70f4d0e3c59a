"""Files, schools, employers, interviews and scorecards as v3 shows them."""

from typing import Any

from greenhouse_sandbox.api.v3.derived import AppliedTag, ProspectDetail
from greenhouse_sandbox.api.v3.shapes_jobs import stamps
from greenhouse_sandbox.attachment_urls import signed_url
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.attachments import Attachment
from greenhouse_sandbox.store.background import Education, Employment
from greenhouse_sandbox.store.offers import Interview, Scorecard


def attachment(store: Store, row: Attachment) -> dict[str, Any]:
    """A file, with an address that is good for seven days."""
    return stamps(row) | {
        "application_id": row.application_id,
        "candidate_id": row.candidate_id,
        "type": row.type,
        "filename": row.filename,
        "url": signed_url(store, row),
    }


def education(store: Store, row: Education) -> dict[str, Any]:
    """A school; the latest one is marked."""
    start = (row.start_on or "").split("-")
    end = (row.end_on or "").split("-")
    others = store.educations.by("candidate_id", row.candidate_id)
    return stamps(row) | {
        "candidate_id": row.candidate_id,
        "school_name_custom_field_option_id": row.school_id,
        "degree_custom_field_option_id": row.degree_id,
        "discipline_custom_field_option_id": row.discipline_id,
        "start_at": f"{row.start_on}T00:00:00.000Z" if row.start_on else None,
        "end_at": f"{row.end_on}T00:00:00.000Z" if row.end_on else None,
        "latest": row is max(others, key=lambda one: (one.end_on or "9999", one.id)),
        "start_date_month": int(start[1]) if len(start) > 1 else None,
        "start_date_year": int(start[0]) if start[0] else None,
        "end_date_month": int(end[1]) if len(end) > 1 else None,
        "end_date_year": int(end[0]) if end[0] else None,
    }


def employment(store: Store, row: Employment) -> dict[str, Any]:
    """An employer; the latest one is marked."""
    others = store.employments.by("candidate_id", row.candidate_id)
    return stamps(row) | {
        "candidate_id": row.candidate_id,
        "company_name": row.company_name,
        "title": row.title,
        "start_date": row.start_on,
        "end_date": row.end_on,
        "latest": row is max(others, key=lambda one: (one.end_on or "9999", one.id)),
    }


def prospect_detail(_: Store, row: ProspectDetail) -> dict[str, Any]:
    """Where a prospect stands in the pools."""
    return stamps(row) | {
        "application_id": row.application_id,
        "pool_id": row.pool_id,
        "pool_stage_id": row.pool_stage_id,
        "prospect_owner_id": row.prospect_owner_id,
        "department_id": row.department_id,
        "office_id": row.office_id,
    }


def applied_tag(_: Store, row: AppliedTag) -> dict[str, Any]:
    """A tag on a candidate."""
    return stamps(row) | {"candidate_tag_id": row.candidate_tag_id, "candidate_id": row.candidate_id}


def interview(store: Store, row: Interview) -> dict[str, Any]:
    """An interview that is booked."""
    application = store.applications.get(row.application_id)
    return stamps(row) | {
        "job_id": application.job_id if application else None,
        "application_id": row.application_id,
        "job_interview_id": row.job_stage_id,
        "starts_at": milliseconds(row.starts_at),
        "ends_at": milliseconds(row.starts_at),
        "all_day_start_on": None,
        "all_day_end_on": None,
        "location": None,
        "status": "scheduled",
        "organizer_id": row.organiser_id,
        "scheduled_at": milliseconds(row.created_at),
        "availability_received_at": None,
        "video_conferencing_url": None,
        "external_event_id": None,
    }


def scorecard(_: Store, row: Scorecard) -> dict[str, Any]:
    """What one interviewer thinks."""
    return stamps(row) | {
        "application_id": row.application_id,
        "interview_kit_id": None,
        "interviewer_id": row.submitted_by_id,
        "submitter_id": row.submitted_by_id,
        "candidate_rating": row.rating,
        "status": row.status,
        "interviewed_at": milliseconds(row.interviewed_at),
        "submitted_at": milliseconds(row.created_at),
        "notes": None,
        "private_notes": None,
        "public_notes": None,
    }
