"""The client's records, the same for Harvest v1 and v3. Times are in UTC; ids are Greenhouse's 64-bit numbers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ApplicationStatus(StrEnum):
    ACTIVE = "active"
    REJECTED = "rejected"
    HIRED = "hired"
    CONVERTED = "converted"
    UNKNOWN = "unknown"


class JobStatus(StrEnum):
    OPEN = "open"
    DRAFT = "draft"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Visibility(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"
    ADMIN_ONLY = "admin_only"


class OwnerKind(StrEnum):
    RECRUITER = "recruiter"
    COORDINATOR = "coordinator"
    SOURCER = "sourcer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Job:
    id: int
    name: str
    requisition_id: str | None
    status: JobStatus
    confidential: bool
    is_template: bool
    departments: tuple[str, ...]
    offices: tuple[str, ...]
    opened_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobPost:
    """`title` and `content` are what candidates see. `job_id` is None for a post that collects prospects."""

    id: int
    job_id: int | None
    title: str
    live: bool
    internal: bool
    active: bool
    language: str | None
    #: HTML
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JobStage:
    id: int
    job_id: int
    name: str
    order: int
    active: bool


@dataclass(frozen=True, slots=True)
class Application:
    """`stage_id` is `JobStage.id`, not v3's `stage_id` of an application stage. A prospect has no `job_id`."""

    id: int
    candidate_id: int
    job_id: int | None
    job_post_id: int | None
    status: ApplicationStatus
    prospect: bool
    stage_id: int | None
    stage_name: str | None
    stage_entered_at: datetime | None
    applied_at: datetime | None
    rejected_at: datetime | None
    last_activity_at: datetime | None
    rejection_reason_id: int | None
    rejection_reason_name: str | None
    recruiter_id: int | None
    coordinator_id: int | None
    prospective_job_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ApplicationStage:
    application_id: int
    stage_id: int
    entered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Actor:
    user_id: int | None = None
    site_admin: bool | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    value: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Few members may see `private` candidates, in Greenhouse and here."""

    id: int
    first_name: str
    last_name: str
    preferred_name: str | None
    emails: tuple[Contact, ...]
    phones: tuple[Contact, ...]
    company: str | None
    title: str | None
    private: bool
    can_email: bool
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class RejectionReason:
    """`type_name` is its group, such as "We rejected them"."""

    id: int
    name: str
    type_name: str | None


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    first_name: str
    last_name: str
    email: str | None
    emails: tuple[str, ...]
    disabled: bool
    site_admin: bool


@dataclass(frozen=True, slots=True)
class JobOwner:
    job_id: int
    user_id: int
    kind: OwnerKind
    responsible: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Harvest v1 has no `application_id`."""

    id: int
    candidate_id: int
    application_id: int | None
    body: str
    user_id: int | None
    visibility: Visibility | None
    created_at: datetime | None
