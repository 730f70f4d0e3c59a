"""Permissions of credentials, by the categories on Greenhouse's screen. v3 scopes: `harvest:<resource>:<action>`."""

from dataclasses import dataclass

V1_CATEGORIES: dict[str, dict[str, str]] = {
    "Applications": {
        "applications.list": "GET: List Applications",
        "applications.get": "GET: Retrieve Application",
        "applications.create": "POST: Add Application to Candidate/Prospect",
        "applications.update": "PATCH: Update Application",
        "applications.delete": "DELETE: Delete Application",
        "applications.advance": "POST: Advance Application",
        "applications.move": "POST: Move Application",
        "applications.transfer": "POST: Transfer Application to Job",
        "applications.convert": "PATCH: Convert Prospect To Candidate",
        "applications.attach": "POST: Add Attachment to Application",
        "applications.reject": "POST: Reject Application",
        "applications.unreject": "POST: Unreject Application",
        "applications.hire": "POST: Hire Application",
        "applications.unhire": "POST: Unhire Application",
    },
    "Candidates": {
        "candidates.list": "GET: List Candidates",
        "candidates.get": "GET: Retrieve Candidate",
        "candidates.create": "POST: Add Candidate",
        "candidates.create_prospect": "POST: Add Prospect",
        "candidates.update": "PATCH: Edit Candidate",
        "candidates.delete": "DELETE: Delete Candidate",
        "candidates.merge": "PUT: Merge Candidates",
        "candidates.anonymize": "PUT: Anonymize Candidate",
        "candidates.attach": "POST: Add Attachment",
        "candidates.add_note": "POST: Add Note",
        "candidates.add_email": "POST: Add E-mail Note",
        "candidates.add_education": "POST: Add Education",
        "candidates.delete_education": "DELETE: Remove Education From Candidate",
        "candidates.add_employment": "POST: Add Employment",
        "candidates.delete_employment": "DELETE: Remove Employment From Candidate",
    },
    "Activity Feed": {"activity_feed.get": "GET: Retrieve Activity Feed"},
    "Jobs": {
        "jobs.list": "GET: List Jobs",
        "jobs.get": "GET: Retrieve Job",
        "jobs.hiring_team": "GET: Retrieve Hiring Team",
    },
    "Job Openings": {
        "openings.for_job": "GET: List Job Openings",
        "openings.get": "GET: Single Opening For Job",
        "openings.create": "POST: Create New Openings",
        "openings.update": "PATCH: Edit Openings",
    },
    "Job Posts": {
        "job_posts.list": "GET: List Job Posts",
        "job_posts.get": "GET: Retrieve Job Post",
        "job_posts.for_job": "GET: List Job Posts for Job",
    },
    "Job Stages": {
        "job_stages.list": "GET: List Job Stages",
        "job_stages.get": "GET: Retrieve Job Stage",
        "job_stages.for_job": "GET: List Job Stages for Job",
    },
    "Offers": {
        "offers.list": "GET: List Offers",
        "offers.get": "GET: Retrieve Offer",
        "offers.for_application": "GET: List Offers for Application",
        "offers.current": "GET: Retrieve Current Offer for Application",
    },
    "Rejection Reasons": {"rejection_reasons.list": "GET: List Rejection Reasons"},
    "Close Reasons": {"close_reasons.list": "GET: List Close Reasons"},
    "Custom Fields": {
        "custom_fields.list": "GET: List Custom Fields",
        "custom_fields.get": "GET: Retrieve Custom Field",
        "custom_fields.options": "GET: List Custom Field Options",
    },
    "Education": {
        "degrees.list": "GET: List Degrees",
        "disciplines.list": "GET: List Disciplines",
        "schools.list": "GET: List Schools",
    },
    "Users": {
        "users.list": "GET: List Users",
        "users.get": "GET: Retrieve User",
        "users.job_permissions": "GET: List Job Permissions",
        "users.future_job_permissions": "GET: List Future Job Permissions",
        "user_roles.list": "GET: List User Roles",
    },
    "Departments": {
        "departments.list": "GET: List Departments",
        "departments.get": "GET: Retrieve Department",
    },
    "Offices": {"offices.list": "GET: List Offices", "offices.get": "GET: Retrieve Office"},
    "Sources": {"sources.list": "GET: List Sources"},
    "Tags": {"tags.list": "GET: List Candidate Tags", "tags.for_candidate": "GET: List Tags Applied"},
    "Prospect Pools": {
        "prospect_pools.list": "GET: List Prospect Pools",
        "prospect_pools.get": "GET: Retrieve Prospect Pool",
    },
    "Interviews": {
        "scheduled_interviews.list": "GET: List Scheduled Interviews",
        "scheduled_interviews.get": "GET: Retrieve Scheduled Interview",
        "scheduled_interviews.for_application": "GET: List Scheduled Interviews for Application",
    },
    "Scorecards": {
        "scorecards.list": "GET: List Scorecards",
        "scorecards.get": "GET: Retrieve Scorecard",
        "scorecards.for_application": "GET: List Scorecards for Application",
    },
    "Others": {
        "email_templates.list": "GET: List Email Templates",
        "eeoc.list": "GET: List EEOC Data",
        "demographics.list": "GET: List Demographic Data",
        "approvals.list": "GET: List Approvals",
    },
}
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
#: category -> resource -> actions
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
#: scopes of a v3 token issued for a v1 key (assumed; undocumented)
V1_TO_V3: dict[str, tuple[str, ...]] = {
    "applications.list": ("harvest:applications:list", "harvest:application_stages:list"),
    "applications.create": ("harvest:applications:create",),
    "applications.update": ("harvest:applications:update",),
    "applications.delete": ("harvest:applications:destroy",),
    "applications.move": ("harvest:applications:move",),
    "applications.convert": ("harvest:applications:convert_to_candidate",),
    "applications.attach": ("harvest:attachments:create",),
    "applications.reject": ("harvest:applications:reject",),
    "applications.unreject": ("harvest:applications:unreject",),
    "applications.hire": ("harvest:applications:hire",),
    "candidates.list": ("harvest:candidates:list", "harvest:attachments:list"),
    "candidates.create": ("harvest:candidates:create",),
    "candidates.update": ("harvest:candidates:update",),
    "candidates.delete": ("harvest:candidates:destroy",),
    "candidates.merge": ("harvest:candidates:merge",),
    "candidates.anonymize": ("harvest:candidates:anonymize",),
    "candidates.add_note": ("harvest:notes:create",),
    "activity_feed.get": ("harvest:notes:list",),
    "jobs.list": ("harvest:jobs:list", "harvest:job_owners:list", "harvest:job_hiring_managers:list"),
    "openings.for_job": ("harvest:openings:list",),
    "job_posts.list": ("harvest:job_posts:list", "harvest:job_post_locations:list"),
    "job_stages.list": ("harvest:job_interview_stages:list",),
    "offers.list": ("harvest:offers:list",),
    "rejection_reasons.list": ("harvest:rejection_reasons:list", "harvest:rejection_details:list"),
    "close_reasons.list": ("harvest:close_reasons:list",),
    "custom_fields.list": ("harvest:custom_fields:list",),
    "custom_fields.options": ("harvest:custom_field_options:list",),
    "users.list": ("harvest:users:list",),
    "departments.list": ("harvest:departments:list",),
    "offices.list": ("harvest:offices:list",),
    "sources.list": ("harvest:sources:list",),
}


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


@dataclass(frozen=True)
class Permission:
    key: str
    category: str
    label: str


def categories(version: str) -> dict[str, list[Permission]]:
    """The categories of `v1` or `v3`."""
    tree = V1_CATEGORIES if version == "v1" else V3_CATEGORIES
    return {
        category: [Permission(key, category, label) for key, label in members.items()]
        for category, members in tree.items()
    }
