"""How the worker ends: after a signal, and when its database is gone."""

import signal
import subprocess

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateWorker

from goodword.core.supervise import goodword
from tests.core.test_killed_worker import here, until


def worker() -> "subprocess.Popen[bytes]":
    started = subprocess.Popen(goodword("worker"), env=here())
    until(ProcrastinateWorker.objects.exists)
    return started


@pytest.fixture(autouse=True)
def no_worker_of_others(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_after_a_signal_it_ends_well_and_has_signed_off(number: signal.Signals) -> None:
    running = worker()
    running.send_signal(number)
    assert running.wait(20) == 0
    assert not ProcrastinateWorker.objects.exists()


def test_when_it_cannot_go_on_it_says_so_by_its_status() -> None:
    running = worker()
    with connection.cursor() as cursor:  # its next sign of life, within ten seconds, fails
        cursor.execute("ALTER TABLE procrastinate_workers RENAME TO gone")
    try:
        assert running.wait(40) == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO procrastinate_workers")
        running.kill()
        running.wait()
