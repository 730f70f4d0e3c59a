"""Lists of which this sandbox never has a record: an account that does not use the feature.

They are here so that clients which read everything run through.
"""

from greenhouse_sandbox.api.v3.filters import nothing
from greenhouse_sandbox.api.v3.listing import Resource
from greenhouse_sandbox.store.row import Row
from greenhouse_sandbox.store.table import Table

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
"""Name of the list to its own filters."""

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
