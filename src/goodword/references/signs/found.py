"""Whom a sign on a check is about; what a sign is, stands in steps.signs.found."""

from collections.abc import Iterable

from goodword.steps.signs.found import GRADES, Found, Grade, strongest

__all__ = ["CANDIDATE", "GRADES", "Found", "Grade", "key_of", "people_of", "strongest"]

#: stands in a key for the candidate, as a referee's id does for a referee
CANDIDATE = "candidate"


def key_of(people: Iterable[int | None]) -> str:
    """The key of a sign about these referees (None: the candidate), the same in whatever order they are given."""
    ids = sorted(person for person in set(people) if person is not None)
    return ",".join([*map(str, ids), *([CANDIDATE] if None in set(people) else [])])


def people_of(key: str) -> tuple[int, ...]:
    """The referees that a key names."""
    return tuple(int(part) for part in key.split(",") if part != CANDIDATE)
