from typing import Any

from greenhouse_sandbox.acts.custom_fields import shown
from greenhouse_sandbox.acts.progress import current_stage
from greenhouse_sandbox.api.v3.derived import AppliedTag, ProspectDetail
from greenhouse_sandbox.api.v3.shapes_jobs import stamps
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.signed_urls import signed_url
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import (
    HIRED,
    Application,
    ApplicationStage,
    Attachment,
    Interview,
    Note,
    RejectionDetail,
    Scorecard,
)
from greenhouse_sandbox.store.people import Candidate, Education, Employment, User

#: visibility as written -> as read
READ_VISIBILITY = {
    "public": "publicly_visible",
    "private": "privately_visible",
    "admin_only": "admin_only_visible",
}


def user(store: Store, row: User) -> dict[str, Any]:
    """A user. A service account has an empty e-mail address."""
    return stamps(row) | {
        "first_name": row.first_name,
        "last_name": row.last_name,
        "primary_email": row.primary_email,
        "job_title": row.job_title,
        "agency_id": None,
        "name": row.name,
        "deactivated": row.deactivated,
        "site_admin": row.site_admin,
        "employee_id": row.employee_id,
        "linked_candidate_ids": row.linked_candidate_ids,
        "office_ids": row.office_ids,
        "department_ids": row.department_ids,
        "interviewer_tags": [],
        "emails": row.emails,
        "custom_fields": shown(store, "user_attribute", row.custom_fields),
    }


def candidate(store: Store, row: Candidate) -> dict[str, Any]:
    return stamps(row) | {
        "first_name": row.first_name,
        "last_name": row.last_name,
        "preferred_name": row.preferred_name,
        "company": row.company,
        "title": row.title,
        "last_activity_at": milliseconds(row.last_activity_at),
        "private": row.private,
        "can_email": row.can_email,
        "time_zone": row.time_zone,
        "tags": row.tags,
        "linked_user_ids": row.linked_user_ids,
        "phone_numbers": row.phone_numbers,
        "addresses": row.addresses,
        "email_addresses": row.email_addresses,
        "website_addresses": row.website_addresses,
        "social_media_addresses": row.social_media_addresses,
        "custom_fields": shown(store, "candidate", row.custom_fields),
    }


def application(store: Store, row: Application) -> dict[str, Any]:
    """An application. Two of its fields, added in summer 2026, can be switched off."""
    ended = row.status == HIRED and store.switches["hired_stage"] == "null"
    stage = None if ended else current_stage(store, row)
    members = stamps(row) | {
        "agency_note_id": None,
        "candidate_id": row.candidate_id,
        "coordinator_id": row.coordinator_id,
        "job_id": row.job_id,
        "job_post_id": row.job_post_id,
        "recruiter_id": row.recruiter_id,
        "referrer_id": row.referrer_id,
        "source_id": row.source_id,
        "stage_id": None if ended else row.stage_id,
        "stage_name": stage.name if stage else None,
        "status": row.status,
        "needs_decision": False,
        "prospect": row.prospect,
        "rejected_at": milliseconds(row.rejected_at),
        "last_activity_at": milliseconds(row.last_activity_at),
        "location_address": row.location_address,
        "answers": row.answers,
        "prospective_job_ids": row.prospective_job_ids,
        "custom_fields": shown(store, "application", row.custom_fields),
    }
    if store.switches["new_application_members"]:
        members["job_interview_stage_id"] = stage.id if stage else None
        members["rejection_reason_id"] = row.rejection_reason_id
    return members


def application_stage(store: Store, row: ApplicationStage) -> dict[str, Any]:
    """A stage with the number of whole days until now, or until the application left it."""
    end = row.exited_at or store.clock.now()
    return stamps(row) | {
        "application_id": row.application_id,
        "job_interview_stage_id": row.job_stage_id,
        "entered_at": milliseconds(row.entered_at),
        "exited_at": milliseconds(row.exited_at),
        "days_in_stage": (end - row.entered_at).days if row.entered_at else 0,
        "current": row.current,
    }


def note(_: Store, row: Note) -> dict[str, Any]:
    """A note. Its visibility is spelled as in reading."""
    return stamps(row) | {
        "candidate_id": row.candidate_id,
        "application_id": row.application_id,
        "body": row.body,
        "subject": row.subject,
        "type": row.type,
        "user_id": row.user_id,
        "email_from": ", ".join(row.email_from) if row.email_from is not None else None,
        "email_to": ", ".join(row.email_to) if row.email_to is not None else None,
        "email_cc": row.email_cc,
        "import_hash": None,
        "body_with_tags": row.body,
        "visibility": READ_VISIBILITY[row.visibility],
        "email_attachment_file_names": None,
    }


def rejection_detail(store: Store, row: RejectionDetail) -> dict[str, Any]:
    return stamps(row) | {
        "application_id": row.application_id,
        "rejected_by_id": row.rejected_by_id,
        "rejection_note_id": row.rejection_note_id,
        "rejection_reason_id": row.rejection_reason_id,
        "rejected_at": milliseconds(row.rejected_at),
        "question_custom_fields": shown(store, "rejection_question", row.custom_fields),
    }


def attachment(store: Store, row: Attachment) -> dict[str, Any]:
    """The file's URL is valid for seven days."""
    return stamps(row) | {
        "application_id": row.application_id,
        "candidate_id": row.candidate_id,
        "type": row.type,
        "filename": row.filename,
        "url": signed_url(store, row),
    }


def education(store: Store, row: Education) -> dict[str, Any]:
    """An education. The latest one is marked."""
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
    """An employment. The latest one is marked."""
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
    return stamps(row) | {
        "application_id": row.application_id,
        "pool_id": row.pool_id,
        "pool_stage_id": row.pool_stage_id,
        "prospect_owner_id": row.prospect_owner_id,
        "department_id": row.department_id,
        "office_id": row.office_id,
    }


def applied_tag(_: Store, row: AppliedTag) -> dict[str, Any]:
    return stamps(row) | {"candidate_tag_id": row.candidate_tag_id, "candidate_id": row.candidate_id}


def interview(store: Store, row: Interview) -> dict[str, Any]:
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
