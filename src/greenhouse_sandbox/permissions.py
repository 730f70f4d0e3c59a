"""What a credential can be allowed: categories as on Greenhouse's permission screen, v1 and v3.

The article's category names are Greenhouse's own; the label of each permission follows the documented
endpoint names. v3 scopes are `harvest:<resource>:<action>`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Permission:
    """One tick box. `key` is what is stored; for v3 it is the scope itself."""

    key: str
    category: str
    label: str


V1_CATEGORIES: dict[str, dict[str, str]] = {
    "Applications": {
        "applications.list": "GET: List Applications",
        "applications.get": "GET: Retrieve Application",
        "applications.advance": "POST: Advance Application",
        "applications.move": "POST: Move Application",
        "applications.transfer": "POST: Transfer Application to Job",
        "applications.reject": "POST: Reject Application",
        "applications.unreject": "POST: Unreject Application",
        "applications.hire": "POST: Hire Application",
    },
    "Candidates": {
        "candidates.list": "GET: List Candidates",
        "candidates.get": "GET: Retrieve Candidate",
        "candidates.add_note": "POST: Add Note",
    },
    "Activity Feed": {"activity_feed.get": "GET: Retrieve Activity Feed"},
    "Jobs": {"jobs.list": "GET: List Jobs", "jobs.get": "GET: Retrieve Job"},
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
    "Rejection Reasons": {"rejection_reasons.list": "GET: List Rejection Reasons"},
    "Users": {"users.list": "GET: List Users", "users.get": "GET: Retrieve User"},
    "Departments": {
        "departments.list": "GET: List Departments",
        "departments.get": "GET: Retrieve Department",
    },
    "Offices": {"offices.list": "GET: List Offices", "offices.get": "GET: Retrieve Office"},
    "Sources": {"sources.list": "GET: List Sources"},
}

V3_CATEGORIES: dict[str, dict[str, str]] = {
    "Applications": {
        "harvest:applications:list": "List applications",
        "harvest:applications:create": "Create application",
        "harvest:applications:move": "Move application",
        "harvest:applications:reject": "Reject application",
        "harvest:applications:unreject": "Unreject application",
        "harvest:applications:hire": "Hire application",
    },
    "Application Stages": {"harvest:application_stages:list": "List application stages"},
    "Candidates": {
        "harvest:candidates:list": "List candidates",
        "harvest:candidates:create": "Create candidate",
    },
    "Activity Feed": {"harvest:notes:list": "List notes", "harvest:notes:create": "Create note"},
    "Jobs": {"harvest:jobs:list": "List jobs"},
    "Job Posts": {"harvest:job_posts:list": "List job posts"},
    "Job Stages": {"harvest:job_interview_stages:list": "List job interview stages"},
    "Hiring Team": {
        "harvest:job_owners:list": "List job owners",
        "harvest:job_hiring_managers:list": "List job hiring managers",
    },
    "Rejection Reasons": {
        "harvest:rejection_reasons:list": "List rejection reasons",
        "harvest:rejection_details:list": "List rejection details",
    },
    "Users": {"harvest:users:list": "List users"},
    "Departments": {"harvest:departments:list": "List departments"},
    "Offices": {"harvest:offices:list": "List offices"},
    "Sources": {"harvest:sources:list": "List sources"},
}

V1_TO_V3: dict[str, tuple[str, ...]] = {
    "applications.list": ("harvest:applications:list", "harvest:application_stages:list"),
    "applications.move": ("harvest:applications:move",),
    "applications.reject": ("harvest:applications:reject",),
    "applications.unreject": ("harvest:applications:unreject",),
    "applications.hire": ("harvest:applications:hire",),
    "candidates.list": ("harvest:candidates:list",),
    "candidates.add_note": ("harvest:notes:create",),
    "activity_feed.get": ("harvest:notes:list",),
    "jobs.list": ("harvest:jobs:list", "harvest:job_owners:list", "harvest:job_hiring_managers:list"),
    "job_posts.list": ("harvest:job_posts:list",),
    "job_stages.list": ("harvest:job_interview_stages:list",),
    "rejection_reasons.list": ("harvest:rejection_reasons:list", "harvest:rejection_details:list"),
    "users.list": ("harvest:users:list",),
    "departments.list": ("harvest:departments:list",),
    "offices.list": ("harvest:offices:list",),
    "sources.list": ("harvest:sources:list",),
}
"""Which scopes a v3 token has that was minted with a v1 key (assumed; the documents do not say)."""


def categories(version: str) -> dict[str, list[Permission]]:
    """The permissions of `v1` or `v3`, by category."""
    tree = V1_CATEGORIES if version == "v1" else V3_CATEGORIES
    return {
        category: [Permission(key, category, label) for key, label in members.items()]
        for category, members in tree.items()
    }
