"""The client's records, the same for Harvest v1 and v3.

All times are aware and in UTC. Ids are Greenhouse's own 64-bit numbers.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ApplicationStatus(StrEnum):
    """As in Harvest v1; `active` is `in_process` in v3. Anything else is UNKNOWN."""

    ACTIVE = "active"
    REJECTED = "rejected"
    HIRED = "hired"
    CONVERTED = "converted"
    UNKNOWN = "unknown"


class JobStatus(StrEnum):
    """The status of a job. Anything else is UNKNOWN."""

    OPEN = "open"
    DRAFT = "draft"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Visibility(StrEnum):
    """Who may read a note, as spelled in writing by both versions."""

    PRIVATE = "private"
    PUBLIC = "public"
    ADMIN_ONLY = "admin_only"


class OwnerKind(StrEnum):
    """The part of a member of a job's hiring team."""

    RECRUITER = "recruiter"
    COORDINATOR = "coordinator"
    SOURCER = "sourcer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Job:
    """A job. `departments` and `offices` are names, empty if we may not read them."""

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
    """A job post, whose title candidates see. `job_id` is None for a post that collects prospects."""

    id: int
    job_id: int | None
    title: str
    live: bool
    internal: bool
    active: bool
    language: str | None


@dataclass(frozen=True, slots=True)
class JobStage:
    """A stage of a job's pipeline. `order` counts from 0."""

    id: int
    job_id: int
    name: str
    order: int
    active: bool


@dataclass(frozen=True, slots=True)
class Application:
    """One person on one job.

    `stage_id` is the id of the job's stage (`JobStage.id`), not that of the application's own stage row, which Harvest
    v3 calls `stage_id`. `stage_entered_at` is only set if it came with other data; see `HarvestApi.stage_entered_at`. A
    prospect has no `job_id`.
    """

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
    """The current stage of an application, and since when, if known."""

    application_id: int
    stage_id: int
    entered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Actor:
    """The Greenhouse user on whose behalf we call, None where unknown. A v1 key has none."""

    user_id: int | None = None
    site_admin: bool | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """An e-mail address or a telephone number with its type in lower case."""

    value: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person. Only few members may see `private` ones, in Greenhouse and with us."""

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
    """A reason for a rejection, and its group ("We rejected them", ...)."""

    id: int
    name: str
    type_name: str | None


@dataclass(frozen=True, slots=True)
class User:
    """A person with a login in Greenhouse. `email` is the first address, `emails` all known ones."""

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
    """A user on a job's hiring team; `responsible`: for new applications."""

    job_id: int
    user_id: int
    kind: OwnerKind
    responsible: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a candidate's Activity Feed. Harvest v1 has no `application_id`."""

    id: int
    candidate_id: int
    application_id: int | None
    body: str
    user_id: int | None
    visibility: Visibility | None
    created_at: datetime | None
