from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from greenhouse_sandbox.store.table import Row

#: type of rejection reason: key -> (id, name)
REASON_TYPES: dict[str, tuple[int, str]] = {
    "WE_REJECTED_THEM": (4000001002, "We rejected them"),
    "THEY_REJECTED_US": (4000002002, "They rejected us"),
    "NONE_SPECIFIED": (4000003002, "None specified"),
}


@dataclass(kw_only=True)
class Department(Row):
    name: str
    parent_id: int | None = None
    external_id: str | None = None


@dataclass(kw_only=True)
class Office(Row):
    name: str
    location: str | None = None
    parent_id: int | None = None
    external_id: str | None = None
    primary_contact_user_id: int | None = None


@dataclass(kw_only=True)
class Job(Row):
    """`status` is open, closed or draft."""

    name: str
    status: str = "open"
    requisition_id: str | None = None
    notes: str | None = None
    confidential: bool = False
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    is_template: bool | None = False
    copied_from_id: int | None = None
    department_id: int | None = None
    office_ids: list[int] = field(default_factory=list)
    custom_fields: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class JobPost(Row):
    """`active=False` means deleted."""

    title: str
    job_id: int
    job_board_id: int
    internal: bool = False
    active: bool = True
    live: bool = True
    featured: bool = False
    first_published_at: datetime | None = None
    content: str | None = None
    internal_content: str | None = None
    language: str | None = "en"
    location: str | None = None
    questions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True)
class JobStage(Row):
    """A column of a job's pipeline (v1 "job stage", v3 "job interview stage")."""

    job_id: int
    name: str
    sort_order: int
    active: bool = True


@dataclass(kw_only=True)
class JobOwner(Row):
    job_id: int
    user_id: int
    type: str
    responsible: bool = False


@dataclass(kw_only=True)
class JobHiringManager(Row):
    job_id: int
    user_id: int


@dataclass(kw_only=True)
class RejectionReason(Row):
    """`default` reasons are Greenhouse's own, listed only on request."""

    name: str
    type_key: str
    default: bool = False


@dataclass(kw_only=True)
class Source(Row):
    name: str
    type_id: int
    type_name: str


@dataclass(kw_only=True)
class CloseReason(Row):
    """Names that start with "Hire -" count as hires."""

    name: str


@dataclass(kw_only=True)
class Opening(Row):
    """`opening_id` is the customer's number; `target_start_on` is an ISO date."""

    job_id: int
    opening_id: str | None = None
    sort_order: int = 0
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    application_id: int | None = None
    close_reason_id: int | None = None
    target_start_on: str | None = None
    custom_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.closed_at is None
