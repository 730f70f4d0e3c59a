"""Runs a pass: reads Harvest, syncs differences, decides about missed invitations.

No transaction is open while we call Greenhouse. A worker that stops or loses its database leaves the pass to another
one. If a worker dies, what it updated stays, and the next pass reads the same period again.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import batched

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core import clock, crypto, database, jobs, process
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import HarvestApi, HarvestError
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation import missed_invitations, passes
from goodword.greenhouse.reconciliation.comparison import (
    Difference,
    compare_applications,
    compare_candidates,
    stage_mapping,
)
from goodword.greenhouse.reconciliation.missed_invitations import end_obsolete, settle_missed_invitations
from goodword.greenhouse.reconciliation.passes import Disconnected, Pass
from goodword.greenhouse.sync.applications import TooBusy
from goodword.greenhouse.sync.calls import metered
from goodword.greenhouse.sync.harvest import harvest
from goodword.greenhouse.sync.linked_jobs import sync_jobs
from goodword.roles.domain.job_changes import GONE
from goodword.roles.models import Automation

log = logging.getLogger(__name__)

PAGE = 500

#: maximum scheduled passes at the same time, since each occupies a thread of a worker
PASSES_AT_ONCE = 2

IDS = 50

#: jobs whose applications v3 lists in one call (v1: one job)
JOBS_V3 = 50

JOBS_SYNCED = 50

NO_APPLICATIONS = (
    "Greenhouse returned no applications, though there were some before: a permission may have been withdrawn. "
    "Nothing was marked as no longer visible. Check the credential's permissions, and that it acts as a Site Admin."
)
NO_JOBS = (
    "Greenhouse returned no jobs, though there were some before: a permission may have been withdrawn. No job was "
    "marked as missing."
)


LEFT_OUT = "Greenhouse records left out because they could not be read: {n}."


class NoJobs(Exception): ...


def run(pass_id: int, *, tick: Callable[[], datetime]) -> None:
    """Run the pass unless a live worker has it. After process.Stopped or a database outage it can be continued."""
    row = passes.take(pass_id, now=tick())
    if row is None:
        return
    with metered() as meter:
        _run(Pass.of(row, tick=tick, meter=meter))


def _run(work: Pass) -> None:
    row = work.row
    try:
        _reconcile(work)
    except process.Stopped:
        work.release()
        raise
    except passes.Lost:
        log.info("%s was taken over", row)
    except HarvestError as error:
        work.fail(f"{error.sentence} {error.remedy}")
    except (crypto.CannotOpen, Disconnected) as error:
        work.fail(str(error))
    except Exception as error:  # an unexpected error ends only this pass
        if database.is_outage(error):
            database.wait_until_back()
            work.release()
            raise
        log.exception("%s failed", row)
        if isinstance(error, OperationalError | TooBusy):
            work.fail("The database was busy. The next sync will continue.")
        else:
            work.fail(f"Goodword could not continue ({type(error).__name__}).")


def _reconcile(work: Pass) -> None:
    did_full = False
    while True:
        if work.row.full:
            compare_everything(work)
            did_full = True
        else:
            compare_recent(work)
        sync_linked_jobs(work)
        settle_missed_invitations(work)
        end_obsolete(work.connection, now=work.tick())
        if work.implausible:
            work.fail(work.remark)
            return
        work.count_calls()
        if passes.finish(work.row, did_full=did_full, remark=work.remark, now=work.tick()):
            return


def compare_recent(work: Pass) -> None:
    """Compare recent changes. Raises HarvestError, passes.Lost."""
    linked = stage_mapping(work.connection).linked
    if not linked:
        return
    with harvest(work.connection) as api:
        # v1 accepts one job per call, so read all jobs and skip those that aren't linked
        job_ids = None if work.connection.api == Connection.Api.V1 else sorted(linked)
        applications = api.applications(job_ids=job_ids, updated_since=work.since, until=work.until)
        of_linked_jobs = (
            application
            for application in applications
            if job_ids or application.job_id in linked or set(application.prospective_job_ids) & set(linked)
        )
        for page in batched(of_linked_jobs, PAGE):
            work.expect(len(page))
            _compare_page(api, page, work=work)
        _compare_candidates(api, work)
        _report_left_out(api.left_out, work)


def compare_everything(work: Pass) -> None:
    """Compare all applications of linked jobs. Those that we can't find are marked as not visible. Raises HarvestError,
    passes.Lost."""
    linked = stage_mapping(work.connection).linked
    if not linked:
        return
    if work.unseen is None:
        work.unseen = _visible_applications(work)
        work.expect(len(work.unseen))
    together = 1 if work.connection.api == Connection.Api.V1 else JOBS_V3
    with harvest(work.connection) as api:
        for job_ids in batched(sorted(linked.keys() - work.read_jobs), together):
            for page in batched(api.applications(job_ids=job_ids), PAGE):
                work.seen += len(page)
                work.unseen.difference_update(application.id for application in page)
                _compare_page(api, page, work=work)
            work.read_jobs.update(job_ids)
        if work.unseen and not work.seen and _shows_nothing(api):
            work.remarks.append(NO_APPLICATIONS)
            work.implausible = True
            return
        in_lists = api.left_out
        for ids in batched(sorted(work.unseen), IDS):
            _compare_unseen(api, ids, work=work)
            work.unseen.difference_update(ids)
        again = min(in_lists, api.left_out - in_lists)
        _compare_candidates(api, work)
        _report_left_out(api.left_out - again, work)


def _shows_nothing(api: HarvestApi) -> bool:
    """Whether there are no applications, not even unreadable ones."""
    return not api.left_out and next(api.applications(), None) is None and not api.left_out


def _report_left_out(number: int, work: Pass) -> None:
    if number:
        work.remarks.append(LEFT_OUT.format(n=number))


def _compare_page(api: HarvestApi, page: tuple[remote.Application, ...], *, work: Pass) -> None:
    found = compare_applications(api, page, connection=work.connection, until=work.until, now=work.tick())
    work.keep(found.missed, deferred=found.deferred)
    work.step(len(page))
    work.sync(found.differences)


def _compare_unseen(api: HarvestApi, ids: tuple[int, ...], *, work: Pass) -> None:
    """Read applications by id that are in no linked job, since they may have moved. Mark those we can't see."""
    left_out = api.left_out
    visible = list(api.applications_by_id(ids))
    found = compare_applications(api, visible, connection=work.connection, until=work.until, now=work.tick())
    work.keep(found.missed, deferred=found.deferred)
    visible_ids = {application.id for application in visible}
    not_visible = [
        Difference(
            remote_id=remote_id,
            kind=Finding.Kind.NOT_VISIBLE,
            sentence="No longer visible in Greenhouse. Nothing was erased.",
        )
        for remote_id in ids
        if remote_id not in visible_ids and api.left_out == left_out
    ]
    work.sync([*found.differences, *not_visible])
    work.step()


def _compare_candidates(api: HarvestApi, work: Pass) -> None:
    changed = api.candidates_changed(since=work.since, until=work.until)
    differences, missed = compare_candidates(changed, connection=work.connection)
    work.expect(len(differences))
    work.keep(missed)
    work.sync(differences)
    work.step(len(differences))


def _visible_applications(work: Pass) -> set[int]:
    rows = Application.objects.across_organisations().filter(
        connection_id=work.connection.pk,
        remote_id__isnull=False,
        not_visible_since=None,
        erasure_requested_at=None,
        erased_at=None,
    )
    remote_ids = rows.values_list("remote_id", flat=True).iterator(chunk_size=5000)
    return {remote_id for remote_id in remote_ids if remote_id is not None}


def sync_linked_jobs(work: Pass) -> None:
    """Update linked jobs and stages, which may have been renamed, moved, closed or deleted. Raises HarvestError,
    passes.Lost."""
    for batch in batched(sorted(stage_mapping(work.connection).linked), JOBS_SYNCED):
        with suppress(TooBusy):  # a delivery is syncing them
            _sync_unless_hidden(batch, work=work)
        work.step()


def _sync_unless_hidden(job_ids: tuple[int, ...], *, work: Pass) -> None:
    """Sync jobs. If all have disappeared, mark them as missing only if Greenhouse shows others."""
    try:
        _sync_jobs(job_ids, work=work)
    except NoJobs:
        if _has_jobs(work):
            _sync_jobs(job_ids, work=work, confirmed=True)
        else:
            work.remarks.append(NO_JOBS)
            work.implausible = True


def _sync_jobs(job_ids: tuple[int, ...], *, work: Pass, confirmed: bool = False) -> None:
    """Sync jobs. Raises NoJobs if all jobs have disappeared, unless that is `confirmed`."""
    now = work.tick()
    linked = Automation.objects.across_organisations().filter(
        connection_id=work.connection.pk, job_id__in=job_ids
    )
    before = set(linked.exclude(job_status=GONE).values_list("job_id", flat=True))

    def record(changes: dict[int, list[str]]) -> None:
        gone = set(linked.filter(job_status=GONE).values_list("job_id", flat=True))
        if not confirmed and before and gone >= before:
            raise NoJobs
        Finding.objects.across_organisations().bulk_create(
            Finding(
                organisation_id=work.row.organisation_id,
                connection=work.connection,
                found_in=work.row,
                kind=Finding.Kind.JOB_CHANGED,
                state=Finding.State.SYNCED,
                job_id=job_id,
                sentence=" ".join(sentences),
                found_at=now,
                settled_at=now,
            )
            for job_id, sentences in changes.items()
            if sentences
        )

    sync_jobs(work.connection, job_ids, now=now, settle=record)


def _has_jobs(work: Pass) -> bool:
    with harvest(work.connection) as api:
        return next(api.jobs(), None) is not None


FULL_EVERY = timedelta(hours=24)


@jobs.job(name="greenhouse.reconciliation.run", swept_by="greenhouse.reconciliation.sweep")
def run_pass(*, pass_id: int) -> None:
    """Run a pass. The job has no retries: the row records the outcome, and the next pass carries on."""
    run(pass_id, tick=clock.now)


@jobs.job(name="greenhouse.reconciliation.invite", swept_by="greenhouse.reconciliation.sweep")
def invite(*, connection_id: int) -> None:
    with missed_invitations.exclusively(connection_id) as mine:
        if mine:
            missed_invitations.send_requested(connection_id, tick=clock.now)


@jobs.job(
    name="greenhouse.reconciliation.sweep",
    cron="* * * * * */20",
    due=lambda now: [passes.dead(now=now), due(now=now), missed_invitations.invites_requested(now=now)],
)
def sweep() -> None:
    now = clock.now()
    for dead in passes.end_dead(now=now):
        if dead.requested_by is not None:  # a member is waiting for it
            begin_pass(dead.connection, now=now, requested_by=dead.requested_by)
    begin_due(now=now)
    requested = missed_invitations.invites_requested(now=now)
    for connection_id in requested.order_by().values_list("connection_id", flat=True).distinct():
        wake_invite(connection_id)


@jobs.job(
    name="greenhouse.reconciliation.prune",
    cron="50 3 * * * 0",
)
def prune() -> None:
    passes.prune(now=clock.now())


def begin_pass(
    connection: Connection, *, now: datetime, requested_by: Membership | None = None
) -> Reconciliation | None:
    """Begin a pass, or return None if one is already running. A pass requested by a member compares everything."""
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
    free = PASSES_AT_ONCE - running.count()
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
        Q(started_at__gt=now - every, started_at__lt=now + every) | Q(state=Reconciliation.State.RUNNING)
    )
    rows = Connection.objects.across_organisations().filter(pk__in=linked)
    return rows.exclude(state=Connection.State.DISCONNECTED).exclude(pk__in=recent.values("connection_id"))


def wake_invite(connection_id: int) -> None:
    invite.defer_once(lock=f"greenhouse.reconciliation.invite:{connection_id}", connection_id=connection_id)


def _full_is_due(connection: Connection, *, now: datetime) -> bool:
    fulls = Reconciliation.objects.across_organisations().filter(
        connection=connection,
        full=True,
        state=Reconciliation.State.DONE,
        started_at__gt=now - FULL_EVERY,
        started_at__lt=now + passes.LEASE,  # otherwise the clock was set back
    )
    return connection.reconciled_at is None or not fulls.exists()
