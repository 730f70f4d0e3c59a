"""Start those whom a member has asked to start, once Greenhouse has said again where they stand."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import DatabaseError, transaction

from goodword.core import crypto, database, stopping
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.reconciliation.carry import ENDS_THE_PASS
from goodword.greenhouse.sync.applications import TooBusy, start_stage_steps, sync_applications
from goodword.greenhouse.sync.reading import prefetch

log = logging.getLogger(__name__)

State = Finding.State

#: applications that are read together
BATCH = 20


def start_requested(connection_id: int, *, tick: Callable[[], datetime]) -> int:
    """Work through what was asked for, oldest first; returns how many entries were settled.

    Where Greenhouse cannot be used it ends: the entries stay asked for, the page says so, and the sweep tries
    again. An entry is settled in the transaction of its start, so that a second run finds nothing to do.
    """
    connection = (
        Connection.objects.across_organisations()
        .select_related("organisation")
        .exclude(state=Connection.State.DISCONNECTED)
        .filter(pk=connection_id)
        .first()
    )
    if connection is None:
        return 0
    settled, last = 0, 0
    while batch := _next(connection, after=last):
        stopping.check()
        last = batch[-1].pk
        try:
            settled += _start(batch, connection=connection, now=tick())
        except (*ENDS_THE_PASS, crypto.CannotOpen) as error:
            log.warning("Starts of %s wait: %s", connection, error)
            return settled
        except (HarvestError, TooBusy, DatabaseError) as error:
            if database.is_outage(error):
                raise
            settled += sum(_alone(one, connection=connection, now=tick()) for one in batch)
    return settled


def _next(connection: Connection, *, after: int) -> list[Finding]:
    asked = Finding.objects.across_organisations().filter(
        connection=connection, state=State.WAITING, start_requested_at__isnull=False, pk__gt=after
    )
    return list(asked.order_by("pk")[:BATCH])


def _alone(one: Finding, *, connection: Connection, now: datetime) -> int:
    """One that others may have been held up by. What fails stays asked for."""
    try:
        return _start([one], connection=connection, now=now)
    except (HarvestError, TooBusy, DatabaseError) as error:
        log.warning("%s waits: %s", one, error)
        return 0


def _start(batch: Sequence[Finding], *, connection: Connection, now: datetime) -> int:
    remote_ids = [one.remote_application_id for one in batch if one.remote_application_id is not None]
    ahead = prefetch(connection, dict.fromkeys(remote_ids), now=now)
    sync_applications(connection, remote_ids, now=now, prefetched=ahead)
    return sum(_settle(one.pk, now=now) for one in batch)


def _settle(pk: int, *, now: datetime) -> bool:
    with transaction.atomic():
        row = (
            Finding.objects.across_organisations()
            .select_for_update(of=("self",))
            .filter(pk=pk, state=State.WAITING, start_requested_at__isnull=False)
            .first()
        )
        if row is None:
            return False
        by = f"member:{row.start_requested_by_id}" if row.start_requested_by_id else "goodword"
        asked = row.application_id is not None and start_stage_steps(
            row.application_id, job_id=row.job_id, stage_id=row.stage_id, by=by, at=now
        )
        row.state = State.SYNCED if asked else State.OBSOLETE
        row.settled_at, row.settled_by_id = now, row.start_requested_by_id
        row.save(update_fields=["state", "settled_at", "settled_by"])
        return True
