"""Candidates who were in a mapped stage when the mapping was confirmed: sync or invite them."""

import logging
from datetime import datetime

from django.db import transaction

from goodword.candidates.models import Application
from goodword.core import stopping
from goodword.greenhouse.client import HarvestError, Invalid, NotFound, UnexpectedShape
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.applications import TooBusy, start_stage_steps, sync_application
from goodword.roles.models import AlreadyThere, Automation

log = logging.getLogger(__name__)

#: applications per job
BATCH = 50
#: errors of a single application; reconciliation retries it
SKIPPED = (NotFound, Invalid, UnexpectedShape, TooBusy)


def invite_candidate(*, automation_id: int, remote_application_id: int, by: str, now: datetime) -> None:
    """Sync the application, then request its stage's steps not requested before. Raises HarvestError for a retry."""
    linked = _linked(automation_id)
    if linked is None:
        return
    automation, connection = linked
    sync_application(connection, remote_application_id, now=now)
    application = (
        Application.objects.of(connection.organisation)
        .filter(connection_id=connection.pk, remote_id=remote_application_id)
        .first()
    )
    if application is not None:
        with transaction.atomic():
            start_stage_steps(application.pk, job_id=automation.job_id, by=by, at=now)


def sync_batch(*, automation_id: int, after: int, now: datetime) -> int | None:
    """Applications not here yet, without inviting. Returns the row to continue after, None at the end."""
    linked = _linked(automation_id)
    if linked is None:
        return None
    automation, connection = linked
    rows = AlreadyThere.objects.of(connection.organisation).filter(automation=automation, pk__gt=after)
    batch = list(rows.order_by("pk")[:BATCH])
    known = set(
        Application.objects.of(connection.organisation)
        .filter(connection_id=connection.pk, remote_id__in=[row.remote_application_id for row in batch])
        .exclude(role=None)
        .values_list("remote_id", flat=True)
    )
    for remote_id in dict.fromkeys(row.remote_application_id for row in batch):
        stopping.check()
        if remote_id not in known:
            _one(connection, remote_id, now=now)
    return batch[-1].pk if len(batch) == BATCH else None


def _linked(automation_id: int) -> tuple[Automation, Connection] | None:
    """The automation and its connection; None if it was unlinked, or the connection disconnected."""
    automation = Automation.objects.across_organisations().filter(pk=automation_id).first()
    if automation is None:
        return None
    connection = (
        Connection.objects.across_organisations()
        .select_related("organisation")
        .exclude(state=Connection.State.DISCONNECTED)
        .filter(pk=automation.connection_id)
        .first()
    )
    return (automation, connection) if connection is not None else None


def _one(connection: Connection, remote_id: int, *, now: datetime) -> None:
    try:
        sync_application(connection, remote_id, now=now)
    except SKIPPED as error:
        kind = error.sentence if isinstance(error, HarvestError) else str(error)
        log.warning("Application %d of %s was left out: %s", remote_id, connection, kind)
