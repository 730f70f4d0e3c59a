"""What a credential can be allowed: categories as on Greenhouse's permission screen, v1 and v3.

The article's category names are Greenhouse's own; the label of each permission follows the documented
endpoint names. v3 scopes are `harvest:<resource>:<action>`.
"""

from dataclasses import dataclass

from greenhouse_sandbox.permissions_v1 import V1_CATEGORIES
from greenhouse_sandbox.permissions_v3 import V3_CATEGORIES

__all__ = ["V1_CATEGORIES", "V1_TO_V3", "V3_CATEGORIES", "Permission", "categories"]


@dataclass(frozen=True)
class Permission:
    """One tick box. `key` is what is stored; for v3 it is the scope itself."""

    key: str
    category: str
    label: str


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
"""Which scopes a v3 token has that was minted with a v1 key (assumed; the documents do not say)."""


def categories(version: str) -> dict[str, list[Permission]]:
    """The permissions of `v1` or `v3`, by category."""
    tree = V1_CATEGORIES if version == "v1" else V3_CATEGORIES
    return {
        category: [Permission(key, category, label) for key, label in members.items()]
        for category, members in tree.items()
    }
