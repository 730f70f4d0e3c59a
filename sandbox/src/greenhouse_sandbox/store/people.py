"""Users, candidates, and their background."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from greenhouse_sandbox.store.table import Row


@dataclass(kw_only=True)
class User(Row):
    """A person or service account that acts in Greenhouse."""

    first_name: str
    last_name: str
    primary_email: str
    emails: list[str] = field(default_factory=list)
    job_title: str | None = None
    deactivated: bool = False
    site_admin: bool = False
    employee_id: str | None = None
    office_ids: list[int] = field(default_factory=list)
    department_ids: list[int] = field(default_factory=list)
    linked_candidate_ids: list[int] = field(default_factory=list)
    service_account: bool = False
    custom_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(kw_only=True)
class Candidate(Row):
    """A person who applied, or a prospect. Lists of contacts are `{"value": ..., "type": ...}`."""

    first_name: str
    last_name: str
    preferred_name: str | None = None
    company: str | None = None
    title: str | None = None
    last_activity_at: datetime | None = None
    private: bool = False
    can_email: bool = True
    time_zone: str | None = None
    external_id: str | None = None
    tags: list[str] = field(default_factory=list)
    linked_user_ids: list[int] = field(default_factory=list)
    phone_numbers: list[dict[str, str]] = field(default_factory=list)
    addresses: list[dict[str, str]] = field(default_factory=list)
    email_addresses: list[dict[str, str]] = field(default_factory=list)
    website_addresses: list[dict[str, str]] = field(default_factory=list)
    social_media_addresses: list[dict[str, str]] = field(default_factory=list)
    custom_fields: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def email(self) -> str | None:
        return self.email_addresses[0]["value"] if self.email_addresses else None

    @property
    def addressed(self) -> tuple[str, ...]:
        """E-mail addresses in lower case, for an index."""
        return tuple({email_address["value"].lower(): None for email_address in self.email_addresses})

    @property
    def tagged(self) -> tuple[str, ...]:
        """Ids of tags, for an index."""
        return tuple(dict.fromkeys(self.tags))


@dataclass(kw_only=True)
class Education(Row):
    """School, degree and discipline are options of custom fields; dates are ISO dates."""

    candidate_id: int
    school_id: int | None = None
    degree_id: int | None = None
    discipline_id: int | None = None
    start_on: str | None = None
    end_on: str | None = None


@dataclass(kw_only=True)
class Employment(Row):
    """Dates are ISO dates; the current one has no end."""

    candidate_id: int
    company_name: str
    title: str
    start_on: str | None = None
    end_on: str | None = None


@dataclass(kw_only=True)
class Referrer(Row):
    """A user, or somebody else by name."""

    name: str
    user_id: int | None = None


@dataclass(kw_only=True)
class CandidateTag(Row):
    """Candidates store the names of their tags."""

    name: str


@dataclass(kw_only=True)
class ProspectPool(Row):
    """A pool of prospects. Empty lists mean no restriction."""

    name: str
    active: bool = True
    description: str | None = None
    department_ids: list[int] = field(default_factory=list)
    office_ids: list[int] = field(default_factory=list)
    job_ids: list[int] = field(default_factory=list)


@dataclass(kw_only=True)
class ProspectPoolStage(Row):
    prospect_pool_id: int
    name: str
    sort_order: int


@dataclass(kw_only=True)
class UserRole(Row):
    name: str
    role_type: str


@dataclass(kw_only=True)
class UserJobPermission(Row):
    user_id: int
    job_id: int
    role_id: int
    automated: bool | None = False
