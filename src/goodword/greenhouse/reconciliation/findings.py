"""Sync what a pass found, through the same code as a delivery, and record what that changed as findings."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
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
from goodword.greenhouse.reconciliation.comparison import Difference
from goodword.greenhouse.sync.applications import NONE_SUPPRESSED, Suppressed, TooBusy, sync_applications
from goodword.greenhouse.sync.reading import prefetch

log = logging.getLogger(__name__)

State = Finding.State

#: applications in one transaction
BATCH = 20

#: errors that concern all applications, so the pass ends
ENDS_THE_PASS = (Unavailable, RateLimited, Unauthorised, Forbidden, NotFound)

#: how long settled findings are kept
FINDINGS_KEPT = timedelta(days=90)
#: how long passes without findings are kept
PASSES_KEPT = timedelta(days=7)

#: the columns of our copy whose change is a finding
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


def sync_differences(
    differences: Iterable[Difference],
    *,
    row: Reconciliation,
    connection: Connection,
    tick: Callable[[], datetime],
    after: Callable[[Sequence[Difference]], None],
    wait: bool = False,
    suppressed: Suppressed = NONE_SUPPRESSED,
) -> list[int]:
    """Sync the applications in batches. Returns those that failed, by Greenhouse's id.

    With `wait`, each one still in its stage becomes a missed invitation that waits for a decision. `suppressed`: see
    `sync_applications`. `after` is called with each finished batch. A failing application does not stop the others.
    Raises HarvestError if Greenhouse itself cannot be used.
    """
    failed: list[int] = []
    for batch in batched(differences, BATCH):
        for part in (batch, *([one] for one in batch)):
            try:
                _sync(part, row=row, connection=connection, wait=wait, suppressed=suppressed, now=tick())
            except ENDS_THE_PASS:
                raise
            except (HarvestError, TooBusy, DatabaseError) as error:
                if database.is_outage(error):
                    raise
                log.warning("%d applications of %s waited: %s", len(part), connection, error)
            except Exception:  # an unforeseen error of one application must not stop the others
                log.exception("%s could not be synced", [one.remote_id for one in part])
            else:
                if part is batch:
                    break
                continue
            if part is not batch:  # after a failed batch each is tried alone
                failed.append(part[0].remote_id)
        after(batch)
    return failed


def prune(*, now: datetime) -> int:
    """Delete old findings and passes that no page shows. Returns how many. What waits for a decision stays."""
    settled = Finding.objects.across_organisations().exclude(state=State.WAITING)
    findings, _ = settled.filter(found_at__lt=now - FINDINGS_KEPT).delete()
    ended = Reconciliation.objects.across_organisations().exclude(state=Reconciliation.State.RUNNING)
    passes, _ = ended.filter(started_at__lt=now - PASSES_KEPT, findings=None).delete()
    return findings + passes


def _sync(
    part: Sequence[Difference],
    *,
    row: Reconciliation,
    connection: Connection,
    wait: bool,
    suppressed: Suppressed,
    now: datetime,
) -> None:
    by_id = {one.remote_id: one for one in part}
    before = _our_copies(connection, by_id)

    def record(_: list[str]) -> None:
        after = _our_copies(connection, by_id)
        rows = [
            _finding(one, pk=after[remote_id]["pk"], row=row, wait=wait, now=now)
            for remote_id, one in by_id.items()
            if _is_finding(one, before.get(remote_id), after.get(remote_id), wait=wait)
        ]
        Finding.objects.across_organisations().bulk_create(rows, ignore_conflicts=wait)

    prefetched = prefetch(connection, dict.fromkeys(by_id), now=now)
    sync_applications(connection, by_id, now=now, settle=record, suppressed=suppressed, prefetched=prefetched)


def _our_copies(connection: Connection, by_id: Mapping[int, Difference]) -> dict[int, dict[str, Any]]:
    rows = Application.objects.across_organisations().filter(connection_id=connection.pk, remote_id__in=by_id)
    return {row["remote_id"]: row for row in rows.values("remote_id", "pk", *_COLUMNS)}


def _is_finding(one: Difference, before: Any, after: Any, *, wait: bool) -> bool:
    """Whether the sync changed anything, since a delivery may have been quicker; with `wait`, whether the application
    is still in its stage."""
    if after is None:
        return False
    if wait:
        in_stage = (after["status"], after["job_id"], after["stage_id"], after["not_visible_since"])
        return in_stage == (Application.Status.ACTIVE, one.job_id, one.stage_id, None)
    return bool(before != after)


def _finding(one: Difference, *, pk: int, row: Reconciliation, wait: bool, now: datetime) -> Finding:
    return Finding(
        organisation_id=row.organisation_id,
        connection_id=row.connection_id,
        found_in=row,
        kind=one.kind,
        state=State.WAITING if wait else State.SYNCED,
        application_id=pk,
        remote_application_id=one.remote_id,
        job_id=one.job_id,
        stage_id=one.stage_id,
        entered_at=one.entered_at,
        sentence=one.sentence,
        found_at=now,
        settled_at=None if wait else now,
    )
