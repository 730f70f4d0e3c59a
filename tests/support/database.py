"""The database cluster of a test run: a copy of a migrated one cached in .test-cache."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from goodword.core import postgres

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".test-cache"
#: the template of test databases
TEMPLATE = postgres.DATABASE


def start(folder: Path) -> postgres.Server:
    """Start a throw-away server in `folder`, with all migrations in its database `TEMPLATE`."""
    shutil.copytree(_migrated(), folder, dirs_exist_ok=True)
    return postgres.start(folder, durable=False, who="pytest")


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
            draft.rename(wanted)
    return wanted


def _migrate(url: str, folder: Path) -> None:
    subprocess.run(
        # Django's own: ours would also write the rows of a first start
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env=os.environ
        | {"DATABASE_URL": url, "GOODWORD_ENV": "test", "GOODWORD_DATA": str(folder)}
        | {"DJANGO_SETTINGS_MODULE": "goodword.settings"},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _fingerprint() -> str:
    """A hash of the migrations and of the installed packages, which have their own."""
    digest = hashlib.sha256(f"{ROOT}{sys.version}".encode())
    migrations = sorted((ROOT / "src/goodword").rglob("migrations/*.py"))
    for path in (*migrations, ROOT / "requirements-dev.lock", ROOT / "src/goodword/settings.py"):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
