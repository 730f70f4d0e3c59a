"""Named switches for the points on which Greenhouse's behaviour is thinly documented or changes."""

from typing import Any

CHOICES: dict[str, tuple[Any, ...]] = {
    "token_expiry": ("expires_at", "expires_in", "both"),
    "new_token_ends_former": (False, True),
    "authorize": ("ask", "approve"),
    "rate_headers": ("sent", "zero", "absent"),
    "not_modified": ("ignored", "answered"),
    "non_admin_reads": (403, "empty"),
    "service_user_site_admin": (True, False),
    "last_page_link": ("empty", "absent"),
    "in_process_filter": (422, "empty"),
    "unknown_params": ("ignore", 422),
    "note_unknown_candidate": (404, 422),
    "stage_scaffolding": (True, False),
    "new_application_members": (True, False),
    "move_from_stage": ("either", "job_interview_stage", "application_stage"),
    "private_filter_true": ("include", "only"),
    "hired_stage": ("kept", "null"),
    "both_date_filters": ("allowed", 422),
    "application_update": (200, 204),
    "last_opening_closes_job": (False, True),
    "private_candidates": ("visible", "hidden"),
    "confidential_jobs": ("visible", "hiring_team_only"),
    "retry_event_id": ("same", "new"),
    "merge_same_job": ("keep", "delete"),
    "v1": ("on", 401, 404, 410),
    "v1_missing_permission": (401, 403),
}
"""Switch to its possible values, the first of which is the default."""

NUMBERS: dict[str, int] = {
    "v3_rate_limit": 150,
    "v1_rate_limit": 50,
    "token_rate_limit": 60,
    "token_seconds": 3600,
    "retry_random_seconds": 0,
}
"""Numeric switches with their defaults. A rate limit of 0 means no limit."""


def default_switches() -> dict[str, Any]:
    """All switches at their defaults."""
    return {name: values[0] for name, values in CHOICES.items()} | dict(NUMBERS)


def checked_switches(wanted: dict[str, Any]) -> dict[str, Any]:
    """`wanted`, if every name and value is known; else ValueError with a sentence that says which is not."""
    for name, value in wanted.items():
        if name in NUMBERS:
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError(f"The switch {name} takes a whole number, not {value!r}.")
        elif name not in CHOICES:
            raise ValueError(f"There is no switch {name}. Known: {', '.join([*CHOICES, *NUMBERS])}.")
        elif not any(value == choice and type(value) is type(choice) for choice in CHOICES[name]):
            raise ValueError(f"The switch {name} takes one of {CHOICES[name]}, not {value!r}.")
    return wanted
