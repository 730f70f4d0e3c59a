import secrets
import threading
from typing import Any

from greenhouse_sandbox.clock import Clock
from greenhouse_sandbox.store.account import (
    ApiKey,
    BulkRequest,
    CustomField,
    CustomFieldOption,
    Grant,
    OAuthClient,
)
from greenhouse_sandbox.store.applications import (
    Application,
    ApplicationStage,
    Attachment,
    Interview,
    Note,
    Offer,
    RejectionDetail,
    Scorecard,
)
from greenhouse_sandbox.store.jobs import (
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
from greenhouse_sandbox.store.people import (
    Candidate,
    CandidateTag,
    Education,
    Employment,
    ProspectPool,
    ProspectPoolStage,
    Referrer,
    User,
    UserJobPermission,
    UserRole,
)
from greenhouse_sandbox.store.table import Table
from greenhouse_sandbox.store.webhooks import Delivery, HookFaults, Webhook

#: possible values of each switch; the first is the default
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
#: numeric switches with their defaults; a rate limit of 0 means no limit
NUMBERS: dict[str, int] = {
    "v3_rate_limit": 150,
    "v1_rate_limit": 50,
    "token_rate_limit": 60,
    "token_seconds": 3600,
    "retry_random_seconds": 0,
}


def default_switches() -> dict[str, Any]:
    return {name: values[0] for name, values in CHOICES.items()} | dict(NUMBERS)


def checked_switches(wanted: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError with a message for an unknown name or value."""
    for name, value in wanted.items():
        if name in NUMBERS:
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError(f"The switch {name} must be a whole number, not {value!r}.")
        elif name not in CHOICES:
            raise ValueError(f"There is no switch {name}. Known: {', '.join([*CHOICES, *NUMBERS])}.")
        elif not any(value == choice and type(value) is type(choice) for choice in CHOICES[name]):
            raise ValueError(f"The switch {name} takes one of {CHOICES[name]}, not {value!r}.")
    return wanted


class Store:
    """All records of one account. Hold `lock` to read or change them. `base_url`: for links in webhook bodies."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.base_url = "http://127.0.0.1"
        self.generation = 0
        self.clear()

    def clear(self) -> None:
        """Delete every record, and reset clock and switches. `generation` counts the resets."""
        self.generation += 1
        self.clock.offset = Clock().offset
        self.organisation = {"id": 4000100002, "name": "Acorn & Oak"}
        self.signing_key = secrets.token_hex(32)
        self.acting_user_id = 0
        self.hold_deliveries = False
        self.hook_faults = HookFaults()
        self.switches: dict[str, Any] = default_switches()
        self.users = Table(User, 4_010_000_000)
        self.departments = Table(Department, 4_020_000_000)
        self.offices = Table(Office, 4_030_000_000)
        self.jobs = Table(Job, 4_040_000_000)
        self.job_posts = Table(JobPost, 4_050_000_000, "job_id")
        self.job_stages = Table(JobStage, 4_060_000_000, "job_id")
        self.job_owners = Table(JobOwner, 4_070_000_000, "job_id")
        self.job_hiring_managers = Table(JobHiringManager, 4_075_000_000, "job_id")
        self.rejection_reasons = Table(RejectionReason, 4_080_000_000)
        self.sources = Table(Source, 4_085_000_000)
        self.referrers = Table(Referrer, 4_086_000_000, "user_id")
        self.close_reasons = Table(CloseReason, 4_087_000_000)
        self.custom_fields = Table(CustomField, 4_088_000_000, "field_type", "name_key")
        self.custom_field_options = Table(CustomFieldOption, 4_089_000_000, "custom_field_id")
        self.user_roles = Table(UserRole, 4_091_000_000)
        self.user_job_permissions = Table(UserJobPermission, 4_092_000_000, "user_id", "job_id")
        self.prospect_pools = Table(ProspectPool, 4_093_000_000)
        self.prospect_pool_stages = Table(ProspectPoolStage, 4_094_000_000, "prospect_pool_id")
        self.candidate_tags = Table(CandidateTag, 4_096_000_000, "name")
        self.openings = Table(Opening, 4_097_000_000, "job_id", "application_id")
        self.candidates = Table(Candidate, 5_100_000_000, "addressed", "tagged")
        self.educations = Table(Education, 5_700_000_000, "candidate_id")
        self.employments = Table(Employment, 5_900_000_000, "candidate_id")
        self.applications = Table(
            Application,
            6_200_000_000,
            "candidate_id",
            "job_id",
            "considered_for",
            "prospect",
            "status",
        )
        self.application_stages = Table(
            ApplicationStage, 7_300_000_000, "application_id", "job_stage_id", "standing"
        )
        self.attachments = Table(Attachment, 8_300_000_000, "application_id", "candidate_id")
        self.notes = Table(Note, 8_400_000_000, "candidate_id", "application_id")
        self.rejection_details = Table(RejectionDetail, 8_500_000_000, "application_id")
        self.offers = Table(Offer, 8_600_000_000, "application_id", "job_id", "candidate_id")
        self.interviews = Table(Interview, 8_700_000_000, "application_id", "candidate_id")
        self.scorecards = Table(Scorecard, 8_800_000_000, "application_id", "candidate_id")
        self.api_keys = Table(ApiKey, 4_090_000_000, "key_hash")
        self.oauth_clients = Table(OAuthClient, 4_095_000_000, "client_id")
        self.grants = Table(Grant, 4_500_000_000, "secret_hash")
        self.bulk_requests = Table(BulkRequest, 4_550_000_000, "bulk_action_uuid")
        self.webhooks = Table(Webhook, 4_600_000_000)
        self.deliveries = Table(Delivery, 4_700_000_000, "webhook_id", "state")

    def tables(self) -> dict[str, Table[Any]]:
        return {name: value for name, value in vars(self).items() if isinstance(value, Table)}
