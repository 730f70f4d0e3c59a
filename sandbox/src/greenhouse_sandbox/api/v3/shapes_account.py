"""JSON of an account's fields, roles, pools, tags and referrers in v3."""

from typing import Any

from greenhouse_sandbox.api.v3.derived import UserEmail
from greenhouse_sandbox.api.v3.shapes_jobs import stamps
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import BulkRequest, CustomField, CustomFieldOption
from greenhouse_sandbox.store.people import (
    CandidateTag,
    ProspectPool,
    ProspectPoolStage,
    Referrer,
    UserJobPermission,
    UserRole,
)


def custom_field(_: Store, row: CustomField) -> dict[str, Any]:
    of_jobs = row.field_type == "job"
    return stamps(row) | {
        "field_type": row.field_type,
        "sort_order": row.sort_order,
        "name": row.name,
        "value_type": row.value_type,
        "private": row.private,
        "required": row.required,
        "require_approval": row.require_approval,
        "trigger_new_version": row.trigger_new_version,
        "active": row.active,
        "updated_by_id": row.updated_by_id,
        "internal_type": row.internal_type,
        "expose_in_job_board_api": False,
        "placeholder": None,
        "name_key": row.name_key,
        "description": row.description,
        "application_type": "all_applications" if row.field_type == "application" else None,
        "api_only": row.api_only if of_jobs else None,
        "use_for_job_approvals": False if of_jobs else None,
        "use_for_offer_approvals": False if of_jobs else None,
        "template_token_string": None,
        "default_value": None,
    }


def custom_field_option(_: Store, row: CustomFieldOption) -> dict[str, Any]:
    return stamps(row) | {
        "custom_field_id": row.custom_field_id,
        "name": row.name,
        "external_id": row.external_id,
        "sort_order": row.sort_order,
        "active": row.active,
    }


def referrer(_: Store, row: Referrer) -> dict[str, Any]:
    return stamps(row) | {"name": row.name, "user_id": row.user_id}


def candidate_tag(_: Store, row: CandidateTag) -> dict[str, Any]:
    return stamps(row) | {"name": row.name}


def user_email(_: Store, row: UserEmail) -> dict[str, Any]:
    return stamps(row) | {
        "user_id": row.user_id,
        "email": row.email,
        "verified": row.verified,
        "verification_token_sent_at": None,
    }


def user_role(_: Store, row: UserRole) -> dict[str, Any]:
    return stamps(row) | {"name": row.name, "role_type": row.role_type}


def user_job_permission(_: Store, row: UserJobPermission) -> dict[str, Any]:
    return stamps(row) | {
        "user_id": row.user_id,
        "job_id": row.job_id,
        "role_id": row.role_id,
        "automated": row.automated,
    }


def prospect_pool(_: Store, row: ProspectPool) -> dict[str, Any]:
    return stamps(row) | {
        "name": row.name,
        "active": row.active,
        "description": row.description,
        "department_ids": row.department_ids,
        "office_ids": row.office_ids,
        "job_ids": row.job_ids,
    }


def prospect_pool_stage(_: Store, row: ProspectPoolStage) -> dict[str, Any]:
    return stamps(row) | {
        "prospect_pool_id": row.prospect_pool_id,
        "name": row.name,
        "sort_order": row.sort_order,
    }


def bulk_request(_: Store, row: BulkRequest) -> dict[str, Any]:
    return stamps(row) | {
        "bulk_action_uuid": row.bulk_action_uuid,
        "requested_by_user_id": row.requested_by_user_id,
        "status": row.status,
        "record_count": row.record_count,
        "success_count": row.success_count,
        "failure_count": row.failure_count,
        "callback_url": row.callback_url,
        "callback_response": None,
        "completed_at": milliseconds(row.completed_at),
        "expires_at": None,
        "api_endpoint": row.api_endpoint,
        "requested_at": milliseconds(row.created_at),
    }
