"""Applications, their stages, files, offers, interviews and the Activity Feed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from greenhouse_sandbox.store.table import Row

IN_PROCESS, REJECTED, HIRED, CONVERTED = "in_process", "rejected", "hired", "converted"
TYPES = (
    "resume",
    "cover_letter",
    "take_home_test",
    "offer_packet",
    "offer_letter",
    "signed_offer_letter",
    "other",
    "form_attachment",
    "midfunnel_agreement",
    "automated_agreement",
)
#: states of an offer, spelled as Greenhouse does
CREATED, ACCEPTED, DECLINED, DEPRECATED = "Created", "Accepted", "Rejected", "Deprecated"


@dataclass(kw_only=True)
class Application(Row):
    """A candidate on a job, or a prospect on any number of jobs.

    `stage_id` is the id of this application's own `ApplicationStage`. `credited_to_id` is a user, `referrer_id` a
    referrer's record.
    """

    candidate_id: int
    job_id: int | None
    status: str = IN_PROCESS
    prospect: bool = False
    prospective_job_ids: list[int] = field(default_factory=list)
    job_post_id: int | None = None
    stage_id: int | None = None
    source_id: int | None = None
    recruiter_id: int | None = None
    coordinator_id: int | None = None
    credited_to_id: int | None = None
    referrer_id: int | None = None
    rejected_at: datetime | None = None
    rejection_reason_id: int | None = None
    hired_at: datetime | None = None
    last_activity_at: datetime | None = None
    location_address: str | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)
    custom_fields: dict[str, Any] = field(default_factory=dict)
    prospect_pool_id: int | None = None
    prospect_pool_stage_id: int | None = None
    prospect_owner_id: int | None = None
    prospective_department_id: int | None = None
    prospective_office_id: int | None = None

    @property
    def considered_for(self) -> tuple[int, ...]:
        """A prospect's jobs, for an index."""
        return tuple(self.prospective_job_ids)


@dataclass(kw_only=True)
class ApplicationStage(Row):
    """An application at a stage of its job. For a stage never entered, the row has no times."""

    application_id: int
    job_stage_id: int
    entered_at: datetime | None = None
    exited_at: datetime | None = None
    current: bool = False

    @property
    def standing(self) -> tuple[int, ...]:
        return (self.job_stage_id,) if self.current else ()


@dataclass(kw_only=True)
class Note(Row):
    """`visibility` is spelled as in writing: public, private, admin_only."""

    candidate_id: int
    application_id: int | None = None
    body: str | None = None
    subject: str | None = None
    type: str = "NOTE"
    user_id: int | None = None
    visibility: str = "admin_only"
    email_from: list[str] | None = None
    email_to: list[str] | None = None
    email_cc: list[str] | None = None


@dataclass(kw_only=True)
class RejectionDetail(Row):
    application_id: int
    rejected_by_id: int | None
    rejection_note_id: int | None
    rejection_reason_id: int | None
    rejected_at: datetime
    custom_fields: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Attachment(Row):
    """The content in base64, or a URL."""

    application_id: int
    candidate_id: int
    filename: str
    type: str
    content: str | None = None
    source_url: str | None = None
    content_type: str | None = None
    visibility: str = "public"


@dataclass(kw_only=True)
class Offer(Row):
    """One version of an offer; each change makes a new one. Dates are ISO 8601 texts without a time."""

    application_id: int
    job_id: int | None
    candidate_id: int
    version: int = 1
    status: str = CREATED
    opening_id: int | None = None
    user_id: int | None = None
    approved_at: datetime | None = None
    sent_on: str | None = None
    starts_on: str | None = None
    resolved_at: datetime | None = None
    notes: str | None = None
    custom_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def start(self) -> date | None:
        return date.fromisoformat(self.starts_on) if self.starts_on else None


@dataclass(kw_only=True)
class Interview(Row):
    application_id: int
    candidate_id: int
    job_stage_id: int | None
    starts_at: datetime
    organiser_id: int | None = None


@dataclass(kw_only=True)
class Scorecard(Row):
    application_id: int
    candidate_id: int
    interview_id: int | None
    submitted_by_id: int | None
    interviewed_at: datetime
    rating: str = "yes"
    status: str = "complete"
