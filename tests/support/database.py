"""The database cluster of a test run: a copy of a migrated one cached in .test-cache."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from goodword.core import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".test-cache"
#: the template of test databases
TEMPLATE = postgres.DATABASE
#: planning joins takes longer than running them on few rows
FEWER_PLANS = ("join_collapse_limit = 1", "enable_mergejoin = off")
#: tables whose rows belong to the migrations
KEPT = ("django_migrations", "django_content_type", "auth_permission")


def start(folder: Path) -> postgres.PostgresServer:
    """Start a temporary server in `folder`, with all migrations in its database `TEMPLATE`."""
    copy_migrated(folder)
    return postgres.start(folder, durable=False, who="pytest")


def copy_migrated(folder: Path) -> None:
    """Make `folder` a data folder with all migrations and no rows."""
    shutil.copytree(_migrated(), folder, dirs_exist_ok=True)


def empty(*_: Any) -> None:
    """Delete what a test has committed, including the queue.

    Replaces Django's flush, which truncates each table and recreates content types and permissions: thirty times
    slower. The last requests of a test's server may lock tables in another order; after a deadlock it tries again.
    """
    for _attempt in range(3):
        try:
            _delete_rows()
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    _delete_rows()


def _delete_rows() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [f'"{name}"' for (name,) in cursor.fetchall() if name not in KEPT]
        # like TRUNCATE, wait for the last requests of a test's server, whose rows would otherwise stay
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        # first the table whose foreign key is checked at once; Django's are checked at the end
        cursor.execute("DELETE FROM procrastinate_periodic_defers")
        cursor.execute("; ".join(f"DELETE FROM {name}" for name in tables))


def _migrated() -> Path:
    """A data folder with this checkout's migrations, created if missing."""
    CACHE.mkdir(exist_ok=True)
    wanted = CACHE / f"cluster-{_fingerprint()}"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.is_dir():
            for old in CACHE.glob("cluster-*"):
                shutil.rmtree(old)
            draft = CACHE / "cluster-draft"
            with postgres.start(draft, durable=False, who="pytest") as server:
                _migrate(server.url, draft)
                _set(server.url)
            draft.rename(wanted)
    return wanted


def _migrate(url: str, folder: Path) -> None:
    subprocess.run(
        # Django's command: ours would also write the rows of a first start
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env=os.environ
        | {"DATABASE_URL": url, "GOODWORD_ENV": "test", "GOODWORD_DATA": str(folder)}
        | {"DJANGO_SETTINGS_MODULE": "goodword.settings"},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _set(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as server:
        for setting in FEWER_PLANS:
            server.execute(f"ALTER ROLE CURRENT_USER SET {setting}".encode())


def _fingerprint() -> str:
    """A hash of the migrations, the installed packages (which have migrations too) and the server's settings."""
    digest = hashlib.sha256(f"{ROOT}{sys.version}{FEWER_PLANS}".encode())
    migrations = sorted((ROOT / "src/goodword").rglob("migrations/*.py"))
    for path in (*migrations, ROOT / "requirements-dev.lock", ROOT / "src/goodword/settings.py"):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
