"""The application clock: system time, which settings can allow to be moved for all processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from goodword.core import clock
from goodword.core.models import ClockOffset

NEAR = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    clock._cached = None
    yield
    clock._cached = None


def ahead() -> timedelta:
    return clock.now() - datetime.now(UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(ahead()) < NEAR


@pytest.mark.django_db
def test_the_clock_cannot_be_moved_unless_allowed() -> None:
    with pytest.raises(RuntimeError, match="cannot be moved"):
        clock.advance(timedelta(days=1))
    ClockOffset.objects.create(pk=1, offset=timedelta(days=9))  # even if a row says so
    assert abs(ahead()) < NEAR


@pytest.mark.django_db
def test_the_clock_only_moves_forward(settings: Settings) -> None:
    settings.GOODWORD_CLOCK_MAY_MOVE = True
    with pytest.raises(ValueError, match="can only be moved forward"):
        clock.advance(timedelta(seconds=-1))
    assert ClockOffset.objects.count() == 0


@pytest.mark.django_db
def test_moves_add_up(settings: Settings) -> None:
    settings.GOODWORD_CLOCK_MAY_MOVE = True
    clock.advance(timedelta(days=1))
    assert abs(clock.advance(timedelta(days=2)) - datetime.now(UTC) - timedelta(days=3)) < NEAR
    assert abs(ahead() - timedelta(days=3)) < NEAR


@pytest.mark.django_db(transaction=True)
def test_concurrent_moves_all_count(settings: Settings) -> None:
    settings.GOODWORD_CLOCK_MAY_MOVE = True

    def move(_: int) -> None:
        try:
            clock.advance(timedelta(days=1))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move, range(8)))
    assert ClockOffset.objects.get().offset == timedelta(days=8)


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_move_is_seen_by_other_processes(settings: Settings) -> None:
    settings.GOODWORD_CLOCK_MAY_MOVE = True
    clock.advance(timedelta(days=40))
    script = "import django; django.setup(); from goodword.core import clock; print(clock.now().isoformat())"
    held = connection.get_connection_params()
    address = "postgresql:///{dbname}?host={host}&port={port}&user={user}".format(
        **{"port": 5432, "host": "", "user": "", **held}
    )
    seen = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "GOODWORD_ENV": "demo", "DATABASE_URL": address},
        capture_output=True,
        text=True,
        check=True,
    )
    there = datetime.fromisoformat(seen.stdout.strip())
    assert abs(there - datetime.now(UTC) - timedelta(days=40)) < NEAR
