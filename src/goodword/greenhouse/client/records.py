"""Tolerant reading of Harvest's JSON: nulls and wrong types count as absent; only a missing id is an
`UnexpectedShape`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from goodword.greenhouse.client.transport import HarvestResponse
from goodword.greenhouse.client.types import Candidate, Contact, User

_LARGEST_ID = 2**63 - 1


class Record:
    def __init__(self, data: Any, answer: HarvestResponse) -> None:
        """Raises `UnexpectedShape` if `data` is not an object."""
        if not isinstance(data, Mapping):
            raise answer.unexpected("A record is not an object.")
        self._data = data
        self._answer = answer

    def has(self, name: str) -> bool:
        """True even if the member is null."""
        return name in self._data

    def id(self, name: str = "id") -> int:
        found = self.id_or_none(name)
        if found is None:
            raise self._answer.unexpected(f"A record has no {name}.")
        return found

    def id_or_none(self, name: str) -> int | None:
        """A string of digits counts, too."""
        return _id(self._data.get(name))

    def ids(self, name: str) -> tuple[int, ...]:
        return tuple(found for item in self._list(name) if (found := _id(item)) is not None)

    def number(self, name: str) -> int:
        value = self._data.get(name)
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        return _clean(self._data.get(name))

    def text_or_none(self, name: str) -> str | None:
        return self.text(name).strip() or None

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(found for item in self._list(name) if (found := _clean(item).strip()))

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._data.get(name)
        return value if isinstance(value, bool) else default

    def moment(self, name: str) -> datetime | None:
        """None if unreadable: Greenhouse sends `""` for some empty dates."""
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
    return Record(answer.json(), answer)


def records_of(answer: HarvestResponse) -> list[Record]:
    body = answer.json()
    if not isinstance(body, list):
        raise answer.unexpected("A list is not a list.")
    return [Record(item, answer) for item in body]


def moment(value: object) -> datetime | None:
    """Parse ISO 8601, by default in UTC; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _id(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LARGEST_ID:
        return None
    return value


def _clean(value: object) -> str:
    """PostgreSQL cannot store NUL and lone surrogates, which JSON can contain."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def candidate_of(record: Record) -> Candidate:
    """`private` is called `is_private` in v1."""
    return Candidate(
        id=record.id(),
        first_name=record.text("first_name").strip(),
        last_name=record.text("last_name").strip(),
        preferred_name=record.text_or_none("preferred_name"),
        emails=_contacts(record, "email_addresses"),
        phones=_contacts(record, "phone_numbers"),
        company=record.text_or_none("company"),
        title=record.text_or_none("title"),
        private=record.flag("private") or record.flag("is_private"),
        can_email=record.flag("can_email", default=True),
        time_zone=record.text_or_none("time_zone"),
    )


def _contacts(record: Record, member: str) -> tuple[Contact, ...]:
    """Greenhouse's own samples have blanks around the values."""
    found = []
    for child in record.children(member):
        value, kind = child.text_or_none("value"), child.text_or_none("type")
        if value:
            found.append(Contact(value, kind.lower() if kind else None))
    return tuple(found)


def user_of(record: Record) -> User:
    """The primary address of a service account is empty. v1 and v3 name the members differently."""
    email = record.text_or_none("primary_email") or record.text_or_none("primary_email_address")
    first, last = record.text("first_name").strip(), record.text("last_name").strip()
    known = ((email,) if email else ()) + record.texts("emails")
    return User(
        id=record.id(),
        name=record.text_or_none("name") or f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        email=email or (known[0] if known else None),
        emails=tuple(dict.fromkeys(known)),
        disabled=record.flag("deactivated") or record.flag("disabled"),
        site_admin=record.flag("site_admin"),
    )
