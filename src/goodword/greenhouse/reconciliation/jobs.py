from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership
from goodword.core import clock, jobs
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation import missed_invitations, passes
from goodword.greenhouse.reconciliation.run import run
from goodword.roles.models import Automation

#: how often a pass compares everything, not only recent changes
FULL_EVERY = timedelta(hours=24)

#: maximum concurrent scheduled passes of all connections, since each occupies a worker's thread
AT_ONCE = 2


@jobs.job(name="greenhouse.reconciliation.run", swept_by="greenhouse.reconciliation.sweep")
def run_pass(*, pass_id: int) -> None:
    """The row records the outcome and the next pass continues, so the job isn't retried."""
    run(pass_id, tick=clock.now)


@jobs.job(name="greenhouse.reconciliation.invite", swept_by="greenhouse.reconciliation.sweep")
def invite(*, connection_id: int) -> None:
    with missed_invitations.exclusively(connection_id) as mine:
        if mine:
            missed_invitations.send_requested(connection_id, tick=clock.now)


@jobs.job(
    name="greenhouse.reconciliation.sweep",
    cron="* * * * * */20",
    queueing_lock="greenhouse.reconciliation.sweep",
    due=lambda now: [passes.dead(now=now), due(now=now), invites_requested()],
)
def sweep(*, timestamp: int = 0) -> None:
    del timestamp  # Procrastinate passes it to every periodic job
    now = clock.now()
    for dead in passes.end_dead(now=now):
        if dead.requested_by is not None:  # a member waits for it
            begin_pass(dead.connection, now=now, requested_by=dead.requested_by)
    begin_due(now=now)
    for connection_id in invites_requested().order_by().values_list("connection_id", flat=True).distinct():
        wake_invite(connection_id)


@jobs.job(
    name="greenhouse.reconciliation.prune",
    cron="50 3 * * * 0",
    queueing_lock="greenhouse.reconciliation.prune",
)
def prune(*, timestamp: int = 0) -> None:
    del timestamp  # see above
    passes.prune(now=clock.now())


def begin_pass(
    connection: Connection, *, now: datetime, requested_by: Membership | None = None
) -> Reconciliation | None:
    """Begin a pass. Returns None if one is running. A pass requested by a member compares everything."""
    full = requested_by is not None or _full_is_due(connection, now=now)
    with transaction.atomic():
        row = passes.begin(connection, now=now, full=full, requested_by=requested_by)
        if row is not None:
            run_pass.defer(pass_id=row.pk)
    return row


def begin_due(*, now: datetime) -> int:
    running = Reconciliation.objects.across_organisations().filter(
        state=Reconciliation.State.RUNNING, requested_by=None
    )
    free = AT_ONCE - running.count()
    begun = 0
    rows = sorted(due(now=now), key=lambda row: (row.reconciled_at is not None, row.reconciled_at, row.pk))
    for connection in rows:
        if begun >= free:
            break
        begun += begin_pass(connection, now=now) is not None
    return begun


def due(*, now: datetime) -> QuerySet[Connection]:
    if settings.GOODWORD_SYNC_MINUTES <= 0:
        return Connection.objects.across_organisations().none()
    every = timedelta(minutes=settings.GOODWORD_SYNC_MINUTES)
    linked = Automation.objects.across_organisations().values("connection_id")
    recent = Reconciliation.objects.across_organisations().filter(
        Q(started_at__gt=now - every) | Q(state=Reconciliation.State.RUNNING)
    )
    rows = Connection.objects.across_organisations().filter(pk__in=linked)
    return rows.exclude(state=Connection.State.DISCONNECTED).exclude(pk__in=recent.values("connection_id"))


def invites_requested() -> QuerySet[Finding]:
    waiting = Finding.objects.across_organisations().filter(state=Finding.State.WAITING)
    return waiting.filter(invite_requested_at__isnull=False)


def wake_invite(connection_id: int) -> None:
    invite.defer_once(lock=f"greenhouse.reconciliation.invite:{connection_id}", connection_id=connection_id)


def _full_is_due(connection: Connection, *, now: datetime) -> bool:
    fulls = Reconciliation.objects.across_organisations().filter(
        connection=connection, full=True, state=Reconciliation.State.DONE, started_at__gt=now - FULL_EVERY
    )
    return connection.reconciled_at is None or not fulls.exists()
