"""Makes a backup: one snapshot of the database, and a manifest that says what a restore needs."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import psycopg

from goodword.core import installation
from goodword.core.backup import archive
from goodword.core.backup.programs import BackupError, ConnectionParameters, Program, folder_for, major_of
from goodword.core.database import first_line, one_value
from goodword.core.database_migrations import EXTENSION
from goodword.core.database_settings import SET_LIMITS, no_time_limits
from goodword.core.version import VERSION

_SUFFIX: Final = ".goodword"


@dataclass(frozen=True, slots=True)
class Made:
    uid: uuid.UUID
    path: Path | None
    size: int


def file_name(now: datetime, *, nightly: bool = False) -> str:
    return f"goodword-{now:%Y-%m-%dT%H%M%SZ}{'-nightly' if nightly else ''}{_SUFFIX}"


def in_folder(folder: Path, *, nightly: bool = False) -> list[Path]:
    """Backups whose names come from `file_name`, oldest first."""
    named = re.compile(
        r"goodword-\d{4}-\d\d-\d\dT\d{6}Z" + ("-nightly" if nightly else "") + re.escape(_SUFFIX)
    )
    return sorted(path for path in folder.glob(f"*{_SUFFIX}") if named.fullmatch(path.name))


def back_up(target: ConnectionParameters, path: Path, *, recipients: list[str], now: datetime) -> Made:
    """Write a backup to a new file. Raises BackupError and leaves no file behind."""
    with archive.new_file(path) as file:
        uid = write(target, file, recipients=recipients, now=now)
    return Made(uid, path, path.stat().st_size)


def write(
    target: ConnectionParameters, sink: IO[bytes], *, recipients: list[str], now: datetime
) -> uuid.UUID:
    """Write a backup to an open file or pipe. Raises BackupError."""
    ours = installation.uid()
    uid = uuid.uuid4()
    try:
        with _snapshot(target) as (conn, snapshot), archive.encrypted(sink, recipients) as stream:
            version = conn.info.server_version // 10_000
            folder = folder_for(version, encrypted=conn.pgconn.ssl_in_use)
            manifest = {
                "goodword": "backup",
                "format": archive.FORMAT,
                "id": str(uid),
                "installation": str(ours),
                "version": VERSION,
                "made_at": now.isoformat(timespec="seconds"),
                "postgresql": version,
                "database_size": one_value(conn, "SELECT pg_database_size(current_database())"),
                # pg_restore must be at least as new as the pg_dump that made the dump
                "programs": major_of(folder),
                "migrations": [list(row) for row in conn.execute(_MIGRATIONS).fetchall()],
                # values that only the right field keys can decrypt, to check the keys before a restore
                "canaries": [list(row) for row in conn.execute(_CANARIES).fetchall()],
            }
            with target.connecting() as arguments:
                program = Program(_command(folder, target, snapshot), stdout=-1, **arguments)
            try:
                assert program.process.stdout is not None
                archive.write(stream, manifest, program.process.stdout, check=program.finish)
            finally:
                program.end()
    except psycopg.Error as error:
        raise BackupError(f"The database can't be backed up: {first_line(error)}") from error
    return uid


_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
_CANARIES = "SELECT key_id, sealed FROM core_fieldkeycanary ORDER BY id"


@contextmanager
def _snapshot(target: ConnectionParameters) -> Iterator[tuple[psycopg.Connection, str]]:
    with psycopg.connect(**target.parameters, connect_timeout=10) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        # it is idle in its transaction while pg_dump runs
        conn.execute(SET_LIMITS, no_time_limits())
        yield conn, one_value(conn, "SELECT pg_export_snapshot()")


def _command(folder: Path, target: ConnectionParameters, snapshot: str) -> list[str]:
    return [
        str(folder / "pg_dump"),
        "--format=custom",
        # roles and grants belong to the server, and only an extension's owner may comment on it
        *("--no-owner", "--no-privileges", "--no-comments", "--no-password"),
        # the server may have others that the target server lacks
        f"--extension={EXTENSION}",
        f"--snapshot={snapshot}",
        f"--dbname={target.conninfo}",
    ]
