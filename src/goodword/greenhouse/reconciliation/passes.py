"""The row of a pass: one running per connection, leased by its worker, ended by it or by the next sweep."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from goodword.accounts.models import Membership
from goodword.greenhouse.models import Connection, Reconciliation

State = Reconciliation.State

#: a worker shows a sign of life between two calls; one call with all its tries takes less than this
LEASE = timedelta(minutes=4)
#: for so long a pass may wait for a worker to take it
QUEUED = timedelta(minutes=15)
#: how long an interrupted pass waits for a worker to continue it
INTERRUPTED = timedelta(hours=6)

DIED = "The program that ran it was stopped. The next pass does the rest."


class Lost(Exception):
    """The row was taken over or ended by another worker; stop at once."""


def begin(
    connection: Connection, *, now: datetime, full: bool, requested_by: Membership | None = None
) -> Reconciliation | None:
    """A pass that waits for a worker; None if one is under way already (which is then made a full one, if asked).

    The lease has lapsed from the start: whichever worker comes first takes it.
    """
    try:
        with transaction.atomic():
            return Reconciliation.objects.create(
                organisation_id=connection.organisation_id,
                connection=connection,
                full=full,
                requested_by=requested_by,
                started_at=now,
                lease_until=now,
            )
    except IntegrityError:  # one_pass_at_a_time
        if full:
            values = {"full": True} | ({"requested_by": requested_by} if requested_by else {})
            _running().filter(connection=connection).update(**values)
        return None


def take(pass_id: int, *, now: datetime) -> Reconciliation | None:
    """Lease a pass for this worker; None if it has ended or a living worker has it."""
    with transaction.atomic():
        free = _running().select_for_update(of=("self",)).filter(pk=pass_id, lease_until__lte=now)
        row = free.select_related("connection__organisation").first()
        if row is None:
            return None
        row.lease_until = now + LEASE
        if not row.resume:
            row.done = row.total = row.calls = 0
        values = {"done": row.done, "total": row.total, "calls": row.calls}
        _running().filter(pk=row.pk).update(lease_until=row.lease_until, resume={}, **values)
        return row


def release(row: Reconciliation, resume: dict[str, Any], *, now: datetime) -> None:
    """Release it for another worker to continue; no-op if it is no longer this worker's."""
    mine = _running().filter(pk=row.pk, lease_until=row.lease_until)
    mine.update(lease_until=now, resume=resume, total=row.total, done=row.done, calls=row.calls)


def beat(row: Reconciliation, *, now: datetime) -> None:
    """Show a sign of life and how far it is. Raises Lost."""
    until = now + LEASE
    row.total = max(row.total, row.done)
    mine = _running().filter(pk=row.pk, lease_until=row.lease_until)
    if not mine.update(lease_until=until, total=row.total, done=row.done, calls=row.calls):
        raise Lost
    row.lease_until = until


def finish(row: Reconciliation, *, did_full: bool, remark: str, now: datetime) -> bool:
    """End it well; what comes after `started_at` is the next pass's. False if a full one was asked for meanwhile.

    Raises Lost.
    """
    with transaction.atomic():
        mine = _running().select_for_update(of=("self",)).filter(pk=row.pk, lease_until=row.lease_until)
        found = mine.first()
        if found is None:
            raise Lost
        if found.full and not did_full:
            row.full, row.requested_by_id = True, found.requested_by_id
            return False
        _end(row, State.DONE, error=remark, now=now)
        connections = Connection.objects.across_organisations().filter(pk=row.connection_id)
        connections.update(reconciled_at=row.started_at)
        return True


def fail(row: Reconciliation, sentence: str, *, now: datetime) -> None:
    """End it with the reason; the next pass begins where this one began."""
    _end(row, State.FAILED, error=sentence, now=now)


def end_dead(*, now: datetime) -> list[Reconciliation]:
    """End the passes of dead workers, and those that no worker took; returns them."""
    untaken = Q(lease_until=F("started_at"))
    begun = ~untaken & Q(resume={}, lease_until__lt=now)
    interrupted = ~Q(resume={}) & Q(lease_until__lt=now - INTERRUPTED)
    dead = (untaken & Q(started_at__lt=now - QUEUED)) | begun | interrupted
    ended = []
    for row in _running().select_related("connection", "requested_by").filter(dead):
        same = _running().filter(pk=row.pk, lease_until=row.lease_until)
        if same.update(state=State.FAILED, ended_at=now, error=DIED):
            ended.append(row)
    return ended


def _end(row: Reconciliation, state: str, *, error: str, now: datetime) -> None:
    mine = _running().filter(pk=row.pk, lease_until=row.lease_until)
    mine.update(
        state=state,
        ended_at=now,
        error=error,
        done=row.done,
        total=max(row.total, row.done) if state == State.FAILED else row.done,
        calls=row.calls,
        resume={},
    )


def _running() -> QuerySet[Reconciliation]:
    return Reconciliation.objects.across_organisations().filter(state=State.RUNNING)
