"""Nightly backups of the embedded database, and checks of backups for `goodword doctor` and the health page."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg
from django.conf import settings
from django.db import connection

from goodword.core import clock, jobs
from goodword.core.backup import archive, dump, erasures
from goodword.core.backup.programs import BackupError, ConnectionParameters
from goodword.core.doctor.findings import DoctorFinding, attention, duration, good, size
from goodword.core.models import BackupRun
from goodword.core.postgres.layout import Layout
from goodword.core.postgres.running import read_pid_file

#: the hour (UTC) from which the next backup is due
HOUR: Final = 2
LATE: Final = timedelta(hours=36)
#: advisory lock held while a backup is made ("backup" as a number)
_LOCK: Final = 0x6261636B7570
#: seconds after which an unfinished file is assumed to belong to a dead process
_LEFT_BEHIND: Final = 86_400
AREA: Final = "backup"
State = BackupRun.State
log = logging.getLogger(__name__)


def is_wanted() -> bool:
    return settings.GOODWORD_KEEP_BACKUPS > 0 and is_embedded()


def is_embedded() -> bool:
    found = read_pid_file(Layout.of(settings.GOODWORD_DATA))
    return found is not None and bool(found.socket_directory) and found.socket_directory == _host()


def _host() -> str:
    return str(connection.settings_dict["HOST"])


@jobs.job(name="backup.nightly", cron="7 * * * * 0")
def nightly() -> None:
    """Back up if due. Runs every hour, to catch up after the machine was off and to repeat a failed backup."""
    now = clock.real()
    if is_wanted() and is_due(now=now):
        back_up(now=now)


@jobs.job(name="backup.list_erasures")
def list_erasures() -> None:
    if is_wanted():
        erasures.update(_folder() / archive.ERASURES)


def is_due(*, now: datetime) -> bool:
    begin = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if begin > now:
        begin -= timedelta(days=1)
    # backups from when the clock was ahead don't count
    return not BackupRun.objects.filter(
        nightly=True, state=State.DONE, started_at__range=(begin, now)
    ).exists()


def back_up(*, now: datetime) -> BackupRun | None:
    """Make a backup and delete old ones. Returns None if another process is already making one."""
    target = ConnectionParameters.of_django()
    with _alone(target) as alone:
        if not alone:
            return None
        stopped = BackupRun.objects.filter(nightly=True, state=State.RUNNING)
        stopped.update(state=State.FAILED, error="The worker was stopped meanwhile.")
        run = BackupRun.objects.create(nightly=True, started_at=now)
        try:
            folder = _folder()
            erasures.update(folder / archive.ERASURES)
            path = folder / dump.file_name(now, nightly=True)
            made = dump.back_up(target, path, recipients=settings.GOODWORD_BACKUP_RECIPIENTS, now=now)
        except (BackupError, OSError) as error:  # such as a folder of another user
            run.state, run.error = State.FAILED, str(error)
            log.error("The nightly backup failed: %s", error)
        else:
            run.state, run.file, run.size = State.DONE, path.name, made.size
            _delete_old(folder, path, now=now)
        run.save()
        return run


def record(made: dump.Made, *, now: datetime) -> None:
    BackupRun.objects.create(
        state=State.DONE, started_at=now, file=made.path.name if made.path else "", size=made.size or None
    )


def _folder() -> Path:
    folder = Path(settings.GOODWORD_BACKUPS)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupError(f"GOODWORD_BACKUPS ({folder}) can't be created: {error.strerror}.") from error
    return folder


def _delete_old(folder: Path, newest: Path, *, now: datetime) -> None:
    # names sort by date; those after the newest are from when the clock was ahead
    known = [path for path in dump.in_folder(folder, nightly=True) if path.name <= newest.name]
    for old in [*known[: -settings.GOODWORD_KEEP_BACKUPS], *folder.glob(f".*{archive.PART}")]:
        try:
            if old in known or now.timestamp() - old.stat().st_mtime > _LEFT_BEHIND:
                old.unlink()
        except FileNotFoundError:
            pass  # another program has finished it
        except OSError as error:  # the new backup is still good
            log.error("An old backup can't be deleted: %s", error)


@contextmanager
def _alone(target: ConnectionParameters) -> Iterator[bool]:
    """Hold the lock on a separate connection, so it is released if the process dies."""
    with psycopg.connect(**target.parameters, autocommit=True) as conn:
        row = conn.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
        alone = bool(row and row[0])
        yield alone
        if alone:
            with suppress(psycopg.Error):  # the server may have restarted
                # closing the connection releases it only once the server notices
                conn.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


_LAST = """
SELECT nightly, state, started_at, coalesce(size, 0), error FROM core_backuprun
WHERE state <> 'running' AND (nightly OR NOT %s) ORDER BY id DESC LIMIT 1
"""
_LAST_GOOD = """
SELECT max(started_at) FROM core_backuprun WHERE state = 'done' AND (nightly OR NOT %s) AND started_at <= %s
"""


def finding(conn: psycopg.Connection, now: datetime) -> DoctorFinding:
    wanted = is_wanted()
    last = conn.execute(_LAST, [wanted]).fetchone()
    row = conn.execute(_LAST_GOOD, [wanted, now]).fetchone()
    good_at: datetime | None = row[0] if row else None
    if not wanted:
        if good_at is None:
            return good(
                AREA, "No backup by `goodword backup` so far. Make sure that PostgreSQL is backed up."
            )
        return good(AREA, f"Last `goodword backup` {duration(now - good_at)} ago.")
    remedy = f"It is retried every hour. Check the disk of {settings.GOODWORD_BACKUPS} and the worker's log."
    if last is not None and last[1] == State.FAILED:
        since = (
            f" The last good one is {duration(now - good_at)} old." if good_at else " There is none so far."
        )
        return attention(AREA, f"The nightly backup failed: {last[4]}{since}", remedy)
    if good_at is None:
        return good(AREA, "The first nightly backup is made within an hour.")
    if now - good_at > LATE:
        return attention(AREA, f"The last nightly backup is {duration(now - good_at)} old.", remedy)
    return good(
        AREA,
        f"Last nightly backup {duration(now - good_at)} ago, {size(last[3] if last else 0)}. Copy them elsewhere.",
    )
