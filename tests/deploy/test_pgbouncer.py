"""PgBouncer in front of PostgreSQL: session mode works, and doctor recognises transaction mode."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from goodword.core import clock
from goodword.core.database import quick_connection
from goodword.core.doctor import database
from tests.support.ports import free_port

pytestmark = [pytest.mark.proxy, pytest.mark.django_db]


@contextmanager
def pooler(folder: Path, mode: str) -> Iterator[int]:
    """PgBouncer on a free port, in front of the test server."""
    port = free_port()
    mine = connection.settings_dict
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"""[databases]
* = host={mine["HOST"]} port={mine["PORT"] or 5432} user={mine["USER"]}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
ignore_startup_parameters = options
"""
    )
    # it refuses to run as root
    other = ("unshare", "--user", "--map-user=65534", "--map-group=65534") if os.geteuid() == 0 else ()
    path = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    running = subprocess.Popen([*other, str(path), str(settings)], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port
    finally:
        running.terminate()
        running.wait()


@pytest.mark.parametrize(("mode", "state"), [("session", "good"), ("transaction", "broken")])
def test_only_session_mode_passes_notifications_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, state: str
) -> None:
    with pooler(tmp_path, mode) as port:
        through: dict[str, Any] = quick_connection() | {"host": "127.0.0.1", "port": port}
        monkeypatch.setattr(database, "quick_connection", lambda: through)
        with psycopg.connect(**through, autocommit=True) as line:
            assert database.notifications(line, clock.now()).state == state
