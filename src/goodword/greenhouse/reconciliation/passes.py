"""A pass: its row, which one worker at a time leases, its progress, and the syncing of its findings."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Self

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core import database, process
from goodword.greenhouse.client import CONNECTION_ERRORS, HarvestError
from goodword.greenhouse.models import Connection, Finding, Reconciliation
from goodword.greenhouse.reconciliation.comparison import OVERLAP, Difference, MissedInvitation
from goodword.greenhouse.sync.applications import NONE_SUPPRESSED, Suppressed, TooBusy, sync_applications
from goodword.greenhouse.sync.calls import Meter
from goodword.greenhouse.sync.fetching import prefetch

State = Reconciliation.State

#: renewed between calls, and longer than one call with all its retries
LEASE = timedelta(minutes=4)

#: how long a new pass waits for a worker
QUEUED = timedelta(minutes=15)

#: how long an interrupted pass waits for a worker to continue it
INTERRUPTED = timedelta(hours=6)

#: more recent changes are left to their deliveries, unless a member requested the pass
GRACE = timedelta(minutes=1)

#: how far back a pass reads if no pass has succeeded yet
FIRST_PERIOD = timedelta(days=14)

OTHER_PERSON = "In Greenhouse, this ID belongs to another person: nothing was synced."

DIED = "The worker was stopped. The next sync does the rest."

log = logging.getLogger(__name__)

FindingState = Finding.State

BATCH = 20

FINDINGS_KEPT = timedelta(days=90)

#: how long passes without findings are kept
PASSES_KEPT = timedelta(days=7)

_TAKEN = "candidate__id_taken_at"

#: columns of our copy; a change in them is a finding
_COLUMNS = (
    "status",
    "job_id",
    "stage_id",
    "prospect",
    "not_visible_since",
    "applied_at",
    _TAKEN,
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


class Lost(Exception):
    """Another worker has taken over or ended the pass. Stop at once."""


class Disconnected(Exception): ...


def begin(
    connection: Connection, *, now: datetime, full: bool, requested_by: Membership | None = None
) -> Reconciliation | None:
    """Create a pass for a worker to take. Returns None if one is running; with `full`, that one becomes full."""
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
    except IntegrityError:  # the constraint one_pass_at_a_time
        if full:
            values = {"full": True} | ({"requested_by": requested_by} if requested_by else {})
            _running().filter(connection=connection).update(**values)
        return None


def take(pass_id: int, *, now: datetime) -> Reconciliation | None:
    """Lease a pass for this worker. Returns None if it has ended or another live worker has it."""
    with transaction.atomic():
        free = (
            _running().select_for_update(of=("self",), no_key=True).filter(pk=pass_id, lease_until__lte=now)
        )
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
    """Let another worker continue the pass. Does nothing if this worker has lost it."""
    mine = _running().filter(pk=row.pk, lease_until=row.lease_until)
    mine.update(lease_until=now, resume=resume, total=row.total, done=row.done, calls=row.calls)


def renew(row: Reconciliation, *, now: datetime) -> None:
    """Renew the lease and store the progress. Raises Lost."""
    until = now + LEASE
    row.total = max(row.total, row.done)
    mine = _running().filter(pk=row.pk, lease_until=row.lease_until)
    if not mine.update(lease_until=until, total=row.total, done=row.done, calls=row.calls):
        raise Lost
    row.lease_until = until


def finish(row: Reconciliation, *, did_full: bool, remark: str, now: datetime) -> bool:
    """End the pass; the next one reads changes since this one began. Returns False if it has become a full pass and
    must go on. Raises Lost."""
    with transaction.atomic():
        mine = (
            _running()
            .select_for_update(of=("self",), no_key=True)
            .filter(pk=row.pk, lease_until=row.lease_until)
        )
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
    _end(row, State.FAILED, error=sentence, now=now)


def dead(*, now: datetime) -> QuerySet[Reconciliation]:
    """Running passes whose worker has died, or that no worker started in time. A lease of more than the maximum is from
    before the clock was set back."""
    untaken = Q(lease_until=F("started_at"))
    begun = ~untaken & Q(resume={}, lease_until__lt=now)
    interrupted = ~Q(resume={}) & Q(lease_until__lt=now - INTERRUPTED)
    clock_set_back = Q(lease_until__gt=now + 2 * LEASE)
    return _running().filter(
        (untaken & Q(started_at__lt=now - QUEUED)) | begun | interrupted | clock_set_back
    )


def end_dead(*, now: datetime) -> list[Reconciliation]:
    ended = []
    for row in dead(now=now).select_related("connection", "requested_by"):
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


def prune(*, now: datetime) -> int:
    settled = Finding.objects.across_organisations().exclude(state=FindingState.WAITING)
    findings, _ = settled.filter(found_at__lt=now - FINDINGS_KEPT).delete()
    ended = Reconciliation.objects.across_organisations().exclude(state=Reconciliation.State.RUNNING)
    passes, _ = ended.filter(started_at__lt=now - PASSES_KEPT, findings=None).delete()
    return findings + passes


@dataclass
class Pass:
    """A pass in one worker. `tick` returns the current time, since a pass may take minutes."""

    row: Reconciliation
    connection: Connection
    tick: Callable[[], datetime]
    meter: Meter = field(default_factory=Meter)
    missed: dict[int, MissedInvitation] = field(default_factory=dict)
    #: synced after the missed invitations, see `FoundDifferences`
    deferred: dict[int, Difference] = field(default_factory=dict)
    #: for a full pass: jobs that were read completely, how many applications they had, and which of ours haven't been
    #: seen in any job yet (None: not started)
    read_jobs: set[int] = field(default_factory=set)
    seen: int = 0
    unseen: set[int] | None = None
    #: calls made by earlier workers for this pass
    earlier_calls: int = 0
    #: sentences for members about what could not be done; the pass may still succeed
    remarks: list[str] = field(default_factory=list)
    #: Greenhouse's data can't be right, so the pass must not count as successful
    implausible: bool = False

    @classmethod
    def of(cls, row: Reconciliation, *, tick: Callable[[], datetime], meter: Meter) -> Self:
        """The pass of a row just leased. An interrupted full pass continues where it stopped."""
        work = cls(row=row, connection=row.connection, tick=tick, meter=meter)
        if row.full and row.resume:
            work.read_jobs = set(row.resume["read_jobs"])
            work.seen = row.resume["seen"]
            work.unseen = None if row.resume["unseen"] is None else set(row.resume["unseen"])
            work.earlier_calls = row.resume["calls"]
            missed = map(MissedInvitation.from_json, row.resume["missed"])
            work.missed = {missed_invitation.remote_id: missed_invitation for missed_invitation in missed}
            deferred = map(Difference.from_json, row.resume.get("deferred", []))
            work.deferred = {difference.remote_id: difference for difference in deferred}
            work.remarks = list(row.resume["remarks"])
        return work

    def release(self) -> None:
        self.count_calls()
        resume = {
            "read_jobs": sorted(self.read_jobs),
            "seen": self.seen,
            "unseen": None if self.unseen is None else sorted(self.unseen),
            "calls": self.row.calls,
            "missed": [missed_invitation.to_json() for missed_invitation in self.missed.values()],
            "deferred": [difference.to_json() for difference in self.deferred.values()],
            "remarks": self.remarks,
        }
        release(self.row, resume, now=self.tick())

    @property
    def until(self) -> datetime:
        return self.row.started_at - (timedelta(0) if self.row.requested_by_id else GRACE)

    @property
    def since(self) -> datetime:
        started_at = self.row.started_at
        # not later than this pass, if the clock was set back
        return min(self.connection.reconciled_at or started_at - FIRST_PERIOD, started_at) - OVERLAP

    @property
    def remark(self) -> str:
        return " ".join(dict.fromkeys(self.remarks))

    def keep(self, missed: Iterable[MissedInvitation], *, deferred: Iterable[Difference] = ()) -> None:
        """Keep these until everything is compared. An unseen move replaces a step that waited for an address."""
        for missed_invitation in missed:
            if not missed_invitation.was_unreachable or missed_invitation.remote_id not in self.missed:
                self.missed[missed_invitation.remote_id] = missed_invitation
        self.deferred |= {difference.remote_id: difference for difference in deferred}

    def expect(self, further: int) -> None:
        self.row.total += further

    def step(self, compared: int = 0) -> None:
        """Record the progress and renew the lease. Raises Lost, Disconnected, process.Stopped."""
        self.row.done += compared
        self.count_calls()
        renew(self.row, now=self.tick())
        here = Connection.objects.across_organisations().filter(pk=self.connection.pk)
        if here.filter(state=Connection.State.DISCONNECTED).exists():
            raise Disconnected("Greenhouse has been disconnected.")
        process.check_stop()

    def count_calls(self) -> None:
        self.row.calls = self.earlier_calls + self.meter.calls

    def fail(self, sentence: str) -> None:
        self.count_calls()
        fail(self.row, sentence, now=self.tick())

    def sync(
        self,
        differences: Sequence[Difference],
        *,
        wait: bool = False,
        suppressed: Suppressed = NONE_SUPPRESSED,
        decided: bool = False,
    ) -> None:
        """Like `sync_differences`. `decided`: these missed invitations and deferred differences are then done."""

        def after(batch: Sequence[Difference]) -> None:
            if decided:
                for difference in batch:
                    self.missed.pop(difference.remote_id, None)
                    self.deferred.pop(difference.remote_id, None)
            self.step()

        failed = sync_differences(
            differences,
            row=self.row,
            connection=self.connection,
            tick=self.tick,
            after=after,
            wait=wait,
            suppressed=suppressed,
        )
        if failed:
            ids = ", ".join(map(str, failed[:5])) + (" and more" if len(failed) > 5 else "")
            self.remarks.append(f"Application {ids} could not be synced. The next full sync tries again.")


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
    """Sync differences in batches, and call `after` with each batch. `wait`: applications still in the stage become
    missed invitations that wait for a member. Returns the ids that failed. Raises HarvestError."""
    failed: list[int] = []
    for batch in batched(differences, BATCH):
        for part in (batch, *([difference] for difference in batch)):
            try:
                _sync(part, row=row, connection=connection, wait=wait, suppressed=suppressed, now=tick())
            except CONNECTION_ERRORS:
                raise
            except (HarvestError, TooBusy, DatabaseError) as error:
                if database.is_outage(error):
                    raise
                log.warning("%d applications of %s waited: %s", len(part), connection, error)
            except Exception:  # one application's unexpected error must not stop the others
                log.exception("%s could not be synced", [difference.remote_id for difference in part])
            else:
                if part is batch:
                    break
                continue
            if part is not batch:  # the batch failed, and so did this one on its own
                failed.append(part[0].remote_id)
        after(batch)
    return failed


def _sync(
    part: Sequence[Difference],
    *,
    row: Reconciliation,
    connection: Connection,
    wait: bool,
    suppressed: Suppressed,
    now: datetime,
) -> None:
    by_id = {difference.remote_id: difference for difference in part}
    before = _our_copies(connection, by_id)

    def record(_: list[str]) -> None:
        after = _our_copies(connection, by_id)
        rows = [
            _finding(difference, ours=after[remote_id], row=row, wait=wait, now=now)
            for remote_id, difference in by_id.items()
            if _is_finding(difference, before.get(remote_id), after.get(remote_id), wait=wait)
        ]
        Finding.objects.across_organisations().bulk_create(rows, ignore_conflicts=wait)

    prefetched = prefetch(connection, dict.fromkeys(by_id), now=now)
    sync_applications(connection, by_id, now=now, settle=record, suppressed=suppressed, prefetched=prefetched)


def _our_copies(connection: Connection, by_id: Mapping[int, Difference]) -> dict[int, dict[str, Any]]:
    rows = Application.objects.across_organisations().filter(connection_id=connection.pk, remote_id__in=by_id)
    return {row["remote_id"]: row for row in rows.values("remote_id", "pk", *_COLUMNS)}


def _is_finding(difference: Difference, before: Any, after: Any, *, wait: bool) -> bool:
    """Whether syncing changed our copy; a delivery may have been quicker. With `wait`: whether it's in the stage."""
    if after is None:
        return False
    if after[_TAKEN] is not None:
        return before is None or before[_TAKEN] is None
    if wait:
        in_stage = (after["status"], after["job_id"], after["stage_id"], after["not_visible_since"])
        return in_stage == (Application.Status.ACTIVE, difference.job_id, difference.stage_id, None)
    return bool(before != after)


def _finding(
    difference: Difference, *, ours: Mapping[str, Any], row: Reconciliation, wait: bool, now: datetime
) -> Finding:
    if ours[_TAKEN] is not None:
        difference = Difference(
            remote_id=difference.remote_id, kind=Finding.Kind.OTHER_PERSON, sentence=OTHER_PERSON
        )
        wait = False
    return Finding(
        organisation_id=row.organisation_id,
        connection_id=row.connection_id,
        found_in=row,
        kind=difference.kind,
        state=FindingState.WAITING if wait else FindingState.SYNCED,
        application_id=ours["pk"],
        remote_application_id=difference.remote_id,
        job_id=difference.job_id,
        stage_id=difference.stage_id,
        entered_at=difference.entered_at,
        sentence=difference.sentence,
        found_at=now,
        settled_at=None if wait else now,
    )
