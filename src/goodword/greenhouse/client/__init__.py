"""A client for Greenhouse's Harvest API, v3 and v1, behind one Protocol. Independent of Django.

    with build(V3Credentials("id", "secret"), base_url=V3_BASE, clock=now) as api:
        application = api.application(409)

A call passes `v1` or `v3`, `session` (authentication, pace, retries, errors), `transport` (one exchange) and `records`
(JSON to our `types`).
"""

from goodword.greenhouse.client.api import TOKEN_URL, V1_BASE, V3_BASE, HarvestApi, build
from goodword.greenhouse.client.authentication import (
    MemoryTokenStore,
    Token,
    TokenStore,
    V1Credentials,
    V3Credentials,
)
from goodword.greenhouse.client.errors import (
    AddressRefused,
    Forbidden,
    HarvestError,
    Invalid,
    NotFound,
    RateLimited,
    Refusal,
    Unauthorised,
    Unavailable,
    UnexpectedShape,
)
from goodword.greenhouse.client.pacing import (
    TOKEN_RATE,
    V1_RATE,
    V3_RATE,
    LocalPacer,
    Pacer,
    Priority,
    Rate,
    RateReport,
)
from goodword.greenhouse.client.permissions import HarvestPermission, PermissionState, ProbeResult, probe_all
from goodword.greenhouse.client.session import ONCE, READS, RetryPolicy
from goodword.greenhouse.client.transport import Exchange, Limits
from goodword.greenhouse.client.types import (
    Actor,
    Application,
    ApplicationStage,
    ApplicationStatus,
    Candidate,
    Contact,
    Job,
    JobOwner,
    JobPost,
    JobStage,
    JobStatus,
    Note,
    OwnerKind,
    RejectionReason,
    User,
    Visibility,
)

__all__ = [
    "ONCE",
    "READS",
    "TOKEN_RATE",
    "TOKEN_URL",
    "V1_BASE",
    "V1_RATE",
    "V3_BASE",
    "V3_RATE",
    "Actor",
    "AddressRefused",
    "Application",
    "ApplicationStage",
    "ApplicationStatus",
    "Candidate",
    "Contact",
    "Exchange",
    "Forbidden",
    "HarvestApi",
    "HarvestError",
    "HarvestPermission",
    "Invalid",
    "Job",
    "JobOwner",
    "JobPost",
    "JobStage",
    "JobStatus",
    "Limits",
    "LocalPacer",
    "MemoryTokenStore",
    "NotFound",
    "Note",
    "OwnerKind",
    "Pacer",
    "PermissionState",
    "Priority",
    "ProbeResult",
    "Rate",
    "RateLimited",
    "RateReport",
    "Refusal",
    "RejectionReason",
    "RetryPolicy",
    "Token",
    "TokenStore",
    "Unauthorised",
    "Unavailable",
    "UnexpectedShape",
    "User",
    "V1Credentials",
    "V3Credentials",
    "Visibility",
    "build",
    "probe_all",
]
