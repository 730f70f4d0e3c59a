"""Bring over what was found, through the same sync as a delivery, and keep a finding for what that changed."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import DatabaseError

from goodword.candidates.models import Application
from goodword.core import database
from goodword.greenhouse.client import (
    Forbidden,
    HarvestError,
    NotFound,
    RateLimited,
    Unauthorised,
    Unavailable,
)
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation.compare import Found
from goodword.greenhouse.sync.applications import NONE_SUPPRESSED, Suppressed, TooBusy, sync_applications
from goodword.greenhouse.sync.reading import prefetch

log = logging.getLogger(__name__)

State = Finding.State

#: applications in one transaction
BATCH = 20

#: not the fault of one application: the pass ends here and the next goes on
ENDS_THE_PASS = (Unavailable, RateLimited, Unauthorised, Forbidden, NotFound)


def carry(
    found: Iterable[Found],
    *,
    row: Reconciliation,
    connection: Connection,
    tick: Callable[[], datetime],
    after: Callable[[Sequence[Found]], None],
    wait: bool = False,
    held: Suppressed = NONE_SUPPRESSED,
) -> list[int]:
    """Sync the applications in batches. Returns those that failed, by Greenhouse's id.

    No arrival event is recorded for the `held` ones. With `wait`, each one still in its stage becomes an entry of the
    list. `after` is called with each finished batch. A failing application does not hold up others. Raises HarvestError
    if Greenhouse itself cannot be used.
    """
    left: list[int] = []
    for batch in batched(found, BATCH):
        for part in (batch, *([one] for one in batch)):
            try:
                _sync(part, row=row, connection=connection, wait=wait, held=held, now=tick())
            except ENDS_THE_PASS:
                raise
            except (HarvestError, TooBusy, DatabaseError) as error:
                if database.is_outage(error):
                    raise
                log.warning("%d applications of %s waited: %s", len(part), connection, error)
            except (
                Exception
            ):  # the border of one application: one that we cannot cope with must not stop the others
                log.exception("%s could not be synced", [one.remote_id for one in part])
            else:
                if part is batch:
                    break
                continue
            if part is not batch:  # one by one by now: this is the one
                left.append(part[0].remote_id)
        after(batch)
    return left


def _sync(
    part: Sequence[Found],
    *,
    row: Reconciliation,
    connection: Connection,
    wait: bool,
    held: Suppressed,
    now: datetime,
) -> None:
    by_id = {one.remote_id: one for one in part}
    before = _standing(connection, by_id)

    def keep(_: list[str]) -> None:
        after = _standing(connection, by_id)
        rows = [
            _finding(one, after=after.get(remote_id), row=row, wait=wait, now=now)
            for remote_id, one in by_id.items()
            if _counts(one, before.get(remote_id), after.get(remote_id), wait=wait)
        ]
        Finding.objects.across_organisations().bulk_create(rows, ignore_conflicts=wait)

    ahead = prefetch(connection, dict.fromkeys(by_id), now=now)
    sync_applications(connection, by_id, now=now, settle=keep, suppressed=held, prefetched=ahead)


#: our copy as a finding tells of it
_COLUMNS = (
    "status",
    "job_id",
    "stage_id",
    "prospect",
    "not_visible_since",
    "candidate__remote_id",
    "candidate__email",
    "candidate__can_email",
    "candidate__private",
    "candidate__first_name",
    "candidate__last_name",
    "candidate__preferred_name",
    "candidate__company",
    "candidate__title",
)


def _standing(connection: Connection, by_id: Mapping[int, Found]) -> dict[int, dict[str, Any]]:
    rows = Application.objects.across_organisations().filter(connection_id=connection.pk, remote_id__in=by_id)
    return {row["remote_id"]: row for row in rows.values("remote_id", "pk", *_COLUMNS)}


def _counts(one: Found, before: Any, after: Any, *, wait: bool) -> bool:
    """Whether the sync has found anything: a delivery may have been quicker. Who waits must still stand there."""
    if wait:
        return (
            after is not None
            and (after["status"], after["job_id"], after["stage_id"])
            == (Application.Status.ACTIVE, one.job_id, one.stage_id)
            and after["not_visible_since"] is None
        )
    return after is not None and before != after


def _finding(one: Found, *, after: Any, row: Reconciliation, wait: bool, now: datetime) -> Finding:
    return Finding(
        organisation_id=row.organisation_id,
        connection_id=row.connection_id,
        found_in=row,
        kind=one.kind,
        state=State.WAITING if wait else State.SYNCED,
        application_id=after["pk"],
        remote_application_id=one.remote_id,
        job_id=one.job_id,
        stage_id=one.stage_id,
        entered_at=one.entered_at,
        sentence=one.sentence,
        found_at=now,
        settled_at=None if wait else now,
    )
