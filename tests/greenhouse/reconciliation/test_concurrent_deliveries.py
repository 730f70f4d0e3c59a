"""A pass runs while a worker processes deliveries, each with its own database connection."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database

from tests.greenhouse.reconciliation.passes import reconcile, settled, starts
from tests.greenhouse.world import ASSESSMENT, World
from tests.support.jobs import event_names, run_jobs


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(240)
def test_deliveries_during_a_pass_request_no_step_twice(alone: World) -> None:
    remotes = [alone.apply(email=f"person{n}@people.example") for n in range(6)]
    settled(alone)
    for remote in remotes:
        alone.move(remote, ASSESSMENT)
    bodies = alone.outgoing()

    def deliver() -> None:
        try:
            for body, event_id in bodies:
                assert alone.post(body, event_id) == 200
                alone.work()
        finally:
            database.close()

    def reconciling() -> None:
        try:
            reconcile(alone)
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(deliver), pool.submit(reconciling)]:
            done.result()
    alone.work(after=timedelta(minutes=5))
    run_jobs()
    assert starts(alone) == 6
    for remote in remotes:
        told = [name for name in event_names(alone.ours(remote).pk) if name.startswith("application.")]
        assert told == ["application.applied", "application.left_stage", "application.entered_stage"]
