"""The client's records, the same for Harvest v1 and v3, and how they are parsed. Times are in UTC. Ids are Greenhouse's
64-bit numbers.

Parsing is tolerant: nulls and wrong types count as absent. Only a missing id raises `UnexpectedShape`; in a list,
`Session.parsed` leaves that record out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from goodword.greenhouse.client.transport import HarvestResponse


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


@dataclass(frozen=True, slots=True)
class JobPost:
    """`title` and `content` are what candidates see. `job_id` is None if the post collects prospects."""

    id: int
    job_id: int | None
    title: str
    live: bool
    internal: bool
    active: bool
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
    """`stage_id` is `JobStage.id`, not v3's `stage_id` (of an application stage). A prospect has no `job_id`."""

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
    prospective_job_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ApplicationStage:
    application_id: int
    stage_id: int
    entered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    value: str
    type: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Only some members may see `private` candidates, in Greenhouse and here."""

    id: int
    first_name: str
    last_name: str
    preferred_name: str | None
    emails: tuple[Contact, ...]
    company: str | None
    title: str | None
    private: bool
    can_email: bool
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class User:
    id: int
    name: str
    email: str | None
    emails: tuple[str, ...]
    disabled: bool


@dataclass(frozen=True, slots=True)
class JobOwner:
    job_id: int
    user_id: int
    kind: OwnerKind
    responsible: bool


@dataclass(frozen=True, slots=True)
class Note:
    """`application_id` is always None in v1."""

    id: int
    candidate_id: int
    application_id: int | None
    body: str
    user_id: int | None
    visibility: Visibility | None
    created_at: datetime | None


LARGEST_ID = 2**63 - 1
JOB_STATUSES = {status.value: status for status in JobStatus}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Record:
    def __init__(self, data: Any, answer: HarvestResponse) -> None:
        """Raises `WrongKind` if `data` is not an object."""
        if not isinstance(data, Mapping):
            raise answer.wrong_kind("The answer is not an object.")
        self._data = data
        self._answer = answer

    def has(self, name: str) -> bool:
        return name in self._data

    def id(self, name: str = "id") -> int:
        found = self.id_or_none(name)
        if found is None:
            raise self._answer.unexpected(f"A record has no {name}.")
        return found

    def id_or_none(self, name: str) -> int | None:
        return id_of(self._data.get(name))

    def ids(self, name: str) -> tuple[int, ...]:
        return tuple(found for item in self._list(name) if (found := id_of(item)) is not None)

    def number(self, name: str) -> int:
        value = self._data.get(name)
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        return cleaned(self._data.get(name))

    def text_or_none(self, name: str) -> str | None:
        return self.text(name).strip() or None

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(found for item in self._list(name) if (found := cleaned(item).strip()))

    def flag(self, name: str, *, default: bool = False) -> bool:
        return _FLAGS.get(str(self._data.get(name)).strip().lower(), default)

    def moment(self, name: str) -> datetime | None:
        """Return a field as a moment, or None if it is unreadable. Greenhouse sends `""` for some empty dates."""
        return moment(self._data.get(name))

    def choice[E: StrEnum](self, name: str, choices: Mapping[str, E], *, otherwise: E) -> E:
        return choices.get(self.text(name).strip().lower(), otherwise)

    def child(self, name: str) -> "Record | None":
        value = self._data.get(name)
        return Record(value, self._answer) if isinstance(value, Mapping) else None

    def children(self, name: str) -> "list[Record]":
        return [Record(item, self._answer) for item in self._list(name) if isinstance(item, Mapping)]

    def _list(self, name: str) -> list[Any]:
        value = self._data.get(name)
        return value if isinstance(value, list) else []


def record_of(answer: HarvestResponse) -> Record:
    return Record(answer.data, answer)


def records_of(answer: HarvestResponse) -> list[Record]:
    body = answer.data
    if not isinstance(body, list):
        raise answer.wrong_kind("The answer is not a list.")
    return [Record(item if isinstance(item, Mapping) else {}, answer) for item in body]


def moment(value: object) -> datetime | None:
    """Parse ISO 8601, in UTC if it has no offset. Returns None for anything else, and for placeholder years (0001,
    9999), which can't be converted to every time zone."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def id_of(value: object) -> int | None:
    """Parse an id, which may be digits in a string."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        return None
    return value


def cleaned(value: object) -> str:
    """Clean a text. PostgreSQL can't store NUL and lone surrogates, which JSON can contain."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def candidate_of(record: Record) -> Candidate:
    return Candidate(
        id=record.id(),
        first_name=record.text("first_name").strip(),
        last_name=record.text("last_name").strip(),
        preferred_name=record.text_or_none("preferred_name"),
        emails=_contacts(record, "email_addresses"),
        company=record.text_or_none("company"),
        title=record.text_or_none("title"),
        private=record.flag("private") or record.flag("is_private"),
        can_email=record.flag("can_email", default=True),
        created_at=record.moment("created_at"),
    )


def _contacts(record: Record, member: str) -> tuple[Contact, ...]:
    """Parse contacts. Values are stripped, since Greenhouse's own samples have spaces around them."""
    found = []
    for child in record.children(member):
        value, kind = child.text_or_none("value"), child.text_or_none("type")
        if value:
            found.append(Contact(value, kind.lower() if kind else None))
    return tuple(found)


def post_of(record: Record) -> JobPost:
    return JobPost(
        id=record.id(),
        job_id=record.id_or_none("job_id"),
        title=record.text("title"),
        live=record.flag("live"),
        internal=record.flag("internal"),
        active=record.flag("active", default=True),
        content=record.text_or_none("content") or "",
    )


def user_of(record: Record) -> User:
    """Parse a user. v1 and v3 use different keys, and a service account has no primary address."""
    email = record.text_or_none("primary_email") or record.text_or_none("primary_email_address")
    first, last = record.text("first_name").strip(), record.text("last_name").strip()
    known = ((email,) if email else ()) + record.texts("emails")
    return User(
        id=record.id(),
        name=record.text_or_none("name") or f"{first} {last}".strip(),
        email=email or (known[0] if known else None),
        emails=tuple(dict.fromkeys(known)),
        disabled=record.flag("deactivated") or record.flag("disabled"),
    )
