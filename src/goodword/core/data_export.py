"""Data exports: each app's `data_export.py` exports its models. flow.py lists the exporters in reading order."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.module_loading import import_string

from goodword.core.tenancy import HasPk

#: sections by name: plain data with readable names and aware times
Sections = Mapping[str, Any]


class ExportReader(StrEnum):
    ORGANISATION = "organisation"
    CANDIDATE = "candidate"
    REFEREE = "referee"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """Whose data to export: a candidate with some of their applications, or a referee (`candidate_id` is None)."""

    reader: ExportReader
    organisation: HasPk
    candidate_id: int | None = None
    application_ids: tuple[int, ...] = ()
    referee_id: int | None = None

    @property
    def by_member(self) -> bool:
        """Whether to include data that only the organisation may read, such as others' confidential answers."""
        return self.reader == ExportReader.ORGANISATION


@dataclass(frozen=True, slots=True)
class Exporter:
    """An app's part of an export, and its models ("reports.Report")."""

    models: tuple[str, ...]
    export: Callable[[ExportRequest], Sections]


def exports(*models: str) -> Callable[[Callable[[ExportRequest], Sections]], Exporter]:
    """Make a function `(request) -> sections` the exporter of these models."""

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
    """Every script unescaped, times as ISO 8601."""
    return json.dumps(data, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder).encode()
