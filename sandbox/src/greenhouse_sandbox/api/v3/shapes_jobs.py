"""JSON of jobs, their parts, openings and offers in v3."""

from typing import Any

from greenhouse_sandbox.acts.custom_fields import shown
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Offer
from greenhouse_sandbox.store.jobs import (
    REASON_TYPES,
    CloseReason,
    Department,
    Job,
    JobHiringManager,
    JobOwner,
    JobPost,
    JobStage,
    Office,
    Opening,
    RejectionReason,
    Source,
)
from greenhouse_sandbox.store.table import Row


def stamps(row: Row) -> dict[str, Any]:
    """The fields that every record has."""
    return {
        "id": row.id,
        "created_at": milliseconds(row.created_at),
        "updated_at": milliseconds(row.updated_at),
    }


def job(store: Store, row: Job) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "requisition_id": row.requisition_id,
        "notes": row.notes,
        "confidential": row.confidential,
        "created_at": milliseconds(row.created_at),
        "updated_at": milliseconds(row.updated_at),
        "is_template": row.is_template,
        "copied_from_id": row.copied_from_id,
        "opened_at": milliseconds(row.opened_at),
        "closed_at": milliseconds(row.closed_at),
        "status": row.status,
        "office_ids": row.office_ids,
        "department_id": row.department_id,
        "custom_fields": shown(store, "job", row.custom_fields),
    }


def job_post(store: Store, row: JobPost) -> dict[str, Any]:
    """The content of an internal post is the internal one."""
    return stamps(row) | {
        "title": row.title,
        "internal": row.internal,
        "active": row.active,
        "live": row.live,
        "featured": row.featured,
        "first_published_at": milliseconds(row.first_published_at),
        "content": row.internal_content if row.internal and row.internal_content else row.content,
        "internal_content": row.internal_content,
        "language": row.language,
        "public_url": f"{store.base_url}/jobs/{row.job_id}?gh_jid={row.id}" if row.live else None,
        "demographic_question_set_id": None,
        "job_id": row.job_id,
        "job_board_id": row.job_board_id,
        "questions": row.questions,
    }


def job_post_location(_: Store, row: Any) -> dict[str, Any]:
    return stamps(row) | {
        "plain_text_location": row.plain_text_location,
        "office_id": row.office_id,
        "type": row.type,
        "job_post_id": row.job_post_id,
        "custom_location_id": row.custom_location_id,
    }


def job_interview_stage(_: Store, row: JobStage) -> dict[str, Any]:
    return stamps(row) | {
        "job_id": row.job_id,
        "sort_order": row.sort_order,
        "name": row.name,
        "active": row.active,
    }


def job_owner(_: Store, row: JobOwner) -> dict[str, Any]:
    return stamps(row) | {
        "job_id": row.job_id,
        "user_id": row.user_id,
        "type": row.type,
        "responsible": row.responsible,
    }


def job_hiring_manager(_: Store, row: JobHiringManager) -> dict[str, Any]:
    return stamps(row) | {"user_id": row.user_id, "job_id": row.job_id}


def department(_: Store, row: Department) -> dict[str, Any]:
    return stamps(row) | {"name": row.name, "parent_id": row.parent_id, "external_id": row.external_id}


def office(_: Store, row: Office) -> dict[str, Any]:
    return stamps(row) | {
        "name": row.name,
        "parent_id": row.parent_id,
        "external_id": row.external_id,
        "location": row.location,
        "primary_in_house_contact_user_id": row.primary_contact_user_id,
    }


def source(_: Store, row: Source) -> dict[str, Any]:
    return stamps(row) | {"name": row.name, "type": {"id": row.type_id, "name": row.type_name}}


def rejection_reason(_: Store, row: RejectionReason) -> dict[str, Any]:
    type_id, type_name = REASON_TYPES[row.type_key]
    return stamps(row) | {"name": row.name, "type": {"id": type_id, "key": row.type_key, "name": type_name}}


def opening(store: Store, row: Opening) -> dict[str, Any]:
    return stamps(row) | {
        "job_id": row.job_id,
        "opened_at": milliseconds(row.opened_at),
        "closed_at": milliseconds(row.closed_at),
        "sort_order": row.sort_order,
        "opening_id": row.opening_id,
        "application_id": row.application_id,
        "close_reason_id": row.close_reason_id,
        "target_start_on": row.target_start_on,
        "open": row.open,
        "custom_fields": shown(store, "opening", row.custom_fields),
    }


def close_reason(_: Store, row: CloseReason) -> dict[str, Any]:
    return stamps(row) | {"name": row.name}


def offer(store: Store, row: Offer) -> dict[str, Any]:
    """One version of an offer. The state is written with a capital."""
    return stamps(row) | {
        "version": row.version,
        "application_id": row.application_id,
        "job_id": row.job_id,
        "candidate_id": row.candidate_id,
        "opening_id": row.opening_id,
        "status": row.status,
        "starts_on": row.starts_on,
        "sent_on": row.sent_on,
        "resolved_at": milliseconds(row.resolved_at),
        "custom_fields": shown(store, "offer", row.custom_fields),
    }
