"""When a worker was last seen."""

from datetime import timedelta

import pytest
from django.db import connection

from goodword.core import health
from goodword.core.health import HeartbeatThread
from tests.core.test_killed_worker import until
from tests.support.heartbeat import silent_for


@pytest.mark.django_db(transaction=True)
def test_heartbeat_keeps_the_worker_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BEAT_SECONDS", 0.05)
    assert silent_for() is None
    with HeartbeatThread():
        until(lambda: silent_for() is not None)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE core_heartbeat SET seen_at = now() - interval '1 hour'")
        until(lambda: (silent_for() or timedelta(days=1)) < timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_heartbeat SET seen_at = now() - interval '1 hour'")
    assert timedelta(hours=1) <= (silent_for() or timedelta(0)) < timedelta(hours=1, minutes=1)


@pytest.mark.django_db(transaction=True)
def test_heartbeat_reconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BEAT_SECONDS", 0.05)
    backends: set[int] = set()
    with HeartbeatThread(lambda open_connection: backends.add(open_connection.info.backend_pid)):
        until(lambda: len(backends) == 1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [min(backends)])
        until(lambda: len(backends) == 2)
