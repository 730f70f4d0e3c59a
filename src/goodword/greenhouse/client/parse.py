"""Tolerant reading of Harvest's JSON.

Greenhouse adds members and enum values without notice, and its documentation and its answers differ
(greenhouse.md, 6.13 and 6.14). So unknown members are ignored, unknown enum values become UNKNOWN, nulls and
wrong types read as absent; only a missing essential is an `UnexpectedShape`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from goodword.greenhouse.client.transport import Answer

_LARGEST_ID = 2**63 - 1


class Record:
    """One JSON object of an answer, read member by member."""

    def __init__(self, data: Any, answer: Answer) -> None:
        """Raises `UnexpectedShape` if `data` is no object."""
        if not isinstance(data, Mapping):
            raise answer.unexpected("A record is not an object.")
        self._data = data
        self._answer = answer

    def has(self, name: str) -> bool:
        """True if the member is there at all, null included."""
        return name in self._data

    def id(self, name: str = "id") -> int:
        """An id that must be there."""
        found = self.id_or_none(name)
        if found is None:
            raise self._answer.unexpected(f"A record has no {name}.")
        return found

    def id_or_none(self, name: str) -> int | None:
        """An id, None if absent. Digits in a string are taken too."""
        return _id(self._data.get(name))

    def ids(self, name: str) -> tuple[int, ...]:
        """A list of ids; what is no id is left out."""
        return tuple(found for item in self._list(name) if (found := _id(item)) is not None)

    def number(self, name: str) -> int:
        """A whole number, 0 if absent."""
        value = self._data.get(name)
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        """Text as it stands, empty if absent."""
        return _clean(self._data.get(name))

    def text_or_none(self, name: str) -> str | None:
        """Text without blanks around it, None if nothing is left."""
        return self.text(name).strip() or None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts without the empty ones."""
        return tuple(found for item in self._list(name) if (found := _clean(item).strip()))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false; `default` if absent or null."""
        value = self._data.get(name)
        return value if isinstance(value, bool) else default

    def moment(self, name: str) -> datetime | None:
        """A moment in UTC, None if absent or unreadable (Greenhouse sends `""` for some empty dates)."""
        return moment(self._data.get(name))

    def choice[E: StrEnum](self, name: str, choices: Mapping[str, E], *, otherwise: E) -> E:
        """The value that `choices` gives for the member's text in lower case, else `otherwise`."""
        return choices.get(self.text(name).strip().lower(), otherwise)

    def child(self, name: str) -> "Record | None":
        """An object inside, None if absent."""
        value = self._data.get(name)
        return Record(value, self._answer) if isinstance(value, Mapping) else None

    def children(self, name: str) -> "list[Record]":
        """A list of objects inside; what is no object is left out."""
        return [Record(item, self._answer) for item in self._list(name) if isinstance(item, Mapping)]

    def _list(self, name: str) -> list[Any]:
        value = self._data.get(name)
        return value if isinstance(value, list) else []


def record_of(answer: Answer) -> Record:
    """The answer's body as one record."""
    return Record(answer.json(), answer)


def records_of(answer: Answer) -> list[Record]:
    """The answer's body as a list of records."""
    body = answer.json()
    if not isinstance(body, list):
        raise answer.unexpected("A list is not a list.")
    return [Record(item, answer) for item in body]


def moment(value: object) -> datetime | None:
    """An ISO 8601 text as an aware moment in UTC; None for anything else. Without a zone it is UTC."""
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
    """Text that PostgreSQL and UTF-8 can hold: JSON can carry NUL and halves of surrogate pairs."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
