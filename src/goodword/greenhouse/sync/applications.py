"""Updates our copies of applications from Harvest. It compares states, so the order of deliveries doesn't matter."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from goodword.candidates.domain.erasure_requests import close_new_applications
from goodword.candidates.models import Application, Candidate
from goodword.core.compiled_queries import compiled
from goodword.core.events import reacting, record_all
from goodword.core.models import Event
from goodword.core.text import clean_text
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import ApplicationStatus
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.sync.candidates import (
    ACTOR,
    ApplicationState,
    Stale,
    adopt,
    lock_people,
    merge_candidates,
    next_version,
    state_before,
    write_candidate,
)
from goodword.greenhouse.sync.fetching import (
    NO_HINT,
    NOTHING_PREFETCHED,
    ApplicationReading,
    Hint,
    Prefetched,
    automation_for,
    is_mapped,
    read_application,
)
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest
from goodword.roles.models import AlreadyThere, Automation, rules_of_stage
from goodword.workflow.domain.eligibility import BLOCKING_REASONS, is_unpublished
from goodword.workflow.domain.step_requests import request_step, start_step, wait
from goodword.workflow.models import StepRequest, lock_application

WaitingReason = StepRequest.WaitingReason

READINGS = 4


APPLIED, ENTERED_STAGE = "application.applied", "application.entered_stage"

#: Greenhouse's application id -> the stage whose arrival isn't recorded as an event
Suppressed = Mapping[int, int | None]

NONE_SUPPRESSED: Suppressed = {}

NONE_READ: Mapping[int, Application] = {}

Status = Application.Status

ENDED = frozenset({remote.ApplicationStatus.REJECTED, remote.ApplicationStatus.HIRED})

Change = tuple[str, Mapping[str, Any]]


class TooBusy(Exception):
    """Our copies changed every time we read. Try again later."""


def sync_applications(
    connection: Connection,
    remote_ids: Iterable[int],
    *,
    now: datetime,
    hint: Hint = NO_HINT,
    settle: Callable[[list[str]], None] = lambda _: None,
    suppressed: Suppressed = NONE_SUPPRESSED,
    prefetched: Prefetched = NOTHING_PREFETCHED,
    ours: Mapping[int, Application] = NONE_READ,
) -> list[str]:
    """Sync applications. Returns a sentence for each change, and calls `settle` with them in the writing transaction.
    `suppressed`: see `apply`. `ours`: our copies, if just read, with their candidates. Raises TooBusy; HarvestError
    with nothing written."""
    wanted = sorted(set(remote_ids))  # the same order in all workers avoids deadlocks
    for _ in range(READINGS):
        with harvest(connection, retry=BRIEFLY, ahead=2 if ours else 1) as api:
            readings = [
                read_application(
                    api,
                    connection=connection,
                    remote_id=remote_id,
                    hint=hint,
                    now=now,
                    prefetched=prefetched,
                    ours=ours.get(remote_id),
                )
                for remote_id in wanted
            ]
        try:
            with reacting():
                outcomes = apply(readings, connection=connection, now=now, suppressed=suppressed)
                known = [reading.remote_id for reading in readings if has_known_status(reading.application)]
                release_waiting(connection, known, hint=hint, now=now)
                settle(outcomes)
        except Stale:
            ours = NONE_READ
            continue
        return outcomes
    raise TooBusy(f"{READINGS} readings of {wanted} became outdated.")


def sync_application(connection: Connection, remote_id: int, *, now: datetime) -> str:
    return sync_applications(connection, [remote_id], now=now)[0]


def start_stage_steps(
    application_id: int, *, job_id: int | None, by: str, at: datetime, stage_id: int | None = None
) -> list[StepRequest]:
    """Request the steps of the application's stage that haven't started, because a member clicked.

    Call it in the caller's transaction, after a sync. Does nothing if the application has ended or has moved to another
    job (or stage, if `stage_id` is given). This is also the click that is needed after a rejection was undone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Steps must be requested in the transaction of their cause.")
    application = lock_application(application_id)
    if application.status != Application.Status.ACTIVE or application.not_visible_since is not None:
        return []
    if application.job_id != job_id or (stage_id is not None and application.stage_id != stage_id):
        return []
    if application.connection_id is None:
        return []
    step_requests = StepRequest.objects.of(application.organisation).filter(application=application)
    begun = step_requests.exclude(state=StepRequest.State.WAITING, waiting_reason__in=BLOCKING_REASONS)
    begun_steps = set(begun.values_list("step_id", flat=True))
    requested = []
    for rule in rules_of_stage(
        connection_id=application.connection_id, job_id=job_id, stage_id=application.stage_id
    ):
        if rule.step_id in begun_steps:
            continue
        step_request = request_step(application=application, step=rule.step, at=at, by=by)
        if step_request.waiting_reason == WaitingReason.CLICK:
            if is_unpublished(rule.step):
                wait(step_request, WaitingReason.UNPUBLISHED, application=application, at=at, by=by)
            else:
                start_step(step_request, application=application, at=at, by=by, manual=True)
        requested.append(step_request)
    return requested


def state_of(row: Application) -> ApplicationState:
    return ApplicationState(
        status=row.status,
        job_id=row.job_id,
        stage_id=row.stage_id,
        stage_name=row.stage_name,
        reason=row.rejection_reason,
    )


def changes(old: ApplicationState | None, new: ApplicationState, *, arrived: bool = True) -> Iterator[Change]:
    """Events in their natural order. `old`: None for a new application. `arrived`: whether a new stage counts."""
    active = new.status == Status.ACTIVE
    if old is None:
        yield "application.applied", {"job_id": new.job_id}
        if active and arrived and new.stage_id is not None:
            yield _entered(new)
    else:
        if old.status == Status.REJECTED != new.status:
            yield "application.unrejected", {}
        if old.status == Status.HIRED != new.status:
            yield "application.unhired", {}
        if old.job_id != new.job_id:
            yield "application.changed_job", {"from_job_id": old.job_id, "job_id": new.job_id}
        if active and old.stage_id != new.stage_id:
            if old.stage_id is not None:
                yield "application.left_stage", {"stage_id": old.stage_id, "to_stage_id": new.stage_id}
            if new.stage_id is not None and arrived:
                yield _entered(new)
    before = old.status if old else Status.ACTIVE
    if new.status == Status.REJECTED != before:
        yield "application.rejected", {"reason": new.reason}
    if new.status == Status.HIRED != before:
        yield "application.hired", {}
    if new.status == Status.CONVERTED != before and old is not None:
        yield "application.converted", {}


def _entered(new: ApplicationState) -> Change:
    data = {"job_id": new.job_id, "stage_id": new.stage_id, "stage_name": new.stage_name}
    return "application.entered_stage", data


def lacks_stage(application: remote.Application) -> bool:
    """Whether Greenhouse shows no stage because the application has ended. Our copy then keeps its stage; otherwise
    undoing the rejection or hire would look like an arrival."""
    return application.stage_id is None and application.status in ENDED


def has_known_status(application: remote.Application | None) -> bool:
    """Whether we know its status. If not, it may have ended, so it is no arrival, and our copy keeps its status."""
    return application is not None and application.status is not ApplicationStatus.UNKNOWN


def stage_name(application: remote.Application) -> str:
    name = clean_text(application.stage_name or "", one_line=True)
    return name or ("" if application.stage_id is None else f"Stage {application.stage_id}")


def describe(name: str, data: Mapping[str, Any]) -> str:
    match name:
        case "application.applied":
            return "first seen"
        case "application.entered_stage":
            return f"entered {data['stage_name']}"
        case "application.left_stage":
            return "left its stage"
        case "application.rejected":
            return f"rejected ({data['reason']})" if data["reason"] else "rejected"
        case "application.changed_job":
            return f"moved to job {data['job_id']}"
        case "candidate.changed":
            return "address, name or permission to e-mail changed"
        case _:
            return name.rpartition(".")[2]


def apply(
    readings: Iterable[ApplicationReading],
    *,
    connection: Connection,
    now: datetime,
    suppressed: Suppressed = NONE_SUPPRESSED,
) -> list[str]:
    """Update our copies and record events, in the caller's transaction. Returns a sentence for each. Raises Stale.
    `suppressed` applications wait for a member's click, so neither an arrival nor a change or merge of their candidate
    is recorded.

    `synced_at` is the version of our row and only grows. We read it before Harvest, and under the row's lock it must
    still be the same. So whatever we write was read from Harvest after the previous write, whatever the workers' clocks
    say. A new row can't be locked: a second insert waits for the unique key, then finds a version it didn't expect.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("Readings can only be written inside a transaction.")
    readings = list(readings)
    if merged := [reading.merged_from for reading in readings if reading.merged_from is not None]:
        # before any application, as in all other actions
        people = [reading.candidate.id for reading in readings if reading.candidate is not None]
        lock_people(connection, ids=merged, remote_ids=people)
    written: dict[int, Candidate] = {}
    return [
        _apply(reading, written=written, connection=connection, now=now, suppressed=suppressed)
        for reading in readings
    ]


def _apply(
    reading: ApplicationReading,
    *,
    written: dict[int, Candidate],
    connection: Connection,
    now: datetime,
    suppressed: Suppressed,
) -> str:
    application = reading.application
    if reading.taken_from is not None:
        return _taken(reading, reading.taken_from, connection=connection, now=now)
    automation = automation_for(connection, application) if application is not None else None
    candidate, changed = None, False
    if reading.candidate is not None:
        candidate = written.get(reading.candidate.id)  # already locked for another of the applications
        if candidate is None:
            candidate, changed = write_candidate(
                reading.candidate,
                as_of=reading.candidate_as_of,
                applied_at=application.applied_at if application is not None else None,
                connection=connection,
                now=now,
            )
            if candidate.erased_at is None:
                written[reading.candidate.id] = candidate
    found = _with_lock(connection.pk, reading.remote_id)
    row = found[0] if found else None
    if (row.synced_at if row else None) != reading.application_as_of:
        raise Stale
    adopted = None
    if row is None and application is not None and automation is not None and candidate is not None:
        row = adopted = adopt(application, candidate=candidate, automation=automation, now=now)
    if reading.unlinked:
        if row is not None or automation is not None:
            raise Stale  # its job was linked in the meantime
        return _unlinked(application)
    if application is None or candidate is None:
        return _not_visible(row, remote_id=reading.remote_id, now=now)
    if candidate.erased_at is not None or (row is not None and row.erased_at is not None):
        return f"Application {reading.remote_id} was erased here: no effect."
    happened = _write(
        application,
        row=row,
        old=state_before(adopted, application) if adopted is not None else state_of(row) if row else None,
        reading=reading,
        automation=automation,
        candidate=candidate,
        connection=connection,
        now=now,
        suppressed=suppressed,
    )
    if changed:
        happened.append(_record_candidate_changed(candidate, now=now, suppressed=suppressed))
    return f"Application {reading.remote_id}: {', '.join(happened) or 'no changes'}."


@compiled
def _with_lock(connection_id: int, remote_id: int) -> QuerySet[Application]:
    rows = Application.objects.across_organisations().select_for_update(no_key=True)
    return rows.filter(connection_id=connection_id, remote_id=remote_id)


def _taken(reading: ApplicationReading, candidate_id: int, *, connection: Connection, now: datetime) -> str:
    """Greenhouse shows somebody else under this id, so the person we know is not visible to us. The health page says
    so."""
    people = Candidate.objects.across_organisations().select_for_update(no_key=True)
    candidate = people.get(pk=candidate_id)
    assert reading.candidate is not None  # otherwise nobody would have taken the id
    if candidate.remote_id == reading.candidate.id and candidate.synced_at != reading.candidate_as_of:
        raise Stale
    same_key = Connection.objects.across_organisations().filter(
        pk=connection.pk, credential=connection.credential
    )
    if not same_key.exists():
        raise Stale  # the key was replaced, perhaps because it was another account's
    found = _with_lock(connection.pk, reading.remote_id)
    row = found[0] if found else None
    if (row.synced_at if row else None) != reading.application_as_of:
        raise Stale
    if candidate.id_taken_at is None:
        candidate.id_taken_at = now
        candidate.save(update_fields=["id_taken_at"])
    _not_visible(row, remote_id=reading.remote_id, now=now)
    return f"Application {reading.remote_id} in Greenhouse is another person's: no effect. See Health."


def _unlinked(application: remote.Application | None) -> str:
    if application is None or application.job_id is None:
        return "It isn't linked to a role."
    return f"Job {application.job_id} isn't linked to a role."


def _not_visible(row: Application | None, *, remote_id: int, now: datetime) -> str:
    """Mark our copy as not visible. The application may still exist in Greenhouse, so nothing is erased."""
    if row is not None and row.not_visible_since is None:
        row.not_visible_since, row.synced_at = now, next_version(row.synced_at, now)
        row.save(update_fields=["not_visible_since", "synced_at"])
    return f"Application {remote_id} is not visible in Greenhouse."


def _write(
    application: remote.Application,
    *,
    row: Application | None,
    old: ApplicationState | None,
    reading: ApplicationReading,
    automation: Automation | None,
    candidate: Candidate,
    connection: Connection,
    now: datetime,
    suppressed: Suppressed,
) -> list[str]:
    is_new = row is None
    if row is None:
        row = Application(
            organisation_id=connection.organisation_id,
            connection_id=connection.pk,
            remote_id=reading.remote_id,
            created_at=now,
        )
    elif row.candidate_id != candidate.pk:  # merged in Greenhouse, or added here by a member
        merge_candidates(loser_id=row.candidate_id, winner=candidate, suppressed=suppressed, now=now)
        row.refresh_from_db(from_queryset=Application.objects.across_organisations())
    row.candidate = candidate
    events = update_application(row, application, old=old, reading=reading, automation=automation, now=now)
    row.save()
    if reading.remote_id in suppressed and suppressed[reading.remote_id] == row.stage_id:
        events = [(name, data) for name, data in events if name != ENTERED_STAGE]
    record_all(
        [
            # the application may be older than our copy
            _event(name, row, data=data, at=min(row.applied_at or now, now) if name == APPLIED else now)
            for name, data in events
        ]
    )
    if is_new:
        close_new_applications(candidate, now=now, by=ACTOR)
    return [describe(name, data) for name, data in events]


def update_application(
    row: Application,
    application: remote.Application,
    *,
    old: ApplicationState | None,
    reading: ApplicationReading,
    automation: Automation | None,
    now: datetime,
    has_entered: Callable[..., bool] | None = None,
) -> list[Change]:
    """Copy Greenhouse's data to our row, without saving it. Returns the events since `old`."""
    if automation is not None:  # moved to an unlinked job, it stays with the role that has its results
        row.role = automation.role
    for name, value in _columns(application, row=row, reading=reading, now=now).items():
        setattr(row, name, value)
    active_at = application.last_activity_at
    if old is None:
        arrived = not reading.restored and is_arrival(row, automation=automation, active_at=active_at)
    else:
        arrived = (has_entered or has_entered_since)(
            row, automation=automation, active_at=active_at, elsewhere_at=reading.application_as_of
        )
    return list(changes(old, state_of(row), arrived=arrived and has_known_status(application)))


def _columns(
    application: remote.Application, *, row: Application, reading: ApplicationReading, now: datetime
) -> dict[str, Any]:
    status = application.status.value if has_known_status(application) else row.status
    rejected, hired = status == Application.Status.REJECTED, status == Application.Status.HIRED
    values: dict[str, Any] = {
        "job_id": application.job_id,
        "prospect": application.prospect,
        "status": status,
        "rejection_reason": reading.reason[:300] if rejected else "",
        "rejected_at": (application.rejected_at or row.rejected_at or now) if rejected else None,
        "hired_at": (row.hired_at or now) if hired else None,
        "applied_at": application.applied_at or row.applied_at,
        "not_visible_since": None,
        "synced_at": next_version(row.synced_at, now),
    }
    if not lacks_stage(application):
        values["stage_name"] = stage_name(application)[:200]
        if application.stage_id != row.stage_id:
            values |= {"stage_id": application.stage_id, "stage_entered_at": reading.entered_at}
    if reading.recruiter is not None:
        values |= {
            "recruiter_remote_id": reading.recruiter.remote_id,
            "recruiter_name": clean_text(reading.recruiter.name, one_line=True)[:200],
            "recruiter_email": reading.recruiter.email,
        }
    return values


def _record_candidate_changed(candidate: Candidate, *, now: datetime, suppressed: Suppressed) -> str:
    """Record the event for all of the candidate's applications, since any of them may be waiting for the change."""
    ours = Application.objects.across_organisations().filter(candidate=candidate, erased_at=None)
    for row in ours.exclude(remote_id__in=suppressed).order_by("pk"):
        _record("candidate.changed", row, data={}, now=now)
    return describe("candidate.changed", {})


def _record(name: str, row: Application, *, data: Mapping[str, Any], now: datetime) -> None:
    record_all([_event(name, row, data=data, at=now)])


def _event(name: str, row: Application, *, data: Mapping[str, Any], at: datetime) -> Event:
    return Event(
        name=name,
        organisation_id=row.organisation_id,
        application_id=row.pk,
        actor=ACTOR,
        data=dict(data),
        occurred_at=at,
    )


def waiting_among(connection: Connection, remote_ids: Collection[int]) -> set[int]:
    rows = Finding.objects.across_organisations().filter(
        connection=connection, state=Finding.State.WAITING, remote_application_id__in=remote_ids
    )
    return {
        remote_id
        for remote_id in rows.values_list("remote_application_id", flat=True)
        if remote_id is not None
    }


def release_waiting(
    connection: Connection, remote_ids: Collection[int], *, hint: Hint, now: datetime
) -> None:
    """Record waiting arrivals that a late delivery reports: reconciliation may already have applied the change."""
    if not hint.arrived or hint.stage_id is None:
        return
    waiting = Finding.objects.across_organisations().filter(
        connection=connection,
        state=Finding.State.WAITING,
        remote_application_id__in=remote_ids,
        stage_id=hint.stage_id,
        application__stage_id=hint.stage_id,
        application__status=Application.Status.ACTIVE,
        application__not_visible_since=None,
    )
    for finding in waiting.select_for_update(of=("self",), no_key=True).select_related("application"):
        application = finding.application
        assert application is not None  # because of the filter
        recorded = Event.objects.filter(application_id=application.pk, name=ENTERED_STAGE, occurred_at=now)
        if not recorded.exists():
            data = {
                "job_id": application.job_id,
                "stage_id": application.stage_id,
                "stage_name": application.stage_name,
            }
            _record(ENTERED_STAGE, application, data=data, now=now)
        finding.state, finding.settled_at = Finding.State.OBSOLETE, now
        finding.save(update_fields=["state", "settled_at"])


#: tolerated difference between Greenhouse's clock and ours, so that an arrival just after the mapping isn't missed
CLOCK_TOLERANCE = timedelta(minutes=1)


def is_arrival(row: Application, *, automation: Automation | None, active_at: datetime | None) -> bool:
    """Whether an application that is new to us counts as arrived: its stage is mapped, and it wasn't there yet when the
    stage was mapped, or has entered it again."""
    if automation is None or not is_mapped(
        connection_id=automation.connection_id, job_id=row.job_id, stage_id=row.stage_id
    ):
        return False
    return has_entered_since(row, automation=automation, active_at=active_at, elsewhere_at=None)


def has_entered_since(
    row: Application,
    *,
    automation: Automation | None,
    active_at: datetime | None,
    elsewhere_at: datetime | None,
) -> bool:
    """Whether the application has entered its stage since it was recorded as already there; also True if it wasn't
    recorded. `elsewhere_at`: when it was last read in another stage."""
    if automation is None or row.stage_id is None or row.remote_id is None:
        return True
    recorded = (
        AlreadyThere.objects.across_organisations()
        .filter(automation=automation, remote_application_id=row.remote_id, stage_id=row.stage_id)
        .first()
    )
    if recorded is None:
        return True
    if elsewhere_at is not None and elsewhere_at > recorded.recorded_at:
        return True
    if active_at is not None and active_at <= recorded.recorded_at - CLOCK_TOLERANCE:
        return False
    return row.stage_entered_at is not None and row.stage_entered_at > recorded.recorded_at
