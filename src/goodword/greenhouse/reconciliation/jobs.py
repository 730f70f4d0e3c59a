"""Jobs of reconciliation: passes by the clock and by a click, and the starts that a member has asked for."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from goodword.accounts.models import Membership
from goodword.core import clock, jobs
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation import passes, prune, start
from goodword.greenhouse.reconciliation.alone import alone
from goodword.greenhouse.reconciliation.run import run
from goodword.roles.models import Automation

#: everything is compared once in this time; what changed is compared at each pass
FULL_EVERY = timedelta(hours=24)

#: passes of the clock that run at once, of all connections: they hold a place of the worker for their time
AT_ONCE = 2


@jobs.job(name="greenhouse.reconciliation.run", swept_by="greenhouse.reconciliation.sweep")
def work_pass(*, pass_id: int) -> None:
    """Carry out one pass. Its row says how it ended, and the next one goes on, so the job takes no tries."""
    run(pass_id, tick=clock.now)


@jobs.job(name="greenhouse.reconciliation.start", swept_by="greenhouse.reconciliation.sweep")
def work_starts(*, connection_id: int) -> None:
    """Start those whom a member has asked to start; what cannot be done now waits for the sweep."""
    with alone(connection_id) as mine:
        if mine:
            start.start_requested(connection_id, tick=clock.now)


@jobs.job(
    name="greenhouse.reconciliation.sweep",
    cron="* * * * * */20",
    queueing_lock="greenhouse.reconciliation.sweep",
)
def sweep(*, timestamp: int = 0) -> None:
    """End the passes of dead workers, begin those that are due, and see to starts that still wait."""
    del timestamp  # given to every periodic job; the clock is ours
    now = clock.now()
    for dead in passes.end_dead(now=now):
        if dead.requested_by is not None:  # a person waits for it
            begin_pass(dead.connection, now=now, requested_by=dead.requested_by)
    begin_due(now=now)
    asked = Finding.objects.across_organisations().filter(
        state=Finding.State.WAITING, start_requested_at__isnull=False
    )
    for connection_id in asked.order_by().values_list("connection_id", flat=True).distinct():
        wake_starts(connection_id)


@jobs.job(
    name="greenhouse.reconciliation.prune",
    cron="50 3 * * * 0",
    queueing_lock="greenhouse.reconciliation.prune",
)
def prune_passes(*, timestamp: int = 0) -> None:
    """Remove rows that are no longer shown anywhere, once a day."""
    del timestamp  # see above
    prune.prune(now=clock.now())


def begin_pass(
    connection: Connection, *, now: datetime, requested_by: Membership | None = None
) -> Reconciliation | None:
    """Begin a pass; None if one is under way. One that a member asks for compares everything."""
    full = requested_by is not None or _full_is_due(connection, now=now)
    with transaction.atomic():
        row = passes.begin(connection, now=now, full=full, requested_by=requested_by)
        if row is not None:
            work_pass.defer(pass_id=row.pk)
    return row


def begin_due(*, now: datetime) -> int:
    """Begin the passes that are due, the longest waiting first; returns how many."""
    if settings.GOODWORD_SYNC_MINUTES <= 0:
        return 0
    running = Reconciliation.objects.across_organisations().filter(
        state=Reconciliation.State.RUNNING, requested_by=None
    )
    free = AT_ONCE - running.count()
    begun = 0
    for connection in due(now=now):
        if begun >= free:
            break
        begun += begin_pass(connection, now=now) is not None
    return begun


def due(*, now: datetime) -> list[Connection]:
    """Connections that have linked jobs and whose last pass began long enough ago, the longest waiting first."""
    every = timedelta(minutes=settings.GOODWORD_SYNC_MINUTES)
    linked = Automation.objects.across_organisations().values("connection_id")
    recent = Reconciliation.objects.across_organisations().filter(
        Q(started_at__gt=now - every) | Q(state=Reconciliation.State.RUNNING)
    )
    rows = Connection.objects.across_organisations().filter(pk__in=linked)
    rows = rows.exclude(state=Connection.State.DISCONNECTED).exclude(pk__in=recent.values("connection_id"))
    return sorted(rows, key=lambda row: (row.reconciled_at is not None, row.reconciled_at, row.pk))


def wake_starts(connection_id: int) -> None:
    """See to it that a worker starts what a member has asked for: one at a time for each connection."""
    work_starts.defer_once(
        lock=f"greenhouse.reconciliation.start:{connection_id}", connection_id=connection_id
    )


def _full_is_due(connection: Connection, *, now: datetime) -> bool:
    fulls = Reconciliation.objects.across_organisations().filter(
        connection=connection, full=True, state=Reconciliation.State.DONE, started_at__gt=now - FULL_EVERY
    )
    return connection.reconciled_at is None or not fulls.exists()
