"""The documented filters of each v3 list, besides the common ones (harvestdocs.greenhouse.io, summer 2026)."""

DOCUMENTED = {
    "application_stages": "application_ids job_interview_stage_ids current",
    "applications": (
        "candidate_ids job_ids prospective_job_ids job_post_ids source_ids referrer_ids stage_ids status "
        "stage_name custom_field_option_id last_activity_at prospect"
    ),
    "applied_candidate_tags": "candidate_tag_ids candidate_ids",
    "approval_flows": "job_ids offer_ids approval_type",
    "approver_groups": "approval_flow_ids",
    "approvers": "approver_group_ids user_ids status",
    "attachments": "application_ids candidate_ids type",
    "blocked_spam_sources": "source_type value",
    "bulk_requests": "bulk_action_uuid active",
    "candidate_attribute_types": "active is_draft",
    "candidate_educations": "candidate_ids start_at end_at latest",
    "candidate_employments": "candidate_ids latest",
    "candidate_tags": "",
    "candidates": "last_activity_at custom_field_option_id private email tag",
    "close_reasons": "",
    "custom_field_departments": "custom_field_ids department_ids",
    "custom_field_offices": "custom_field_ids office_ids",
    "custom_field_options": "custom_field_ids active custom_field_key",
    "custom_fields": "field_type active name name_key",
    "default_interviewers": "user_ids interview_kit_ids",
    "demographic_answer_options": "demographic_question_ids active",
    "demographic_answers": "application_ids demographic_question_ids demographic_answer_option_ids",
    "demographic_question_sets": "active enabled",
    "demographic_questions": "demographic_question_set_ids active required",
    "departments": "parent_id external_id",
    "eeoc": "application_ids submitted_at",
    "email_templates": "email_type from_type",
    "focus_candidate_attributes": "interview_kit_ids job_candidate_attribute_ids",
    "future_job_permissions": (
        "department_ids office_ids user_ids role_ids external_department_id external_office_id"
    ),
    "interview_kits": "job_ids job_interview_ids",
    "interviewer_tags": "",
    "interviewers": "interview_ids user_ids scorecard_ids response_status",
    "interviews": (
        "job_ids application_ids job_interview_ids organizer_ids starts_at ends_at all_day_start_on "
        "all_day_end_on external_event_id status"
    ),
    "job_board_custom_locations": "greenhouse_job_board_ids active",
    "job_boards": "internal live",
    "job_candidate_attributes": "job_ids candidate_attribute_type_ids active",
    "job_hiring_managers": "user_ids job_ids",
    "job_interview_stages": "job_ids active",
    "job_interviews": "job_interview_stage_ids job_ids active scheduling_type",
    "job_notes": "job_ids user_ids visibility",
    "job_owners": "user_ids job_ids type",
    "job_post_locations": "office_ids job_post_ids custom_location_ids type plain_text_location",
    "job_post_searchable_locations": "job_post_ids",
    "job_posts": "job_ids job_board_ids active featured live internal",
    "jobs": (
        "opened_at closed_at requisition_id department_id office_id custom_field_option_id confidential "
        "status"
    ),
    "notes": "candidate_ids user_ids application_ids type visibility",
    "offers": (
        "application_ids job_ids candidate_ids opening_ids current_only custom_field_option_id status "
        "resolved_at sent_on starts_on"
    ),
    "offices": "parent_id external_id",
    "openings": (
        "job_ids application_ids close_reason_ids opened_at closed_at custom_field_option_id open opening_id"
    ),
    "pay_input_ranges": "pay_input_ids job_post_ids",
    "pay_inputs": "linked_custom_field_ids",
    "prospect_details": (
        "application_ids pool_ids pool_stage_ids prospect_owner_ids department_ids office_ids"
    ),
    "prospect_pool_stages": "prospect_pool_ids",
    "prospect_pools": "department_ids office_ids job_ids active",
    "referrers": "user_ids",
    "rejection_details": "application_ids rejection_reason_ids custom_field_option_id",
    "rejection_reasons": "include_defaults",
    "scorecard_candidate_attributes": "scorecard_ids job_candidate_attribute_ids",
    "scorecard_question_answer_options": "scorecard_question_option_ids scorecard_question_answer_ids",
    "scorecard_question_answers": "scorecard_ids scorecard_question_ids",
    "scorecard_question_candidate_attributes": "scorecard_question_ids focus_candidate_attribute_ids",
    "scorecard_question_options": "scorecard_question_ids active",
    "scorecard_questions": "interview_kit_ids active",
    "scorecards": (
        "interview_kit_ids submitter_ids application_ids interviewer_ids interviewed_at submitted_at status"
    ),
    "sources": "",
    "tracking_links": (
        "job_ids source_ids referrer_ids job_board_ids job_post_ids related_post_ids token related_post_type"
    ),
    "user_emails": "user_ids email verified verification_token_sent_at",
    "user_job_permissions": "job_ids user_ids role_ids",
    "user_roles": "",
    "users": (
        "agency_ids office_ids department_ids linked_candidate_ids interviewer_tag_ids employee_ids "
        "custom_field_option_id deactivated primary_email external_office_id external_department_id "
        "show_service_accounts"
    ),
}
