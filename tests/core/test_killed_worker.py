"""A reaction whose worker is killed runs once on the next worker."""

import os
import subprocess
import time
from collections.abc import Callable

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.core import job_recovery
from goodword.core.events import record
from goodword.core.models import Reaction
from goodword.core.supervise import goodword
from tests.support import factories

pytestmark = pytest.mark.programs

HANDLER = "workflow.domain.step_requests.on_candidate_changed"


def here() -> dict[str, str]:
    """The environment of a program on this test's database."""
    database = connection.settings_dict
    url = (
        f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}&port={database['PORT']}"
    )
    # parallel runs read the settings before tests/conftest.py sets this process's data folder with its keys
    return {**os.environ, "DATABASE_URL": url, "GOODWORD_DATA": str(settings.GOODWORD_DATA)}


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("It did not happen within a minute.")


def doing() -> bool:
    return ProcrastinateJob.objects.filter(task_name="event.react", status="doing").exists()


@pytest.mark.django_db(transaction=True)
def test_the_reaction_of_a_killed_worker_runs_once_on_the_next() -> None:
    application = factories.application(factories.role(factories.organisation()))
    with transaction.atomic():
        event = record(
            "candidate.changed",
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor="greenhouse",
            at=factories.NOW,
        )
    with psycopg.connect(here()["DATABASE_URL"]) as other:  # blocks the handler halfway
        other.execute("LOCK TABLE workflow_steprequest IN ACCESS EXCLUSIVE MODE")
        first = subprocess.Popen(goodword("worker"), env=here())
        try:
            until(lambda: Reaction.objects.get(event=event, handler=HANDLER).attempts == 1)
        finally:
            first.kill()
            first.wait()
        other.rollback()
    assert set(Reaction.objects.values_list("state", flat=True)) == {"waiting"}
    assert job_recovery.retry_stalled() == 0  # it could still be alive
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        cursor.execute("UPDATE core_reaction SET not_before = now()")  # its lease has expired
    second = subprocess.Popen(goodword("worker"), env=here())
    try:
        until(lambda: Reaction.objects.filter(event=event, handler=HANDLER, state="done").exists())
        until(lambda: not doing())
    finally:
        second.terminate()
        second.wait()
    assert list(Reaction.objects.filter(handler=HANDLER).values_list("event", flat=True)) == [event.pk]
