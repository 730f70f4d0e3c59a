"""Single values out of a body that may be anything: what has not the form that is asked for counts as absent."""

from collections.abc import Iterator, Mapping
from typing import Any

LARGEST_ID = 2**63 - 1


def child(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object's member that is an object; else an empty one."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def children(data: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """The objects in a member that is a list."""
    yield from objects(listed(data, name))


def listed(data: Mapping[str, Any], name: str) -> list[Any]:
    """A member that is a list; else an empty one."""
    value = data.get(name)
    return value if isinstance(value, list) else []


def objects(values: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Those of the values that are objects."""
    return (value for value in values if isinstance(value, Mapping))


def ids(values: Any) -> Iterator[int]:
    """Those of the values that are ids."""
    return (found for value in values if (found := id_of(value)) is not None)


def id_of(value: object) -> int | None:
    """An id that our columns can hold."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
        return None
    return value


def text(value: object) -> str:
    """Text that PostgreSQL can hold: JSON can carry NUL and halves of surrogate pairs."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()
