"""The list of erasures, kept apart from the backups. It contains only ids, so that a restore can repeat the erasures.

Format: JSON lines with a header, one line per erasure, and the number of erasures at the end.
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from goodword.core import installation
from goodword.core.backup import archive
from goodword.core.backup.programs import BackupError
from goodword.core.models import ErasureEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """The same fields as ErasureEntry."""

    uid: uuid.UUID
    organisation_id: int
    candidate_id: int | None
    application_ids: tuple[int, ...]
    referee_ids: tuple[int, ...]
    whole_organisation: bool = False
    erased_at: datetime


def write(sink: IO[bytes], *, more: Iterable[Erased] = ()) -> int:
    """Write all erasures of this database, plus those in `more` that it lacks. Returns how many were written."""
    _line(sink, {"goodword": "erasures", "installation": str(installation.uid())})
    written: set[uuid.UUID] = set()
    for row in ErasureEntry.objects.order_by("pk").iterator():
        written.add(row.uid)
        _line(sink, _shown(row))
    for entry in more:
        if entry.uid not in written:
            written.add(entry.uid)
            _line(sink, _shown(entry))
    _line(sink, {"end": len(written)})
    return len(written)


def update(path: Path) -> int:
    """Update the list in this file. Entries that this database lacks since an older backup was restored are kept.
    Returns how many were written. Raises BackupError, also if the file isn't such a list."""
    path = path.resolve()  # writes through a symbolic link
    _set_aside(path)
    known = list(read(path, of=str(installation.uid()))) if path.is_file() and path.stat().st_size else []
    with archive.new_file(path, replace=True) as sink:
        return write(sink, more=known)


def _set_aside(path: Path) -> None:
    """Rename the list of another installation, such as an earlier one in this folder. Its backups still need it."""
    try:
        with path.open(encoding="utf-8") as lines:
            found = uuid.UUID(json.loads(lines.readline())["installation"])
    except (OSError, ValueError, LookupError, TypeError):
        return  # `read` says what is wrong
    if found != installation.uid():
        path.rename(path.with_name(f"{path.stem}-{found}-{int(path.stat().st_mtime)}{path.suffix}"))


def read(path: Path, *, of: str) -> Iterator[Erased]:
    """Read the list of the installation `of`. Raises BackupError if it is incomplete or another installation's."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BackupError(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BackupError(f"{path} {_DAMAGED}") from error
    try:
        head, *rows, end = map(json.loads, lines)
        whole = head["goodword"] == "erasures" and end == {"end": len(rows)}
        known = [_erased(row) for row in rows]
    except (ValueError, LookupError, TypeError) as error:
        raise BackupError(f"{path} {_DAMAGED}") from error
    if not whole:
        raise BackupError(f"{path} {_DAMAGED}")
    if head["installation"] != of:
        raise BackupError(
            f"{path} is the list from another installation. Use the one that belongs to this backup."
        )
    yield from known


_DAMAGED: Final = (
    "is incomplete or isn't a list of erasures. Use another copy, or move this file and write a new one with "
    "`goodword erasures`."
)


def _erased(row: dict[str, Any]) -> Erased:
    return Erased(
        uid=uuid.UUID(row["id"]),
        organisation_id=row["organisation"],
        candidate_id=row["candidate"],
        application_ids=tuple(row["applications"]),
        referee_ids=tuple(row["referees"]),
        whole_organisation=row["whole"],
        erased_at=datetime.fromisoformat(row["at"]),
    )


def _shown(row: ErasureEntry | Erased) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "at": row.erased_at.isoformat(),
        "organisation": row.organisation_id,
        "candidate": row.candidate_id,
        "applications": list(row.application_ids),
        "referees": list(row.referee_ids),
        "whole": row.whole_organisation,
    }


def _line(sink: IO[bytes], row: dict[str, Any]) -> None:
    sink.write(json.dumps(row).encode() + b"\n")
