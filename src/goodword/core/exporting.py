"""Data exports of a person: each app defines its part in `export.py`.

flow.py lists the exporters in reading order. An architecture test requires every model to be exported by one of them,
or to be listed in the test with the reason why it is not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from goodword.core.tenancy import HasPk


class Reader(StrEnum):
    """The reader. Others' confidential answers are for the organisation only."""

    ORGANISATION = "organisation"
    CANDIDATE = "candidate"
    REFEREE = "referee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose data, for whom: a candidate with some of their applications, or one referee (`candidate_id` None then)."""

    reader: Reader
    organisation: HasPk
    candidate_id: int | None = None
    application_ids: tuple[int, ...] = ()
    referee_id: int | None = None

    @property
    def by_member(self) -> bool:
        """Whether to include data for the organisation only."""
        return self.reader == Reader.ORGANISATION


#: sections by name; plain data with names that people can read, moments aware
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Teller:
    """An app's part of an export: the models that it tells of ("reports.Report"), and how. It changes nothing."""

    models: tuple[str, ...]
    tell: Callable[[Wanted], Told]


def tells(*models: str) -> Callable[[Callable[[Wanted], Told]], Teller]:
    """Make a function `(wanted) -> sections` the teller of these models."""

    def made(tell: Callable[[Wanted], Told]) -> Teller:
        return Teller(models, tell)

    return made


def export(wanted: Wanted) -> dict[str, Any]:
    """All exported data of a person by section, without empty ones."""
    told: dict[str, Any] = {}
    for teller in tellers():
        told |= {name: section for name, section in teller.tell(wanted).items() if section}
    return told


def without_nothing(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what is not there: nobody reads twenty empty fields."""
    return {name: value for name, value in row.items() if value not in (None, "", [], {}, ())}


@cache
def tellers() -> Sequence[Teller]:
    """The tellers that flow.py lists."""
    found: Sequence[Teller] = import_string(settings.GOODWORD_EXPORT)
    return found
