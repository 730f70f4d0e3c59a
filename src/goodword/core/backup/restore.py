"""Restores a backup into an empty database in one transaction.

A single psql writes the tables, marks the database as *being restored* and commits. If it is killed, the database stays
empty. A worker that is started too early takes the database for a copy and sends nothing.
"""

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import psycopg

from goodword.core import crypto
from goodword.core.backup.archive import Archive
from goodword.core.backup.programs import BackupError, ConnectionParameters, Program, folder_for
from goodword.core.database import first_line, one_value
from goodword.core.database_migrations import EXTENSION
from goodword.core.database_settings import SET_LIMITS, no_time_limits
from goodword.core.doctor.database import known_migrations
from goodword.core.installation import ONLY, Mode

#: settings that newer programs write, and the server version that introduced them
_SETTINGS: Final = {b"SET transaction_timeout = 0;\n": 17}
#: Column versions, kept by PostgreSQL since 15.20 and 17.12. Older minor releases of pg_dump dump them as column
#: options, which servers without the feature refuse.
_COLUMN_VERSION: Final = re.compile(rb"ALTER TABLE ONLY \S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);\n")
#: A provider may keep extensions in a schema of its own, which each of its databases already has.
_SCHEMA: Final = re.compile(rb"^CREATE SCHEMA (?!IF NOT EXISTS )")
_BLOCK: Final = 256 * 1024
#: advisory lock held while a database is restored ("restore" as a number)
_LOCK: Final = 0x726573746F7265
#: tables and similar objects in the public schema that belong to no extension
_CONTENTS: Final = """
SELECT count(*) FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
AND NOT EXISTS (
    SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
)
"""
#: tables in the public schema, and the extension unless it is there
_MAY_CREATE: Final = """
SELECT has_schema_privilege('public', 'CREATE') AND (
    has_database_privilege(current_database(), 'CREATE')
    OR EXISTS (SELECT FROM pg_extension WHERE extname = %s)
)
"""
_TO_SCRIPT: Final = ("--format=custom", "--no-owner", "--no-privileges", "--no-comments", "--file=-")
_QUIETLY: Final = ("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1")
_MARK: Final = """
INSERT INTO public.core_installation (id, uid, mode, mode_since, restored_from)
VALUES ({id}, '{uid}', '{mode}', now(), '{backup}')
ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, mode_since = now(), restored_from = excluded.restored_from;
COMMIT;
"""
_USE: Final = "UPDATE public.core_installation SET mode = %s, mode_since = CASE WHEN %s THEN mode_since END"


def check_fits(archive: Archive, *, key_lost: bool = False) -> None:
    """Raise BackupError if this version or these keys can't use the backup."""
    manifest = archive.manifest
    unknown = sorted(
        f"{app}.{name}"
        for app, name in {tuple(row) for row in manifest["migrations"]} - known_migrations()
        if app in {known for known, _ in known_migrations()}
    )
    if unknown:
        raise BackupError(
            f"The backup was made by version {manifest['version']} of Goodword, which is newer: this one does not know "
            f"{unknown[0]}. Install that version or a later one, and restore again."
        )
    problem = crypto.canary_problem((key_id, sealed) for key_id, sealed in manifest["canaries"])
    if problem and not key_lost:
        key = problem.key_id
        raise BackupError(
            f"GOODWORD_FIELD_KEYS does not fit this backup: its secrets are encrypted with the key {key!r}, which "
            f"{'is another one' if problem.is_other else 'is missing'} here. Set the keys that were used when it was "
            "made; if they are lost for good, add --key-lost."
        )


@contextmanager
def alone(target: ConnectionParameters) -> Iterator[None]:
    """Keep other restores out of the database meanwhile. Raises BackupError."""
    try:
        conn = psycopg.connect(**target.parameters, connect_timeout=10, autocommit=True)
    except psycopg.Error as error:
        raise BackupError(f"The database can't be reached: {first_line(error)}") from error
    with closing(conn):  # releases the lock
        conn.execute(SET_LIMITS, no_time_limits())  # it is idle during the restore
        if not one_value(conn, "SELECT pg_try_advisory_lock(%s)", [_LOCK]):
            raise BackupError(
                f"Another process is restoring the database {conn.info.dbname!r}. Wait until it has finished."
            )
        yield


def restore(archive: Archive, target: ConnectionParameters, *, embedded_in: Path | None = None) -> bool:
    """Fill the empty database and mark it as *being restored*. Returns False if an interrupted restore of the same
    backup had already done that. `embedded_in`: the folder of the embedded server. Raises BackupError and leaves the
    database unchanged."""
    manifest = archive.manifest
    try:
        with psycopg.connect(**target.parameters, connect_timeout=10, autocommit=True) as conn:
            version, encrypted = conn.info.server_version // 10_000, conn.pgconn.ssl_in_use
            if _is_begun(conn, manifest["id"]):
                return False
            row = conn.execute(_CONTENTS).fetchone()
            if row is None or row[0]:
                raise BackupError(
                    f"The database {conn.info.dbname!r} is not empty; restore into an empty database. "
                    + (
                        f"Stop `goodword up`, move {embedded_in} away, and restore again."
                        if embedded_in
                        else "Create one (createdb), and name it in DATABASE_URL."
                    )
                )
            if not one_value(conn, _MAY_CREATE, [EXTENSION]):
                raise BackupError(
                    f"The role {conn.info.user!r} may not create what Goodword needs in the database "
                    f"{conn.info.dbname!r}. Make it the owner of the database (ALTER DATABASE ... OWNER TO ...), and "
                    "run this command again."
                )
    except psycopg.Error as error:
        raise BackupError(f"The database can't be reached: {first_line(error)}") from error
    folder = folder_for(max(manifest["programs"], version), encrypted=encrypted)
    with ExitStack() as running:
        reading = Program(
            [str(folder / "pg_restore"), *_TO_SCRIPT], stdin=-1, stdout=-1, env=target.environment
        )
        running.callback(reading.end)
        command = [str(folder / "psql"), *_QUIETLY, f"--dbname={target.conninfo}"]
        with target.connecting() as arguments:
            writing = Program(command, stdin=-1, stdout=-3, **arguments)
        running.callback(writing.end)
        _pass(archive, reading, writing, version)
    return True


def _pass(archive: Archive, reading: Program, writing: Program, version: int) -> None:
    source, script, sink = reading.process.stdin, reading.process.stdout, writing.process.stdin
    assert source is not None and script is not None and sink is not None
    feeder = _Feeder(archive, source)
    feeder.start()
    try:
        sink.write(b"BEGIN;\n")
        for block in for_server(script, version):
            sink.write(block)
        feeder.join()
        if feeder.error is not None:
            raise feeder.error
        reading.finish()
        manifest = archive.manifest
        mark = {"id": ONLY, "uid": manifest["installation"], "mode": Mode.RESTORING, "backup": manifest["id"]}
        sink.write(_MARK.format(**mark).encode())
        sink.close()
        writing.finish()
    except (BackupError, BrokenPipeError):
        # The feeder may be waiting for this program. It then reads to the end, since a damaged backup may be the cause.
        reading.process.kill()
        feeder.join()
        if feeder.error is not None:
            raise feeder.error from None
        writing.finish()
        raise
    except BaseException:
        reading.process.kill()
        raise


class _Feeder(threading.Thread):
    """Writes the dump into a pipe. `error` says why the dump can't be trusted."""

    def __init__(self, archive: Archive, sink: IO[bytes]) -> None:
        super().__init__(name="restore", daemon=True)
        self._archive = archive
        self._sink = sink
        self.error: BackupError | None = None

    def run(self) -> None:
        wanted = True
        try:
            for piece in self._archive.pieces():
                wanted = wanted and self._write(piece)
        except BackupError as error:
            self.error = error
        with suppress(OSError):
            self._sink.close()

    def _write(self, piece: bytes) -> bool:
        """Write a piece. Returns False if the program has ended; its own message says why."""
        try:
            self._sink.write(piece)
        except OSError:
            return False
        return True


def for_server(script: IO[bytes], version: int) -> Iterator[bytes]:
    """Drop or change statements that a server of this major version may refuse. They come before the rows of the
    tables."""
    for line in script:
        if version >= _SETTINGS.get(line, 0) and not _COLUMN_VERSION.fullmatch(line):
            yield _SCHEMA.sub(b"CREATE SCHEMA IF NOT EXISTS ", line)
        if line.startswith(b"COPY "):
            break
    while block := script.read(_BLOCK):
        yield block


def mode_of(target: ConnectionParameters, uid: uuid.UUID) -> str | None:
    """The mode of this installation in that database: RESTORING if it was restored but isn't in use yet, None if it
    isn't there. Raises BackupError."""
    try:
        with psycopg.connect(**target.parameters, connect_timeout=10, autocommit=True) as conn:
            if one_value(conn, "SELECT to_regclass('public.core_installation')") is None:
                return None
            found: str | None = one_value(
                conn, "SELECT mode FROM public.core_installation WHERE uid = %s", [uid]
            )
            return found
    except psycopg.Error as error:
        raise BackupError(f"The database can't be reached: {first_line(error)}") from error


def finish(target: ConnectionParameters, *, mode: str = Mode.WORKING) -> None:
    """Put a restored database of this version into use. Raises BackupError."""
    try:
        with psycopg.connect(**target.parameters, connect_timeout=10, autocommit=True) as conn:
            conn.execute(_USE, [mode, mode != Mode.WORKING])
    except psycopg.Error as error:
        raise BackupError(f"The database can't be reached: {first_line(error)}") from error


def _is_begun(conn: psycopg.Connection, backup: str) -> bool:
    if one_value(conn, "SELECT to_regclass('public.core_installation')") is None:
        return False
    query = "SELECT count(*) FROM public.core_installation WHERE mode = %s AND restored_from = %s"
    return bool(one_value(conn, query, [Mode.RESTORING, backup]))
