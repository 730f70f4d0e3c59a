"""Erasure and export of a person's data. Each app has a part in its `personal_data.py`; flow.py defines the order.

An erasure is one transaction and starts with the dependants. An export is in reading order.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.module_loading import import_string

from goodword.core.backup import nightly
from goodword.core.models import ErasureEntry, HasPk


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose data to erase: a whole person, or (if `candidate_id` is None) an application or some referees of a person
    who stays. `remote_...`: Greenhouse ids."""

    organisation_id: int
    application_ids: tuple[int, ...]
    #: referees to erase separately; `application_ids` is then empty
    referee_ids: tuple[int, ...] = ()
    candidate_id: int | None = None
    connection_id: int | None = None
    remote_application_ids: tuple[int, ...] = ()
    remote_candidate_ids: tuple[int, ...] = ()


#: how many objects were erased, by their plural: {"answers": 50}
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Eraser:
    """An app's part of an erasure. Idempotent. Texts, addresses, answers, files and links are erased; ids, codes,
    states and times may stay."""

    models: tuple[str, ...]
    erase: Callable[[Subject, datetime], Counts]


def erases(*models: str) -> Callable[[Callable[[Subject, datetime], Counts]], Eraser]:
    def decorate(erase: Callable[[Subject, datetime], Counts]) -> Eraser:
        return Eraser(models, erase)

    return decorate


def erase(subject: Subject, *, now: datetime) -> dict[str, int]:
    """Run all erasers, and record the erasure so that restored backups repeat it. Raises RuntimeError outside a
    transaction, where a partial erasure could be recorded as complete."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A person can only be erased inside a transaction.")
    erased: Counter[str] = Counter()
    for eraser in erasers():
        erased.update(eraser.erase(subject, now))
    ErasureEntry.objects.create(
        organisation_id=subject.organisation_id,
        candidate_id=subject.candidate_id,
        application_ids=list(subject.application_ids),
        referee_ids=list(subject.referee_ids),
        erased_at=now,
    )
    if nightly.is_wanted():
        nightly.list_erasures.defer_once(lock="backup.list_erasures")
    return {name: n for name, n in erased.items() if n}


@cache
def erasers() -> Sequence[Eraser]:
    found: Sequence[Eraser] = import_string(settings.GOODWORD_ERASURE)
    return found


#: sections by name: plain data with readable names and aware times
Sections = Mapping[str, Any]


class ExportReader(StrEnum):
    ORGANISATION = "organisation"
    CANDIDATE = "candidate"
    REFEREE = "referee"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """Whose data to export: a candidate's, with some of their applications, or a referee's (`candidate_id` is None).

    `through_member`: whether a member gets the copy for the candidate, to pass it on.
    """

    reader: ExportReader
    organisation: HasPk
    candidate_id: int | None = None
    application_ids: tuple[int, ...] = ()
    referee_id: int | None = None
    through_member: bool = False

    @property
    def seen_by_member(self) -> bool:
        """Whether to leave out what members may not read, such as adjustment requests."""
        return self.by_member or self.through_member

    @property
    def by_member(self) -> bool:
        """Whether to include data that only the organisation may read, such as others' confidential answers."""
        return self.reader == ExportReader.ORGANISATION


@dataclass(frozen=True, slots=True)
class Exporter:
    """An app's part of an export, and the models that it covers ("reports.Report")."""

    models: tuple[str, ...]
    export: Callable[[ExportRequest], Sections]


def exports(*models: str) -> Callable[[Callable[[ExportRequest], Sections]], Exporter]:
    def decorate(export: Callable[[ExportRequest], Sections]) -> Exporter:
        return Exporter(models, export)

    return decorate


def export(request: ExportRequest) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for exporter in exporters():
        found |= {name: section for name, section in exporter.export(request).items() if section}
    return found


def without_empty(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "", [], {}, ())}


@cache
def exporters() -> Sequence[Exporter]:
    found: Sequence[Exporter] = import_string(settings.GOODWORD_EXPORT)
    return found


def readable_json(data: Mapping[str, Any]) -> bytes:
    """JSON with unescaped characters and times in ISO 8601."""
    return json.dumps(data, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder).encode()
