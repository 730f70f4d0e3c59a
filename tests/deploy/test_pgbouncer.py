"""PgBouncer in front of PostgreSQL: session mode works, and other settings are recognised."""

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

from goodword.core import clock, startup
from goodword.core.database import quick_connection
from goodword.core.doctor import database
from goodword.core.environment import SettingError
from goodword.core.startup import check_database, check_pooler, wait_for_database
from tests.support.ports import free_port

pytestmark = [pytest.mark.proxy, pytest.mark.django_db]


@contextmanager
def pooler(folder: Path, mode: str, *, ignore: str = "options") -> Iterator[int]:
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
ignore_startup_parameters = {ignore}
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
        monkeypatch.setattr(startup, "quick_connection", lambda: through)
        with psycopg.connect(**through, autocommit=True) as line:
            assert database.notifications(line, clock.now()).state == state
        if state == "good":
            check_pooler()
        else:
            with pytest.raises(SettingError, match="as behind a pooler in transaction mode"):
                check_pooler()


def test_a_pooler_that_refuses_options_is_named_at_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pooler(tmp_path, "session", ignore="extra_float_digits") as port:
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", str(port))
        for act in (check_database, wait_for_database):
            with pytest.raises(SettingError) as refused:
                act()
            assert str(refused.value).startswith(
                "A pooler refuses the connection. Add `ignore_startup_parameters = options` to PgBouncer's settings. "
            )
