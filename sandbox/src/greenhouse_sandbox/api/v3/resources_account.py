"""Lists about the account. Some are always empty, and are here for clients that read everything."""

from typing import Any

from greenhouse_sandbox.api.v3 import shapes_account, shapes_jobs, shapes_people, visibility
from greenhouse_sandbox.api.v3.derived import user_emails
from greenhouse_sandbox.api.v3.filters import (
    Test,
    accepted,
    boolean,
    choice,
    ids,
    ids_within,
    no_moment,
    nothing,
    option,
    parse_boolean,
    text,
    texts,
)
from greenhouse_sandbox.api.v3.listing import Resource
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import FIELD_TYPES
from greenhouse_sandbox.store.table import Row, Table

#: name of the list -> its own filters
FILTERS: dict[str, tuple[str, ...]] = {
    "approval_flows": ("job_ids", "offer_ids", "approval_type"),
    "approver_groups": ("approval_flow_ids",),
    "approvers": ("approver_group_ids", "user_ids", "status"),
    "blocked_spam_sources": ("source_type", "value"),
    "candidate_attribute_types": ("active", "is_draft"),
    "custom_field_departments": ("custom_field_ids", "department_ids"),
    "custom_field_offices": ("custom_field_ids", "office_ids"),
    "default_interviewers": ("user_ids", "interview_kit_ids"),
    "demographic_answer_options": ("demographic_question_ids", "active"),
    "demographic_answers": ("application_ids", "demographic_question_ids", "demographic_answer_option_ids"),
    "demographic_question_sets": ("active", "enabled"),
    "demographic_questions": ("demographic_question_set_ids", "active", "required"),
    "eeoc": ("application_ids", "submitted_at"),
    "email_templates": ("email_type", "from_type"),
    "focus_candidate_attributes": ("interview_kit_ids", "job_candidate_attribute_ids"),
    "future_job_permissions": (
        "user_ids",
        "role_ids",
        "department_ids",
        "office_ids",
        "external_department_id",
        "external_office_id",
    ),
    "interview_kits": ("job_ids", "job_interview_ids"),
    "interviewer_tags": (),
    "interviewers": ("interview_ids", "user_ids", "scorecard_ids", "response_status"),
    "job_board_custom_locations": ("greenhouse_job_board_ids", "active"),
    "job_boards": ("internal", "live"),
    "job_candidate_attributes": ("job_ids", "candidate_attribute_type_ids", "active"),
    "job_interviews": ("job_ids", "job_interview_stage_ids", "active", "scheduling_type"),
    "job_notes": ("job_ids", "user_ids", "visibility"),
    "job_post_searchable_locations": ("job_post_ids",),
    "pay_input_ranges": ("pay_input_ids", "job_post_ids"),
    "pay_inputs": ("linked_custom_field_ids",),
    "scorecard_candidate_attributes": ("scorecard_ids", "job_candidate_attribute_ids"),
    "scorecard_question_answer_options": ("scorecard_question_answer_ids", "scorecard_question_option_ids"),
    "scorecard_question_answers": ("scorecard_ids", "scorecard_question_ids"),
    "scorecard_question_candidate_attributes": ("scorecard_question_ids", "focus_candidate_attribute_ids"),
    "scorecard_question_options": ("scorecard_question_ids", "active"),
    "scorecard_questions": ("interview_kit_ids", "active"),
    "tracking_links": (
        "job_ids",
        "source_ids",
        "referrer_ids",
        "job_board_ids",
        "job_post_ids",
        "related_post_ids",
        "related_post_type",
        "token",
    ),
}
NONE = Table(Row, 0)
EMPTY = tuple(
    Resource(
        name=name,
        table=lambda _store: NONE,
        shape=lambda _store, _row: {},
        filters=dict.fromkeys(filters, nothing),
    )
    for name, filters in FILTERS.items()
)


def _at(table: str, member: str) -> Any:
    def build(store: Store, _: str, wanted: str) -> Test:
        places = {row.id for row in store.tables()[table].rising() if row.external_id == wanted}
        return lambda row: not places.isdisjoint(getattr(row, member))

    return build


def _field_key(store: Store, _: str, wanted: str) -> Test:
    fields = {row.id for row in store.custom_fields.by("name_key", wanted)}
    return lambda row: row.custom_field_id in fields


def _under_way(_: Store, name: str, wanted: str) -> Test:
    """Bulk requests in progress. Here they all finish before the response."""
    active = parse_boolean(name, wanted)
    return lambda row: (row.completed_at is None) == active


RESOURCES = (
    Resource(
        name="users",
        table=lambda store: store.users,
        shape=shapes_people.user,
        filters={
            "agency_ids": nothing,
            "office_ids": ids_within("office_ids"),
            "department_ids": ids_within("department_ids"),
            "linked_candidate_ids": ids_within("linked_candidate_ids"),
            "interviewer_tag_ids": nothing,
            "employee_ids": texts("employee_id"),
            "custom_field_option_id": option,
            "deactivated": boolean("deactivated"),
            "primary_email": text("primary_email"),
            "external_office_id": _at("offices", "office_ids"),
            "external_department_id": _at("departments", "department_ids"),
            "show_service_accounts": accepted,
        },
        visible=visibility.persons,
    ),
    Resource(
        name="user_emails",
        table=user_emails,
        shape=shapes_account.user_email,
        filters={
            "user_ids": ids("user_id"),
            "email": texts("email"),
            "verified": boolean("verified"),
            "verification_token_sent_at": no_moment,
        },
        indexed={"user_ids": "user_id"},
    ),
    Resource(name="user_roles", table=lambda store: store.user_roles, shape=shapes_account.user_role),
    Resource(
        name="user_job_permissions",
        table=lambda store: store.user_job_permissions,
        shape=shapes_account.user_job_permission,
        filters={"user_ids": ids("user_id"), "job_ids": ids("job_id"), "role_ids": ids("role_id")},
        indexed={"user_ids": "user_id", "job_ids": "job_id"},
    ),
    Resource(
        name="custom_fields",
        table=lambda store: store.custom_fields,
        shape=shapes_account.custom_field,
        filters={
            "field_type": choice("field_type", {name: name for name in FIELD_TYPES}),
            "active": boolean("active"),
            "name": text("name"),
            "name_key": text("name_key"),
        },
    ),
    Resource(
        name="custom_field_options",
        table=lambda store: store.custom_field_options,
        shape=shapes_account.custom_field_option,
        filters={
            "custom_field_ids": ids("custom_field_id"),
            "custom_field_key": _field_key,
            "active": boolean("active"),
        },
        indexed={"custom_field_ids": "custom_field_id"},
    ),
    Resource(
        name="rejection_reasons",
        table=lambda store: store.rejection_reasons,
        shape=shapes_jobs.rejection_reason,
        filters={"include_defaults": accepted},
        visible=visibility.own_reasons,
    ),
    Resource(name="sources", table=lambda store: store.sources, shape=shapes_jobs.source),
    Resource(
        name="referrers",
        table=lambda store: store.referrers,
        shape=shapes_account.referrer,
        filters={"user_ids": ids("user_id")},
        indexed={"user_ids": "user_id"},
    ),
    Resource(
        name="candidate_tags", table=lambda store: store.candidate_tags, shape=shapes_account.candidate_tag
    ),
    Resource(
        name="prospect_pools",
        table=lambda store: store.prospect_pools,
        shape=shapes_account.prospect_pool,
        filters={
            "active": boolean("active"),
            "department_ids": ids_within("department_ids"),
            "office_ids": ids_within("office_ids"),
            "job_ids": ids_within("job_ids"),
        },
    ),
    Resource(
        name="prospect_pool_stages",
        table=lambda store: store.prospect_pool_stages,
        shape=shapes_account.prospect_pool_stage,
        filters={"prospect_pool_ids": ids("prospect_pool_id")},
        indexed={"prospect_pool_ids": "prospect_pool_id"},
    ),
    Resource(
        name="bulk_requests",
        table=lambda store: store.bulk_requests,
        shape=shapes_account.bulk_request,
        filters={
            "status": text("status"),
            "bulk_action_uuid": text("bulk_action_uuid"),
            "active": _under_way,
        },
    ),
)
