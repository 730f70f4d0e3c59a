"""A pass interrupted by shutdown or a database outage continues where it stopped."""

import threading
from datetime import datetime, timedelta
from functools import partial

import httpx2
import pytest
from django.db import OperationalError
from psycopg.errors import AdminShutdown

from goodword.core import clock, process
from goodword.greenhouse.models import Reconciliation
from goodword.greenhouse.reconciliation import missed_invitations, passes
from goodword.greenhouse.reconciliation.run import run
from tests.greenhouse.reconciliation.passes import SOON, findings
from tests.greenhouse.reconciliation.passes import starts as starts_of
from tests.greenhouse.reconciliation.test_failing_passes import moved
from tests.greenhouse.shared_world import after
from tests.greenhouse.world import World
from tests.support.jobs import run_jobs


@pytest.fixture(autouse=True)
def stop(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A process that isn't stopping yet, with small batches and so many points to stop at."""
    asked = threading.Event()
    monkeypatch.setattr(process, "_requested", asked)
    monkeypatch.setattr(passes, "BATCH", 1)
    monkeypatch.setattr(missed_invitations, "AT_ONCE", 2)
    return asked


def begun(world: World) -> Reconciliation:
    world.connection.refresh_from_db()
    row = passes.begin(world.connection, now=clock.now() + SOON, full=True)
    assert row is not None
    return row


four_moved, one_moved = (after(partial(moved, count=count)) for count in (4, 1))


@pytest.mark.world
@four_moved
@pytest.mark.parametrize("tick", [2, 6, 9, 11, 13, 15])
def test_wherever_it_is_interrupted_the_outcome_is_the_same(
    world: World, stop: threading.Event, tick: int
) -> None:
    row, ticks = begun(world), 0

    def tick_then_stop() -> datetime:
        nonlocal ticks
        ticks += 1
        if ticks == tick:
            stop.set()
        return clock.now() + SOON

    with pytest.raises(process.Stopped):
        run(row.pk, tick=tick_then_stop)
    stop.clear()
    row.refresh_from_db()
    assert (row.state, row.ended_at) == ("running", None)
    assert passes.end_dead(now=clock.now() + SOON + timedelta(hours=5)) == []  # it waits for a worker
    run(row.pk, tick=lambda: clock.now() + SOON)
    run_jobs()
    row.refresh_from_db()
    assert (row.state, row.error, row.resume) == ("done", "", {})
    assert findings(world) == {("missed_invitation", "synced"): 2, ("missed_invitation", "waiting"): 2}
    assert starts_of(world) == 2


@pytest.mark.world
@one_moved
def test_jobs_that_were_read_are_not_read_again(world: World, stop: threading.Event) -> None:
    row = begun(world)

    def before(request: httpx2.Request) -> None:
        if request.url.path == "/v3/jobs":
            stop.set()

    world.line.before = before
    with pytest.raises(process.Stopped):
        run(row.pk, tick=lambda: clock.now() + SOON)
    stop.clear()
    row.refresh_from_db()
    assert row.resume["read_jobs"] == [world.job_id]
    calls, asked = row.calls, list[httpx2.URL]()
    world.line.before = lambda request: asked.append(request.url)
    run(row.pk, tick=lambda: clock.now() + SOON)
    row.refresh_from_db()
    assert [url for url in asked if url.path == "/v3/applications" and "job_ids" in url.params] == []
    assert (row.state, row.calls > calls) == ("done", True)
    assert findings(world) == {("missed_invitation", "synced"): 1}


@one_moved
def test_an_interrupted_pass_that_no_worker_continues_ends(world: World, stop: threading.Event) -> None:
    row = begun(world)
    stop.set()
    with pytest.raises(process.Stopped):
        run(row.pk, tick=lambda: clock.now() + SOON)
    [ended] = passes.end_dead(now=clock.now() + SOON + passes.INTERRUPTED + timedelta(minutes=1))
    ended.refresh_from_db()
    assert (ended.state, ended.error) == ("failed", passes.DIED)


@pytest.mark.world
@one_moved
def test_an_outage_of_the_database_does_not_end_it(world: World) -> None:
    row = begun(world)

    def lost(_: object) -> None:
        raise OperationalError("terminating connection due to administrator command") from AdminShutdown()

    world.line.before = lost
    with pytest.raises(OperationalError):
        run(row.pk, tick=lambda: clock.now() + SOON)
    world.line.before = lambda _: None
    run(row.pk, tick=lambda: clock.now() + SOON)
    row.refresh_from_db()
    assert (row.state, findings(world)) == ("done", {("missed_invitation", "synced"): 1})
