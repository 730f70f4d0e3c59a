"""A world whose deliveries are lost, and passes over it at chosen moments."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from goodword.core import clock
from goodword.greenhouse.models import Finding, Reconciliation
from goodword.greenhouse.reconciliation import passes
from goodword.greenhouse.reconciliation.run import run
from goodword.roles.models import Automation
from goodword.workflow.models import StepRequest
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from tests.greenhouse.world import World
from tests.support.worlds import whole_world

#: after this time a scheduled pass no longer waits for a move's delivery
SOON = timedelta(minutes=10)


@whole_world
def reconcile(
    world: World,
    *,
    full: bool = False,
    after: timedelta = SOON,
    requested_by: Any = None,
) -> Reconciliation:
    """Run a pass that begins `after` from now. Returns its row."""
    now = clock.now() + after
    world.connection.refresh_from_db()
    row = passes.begin(world.connection, now=now, full=full, requested_by=requested_by)
    assert row is not None, "one is running"
    run(row.pk, tick=lambda: now)
    row.refresh_from_db()
    return row


def settled(world: World) -> Reconciliation:
    """Deliver everything, run a full pass and delete its findings.

    The account's initial applications existed before the job was linked.
    """
    Automation.objects.of(world.organisation).update(confirmed_at=world.greenhouse.now())
    world.deliver()
    row = reconcile(world, full=True, after=timedelta(0))
    assert row.state == "done", row.error
    Finding.objects.of(world.organisation).delete()
    return row


def backdate(world: World, application: RemoteApplication, *, by: timedelta) -> None:
    """Move the application's stage entry this much earlier, and its creation before that."""
    store = world.greenhouse.store
    stage = next(
        row
        for row in store.application_stages.rising()
        if row.application_id == application.id and row.current
    )
    stage.entered_at = datetime_of(stage.entered_at) - by
    application.created_at = min(application.created_at, stage.entered_at - timedelta(days=1))


def datetime_of(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment


def findings(world: World) -> Counter[tuple[str, str]]:
    """Findings by kind and state, counted."""
    rows = Finding.objects.of(world.organisation)
    return Counter(rows.values_list("kind", "state"))


def starts(world: World) -> int:
    """The number of requested steps."""
    return StepRequest.objects.of(world.organisation).count()
