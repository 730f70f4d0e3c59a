"""The tick boxes of a Harvest v3 credential, by category: scope to its label."""

_VERBS = {
    "list": "List {}",
    "create": "Create {}",
    "update": "Update {}",
    "destroy": "Delete {}",
    "move": "Move {}",
    "reject": "Reject {}",
    "unreject": "Unreject {}",
    "hire": "Hire {}",
    "convert_to_candidate": "Convert {} to candidate",
    "merge": "Merge {}",
    "anonymize": "Anonymize {}",
    "activate": "Activate {}",
    "deactivate": "Deactivate {}",
    "revoke_permissions": "Revoke permissions of {}",
}

_TREE: dict[str, dict[str, str]] = {
    "Applications": {
        "applications": "list create move reject unreject hire update destroy convert_to_candidate"
    },
    "Application Stages": {"application_stages": "list"},
    "Candidates": {
        "candidates": "list create update destroy merge anonymize",
        "candidate_educations": "list create destroy",
        "candidate_employments": "list create destroy",
        "candidate_tags": "list create destroy",
        "applied_candidate_tags": "list create destroy",
    },
    "Activity Feed": {"notes": "list create"},
    "Attachments": {"attachments": "list create"},
    "Jobs": {"jobs": "list"},
    "Job Posts": {"job_posts": "list", "job_post_locations": "list"},
    "Job Stages": {"job_interview_stages": "list"},
    "Hiring Team": {
        "job_owners": "list create destroy",
        "job_hiring_managers": "list create destroy",
    },
    "Openings": {"openings": "list create update destroy", "close_reasons": "list"},
    "Offers": {"offers": "list update"},
    "Rejection Reasons": {"rejection_reasons": "list", "rejection_details": "list update"},
    "Prospects": {"prospect_details": "list", "prospect_pools": "list", "prospect_pool_stages": "list"},
    "Custom Fields": {
        "custom_fields": "list create update destroy",
        "custom_field_options": "list create update destroy",
    },
    "Users": {
        "users": "list create update activate deactivate revoke_permissions",
        "user_emails": "list create",
        "user_roles": "list",
        "user_job_permissions": "list create destroy",
        "future_job_permissions": "list",
    },
    "Departments": {"departments": "list"},
    "Offices": {"offices": "list"},
    "Sources": {"sources": "list", "referrers": "list", "tracking_links": "list"},
    "Interviews": {
        "interviews": "list",
        "interviewers": "list",
        "interviewer_tags": "list",
        "interview_kits": "list",
        "job_interviews": "list",
        "default_interviewers": "list",
    },
    "Scorecards": {
        "scorecards": "list",
        "scorecard_candidate_attributes": "list",
        "scorecard_questions": "list",
        "scorecard_question_options": "list",
        "scorecard_question_answers": "list",
        "scorecard_question_answer_options": "list",
        "scorecard_question_candidate_attributes": "list",
    },
    "Approvals": {"approval_flows": "list", "approver_groups": "list", "approvers": "list"},
    "Demographics": {
        "demographic_answers": "list",
        "demographic_answer_options": "list",
        "demographic_questions": "list",
        "demographic_question_sets": "list",
        "eeoc": "list",
    },
    "Others": {
        "blocked_spam_sources": "list",
        "bulk_requests": "list",
        "candidate_attribute_types": "list",
        "custom_field_departments": "list",
        "custom_field_offices": "list",
        "email_templates": "list",
        "focus_candidate_attributes": "list",
        "job_board_custom_locations": "list",
        "job_boards": "list",
        "job_candidate_attributes": "list",
        "job_notes": "list",
        "job_post_searchable_locations": "list",
        "pay_input_ranges": "list",
        "pay_inputs": "list",
    },
}
"""Category to its resources, and each to the actions there are."""


def _label(resource: str, action: str) -> str:
    words = resource.replace("_", " ")
    return _VERBS[action].format(words if action == "list" else words.removesuffix("s"))


V3_CATEGORIES: dict[str, dict[str, str]] = {
    category: {
        f"harvest:{resource}:{action}": _label(resource, action)
        for resource, actions in resources.items()
        for action in actions.split()
    }
    for category, resources in _TREE.items()
}
