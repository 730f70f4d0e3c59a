"""Findings about an installation for `goodword doctor`, /readyz and the health page, and the registry of checks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import psycopg


class State(StrEnum):
    GOOD = "good"
    ATTENTION = "attention"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """One finding. `area` is a name for programs. Texts must not contain people's names, addresses or secrets."""

    area: str
    state: State
    sentence: str
    remedy: str = ""


def good(area: str, sentence: str) -> DoctorFinding:
    return DoctorFinding(area, State.GOOD, sentence)


def attention(area: str, sentence: str, remedy: str) -> DoctorFinding:
    return DoctorFinding(area, State.ATTENTION, sentence, remedy)


def broken(area: str, sentence: str, remedy: str) -> DoctorFinding:
    return DoctorFinding(area, State.BROKEN, sentence, remedy)


def worst(found: Iterable[DoctorFinding]) -> State:
    order = list(State)
    return max((finding.state for finding in found), key=order.index, default=State.GOOD)


@dataclass(frozen=True, slots=True)
class DatabaseCheck:
    """A check that uses the connection it is given. `ready`: cheap enough for /readyz."""

    area: str
    look: Callable[[psycopg.Connection, datetime], DoctorFinding]
    ready: bool = False


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """A check that gets its own thread. `uses_database`: it needs Django's connection, so the database must work."""

    area: str
    look: Callable[[datetime], Sequence[DoctorFinding]]
    uses_database: bool = False


database_checks: list[DatabaseCheck] = []
checks: list[DoctorCheck] = []


def register(*added: DatabaseCheck | DoctorCheck) -> None:
    for check in added:
        if isinstance(check, DatabaseCheck):
            database_checks.append(check)
        else:
            checks.append(check)


def duration(time: timedelta) -> str:
    """Return for example "3 seconds", "12 minutes", "5 hours" or "4 days", rounded down."""
    seconds = int(abs(time.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def counted(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def size(number_of_bytes: float) -> str:
    """Return for example "640 kB" or "12.3 GB"."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if number_of_bytes >= factor:
            return f"{number_of_bytes / factor:.1f} {unit}"
    return f"{number_of_bytes / 1000:.0f} kB"
