"""Write what Harvest says into our copy and record what changed, in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from goodword.candidates.models import Application, Candidate
from goodword.core.events import record
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import ApplicationStatus
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.arrival import came_since, is_arrival
from goodword.greenhouse.sync.changes import Change, Standing, changes, names_no_stage, told
from goodword.greenhouse.sync.merge import join
from goodword.greenhouse.sync.person import Stale, version, write_candidate
from goodword.greenhouse.sync.read import Seen, home_of
from goodword.roles.models import Automation

ACTOR = "greenhouse"

#: Greenhouse's ids of applications whose arrival in a stage is not told, with that stage's id
Held = Mapping[int, int | None]
NOBODY_HELD: Held = {}


def apply(
    seen: Iterable[Seen], *, connection: Connection, now: datetime, held: Held = NOBODY_HELD
) -> list[str]:
    """Bring our copy to what was seen; returns what that changed, a sentence for each. Raises Stale.

    Of those who are `held` our copy follows, but that they arrived, or may be e-mailed now, is not told: what
    it would start waits for a person's click.

    Two workers may read the same application at the same time and write in the other order. A row lock held
    over the reading would hold a transaction over the network. So `synced_at` is the version of our rows: it
    only grows, it is noted before Harvest is asked, and under the row's lock it must still be the same. What
    is written was therefore read after everything that was written before, whatever the workers' clocks say.
    A first sight has no row to lock: the unique key makes the second insert wait, and it then finds a version
    that it did not expect.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("What was read is written inside a transaction only.")
    written: dict[int, Candidate] = {}
    return [_apply(one, written=written, connection=connection, now=now, held=held) for one in seen]


def _apply(
    seen: Seen, *, written: dict[int, Candidate], connection: Connection, now: datetime, held: Held
) -> str:
    application = seen.application
    home = home_of(connection, application) if application is not None else None
    candidate, moved = None, False
    if seen.candidate is not None:
        candidate = written.get(seen.candidate.id)  # a person's second application: locked by us already
        if candidate is None:
            candidate, moved = write_candidate(
                seen.candidate,
                as_of=seen.candidate_as_of,
                applied_at=application.applied_at if application is not None else None,
                connection=connection,
                now=now,
            )
            if candidate.erased_at is None:
                written[seen.candidate.id] = candidate
    row = (
        Application.objects.across_organisations()
        .select_for_update()
        .filter(connection_id=connection.pk, remote_id=seen.remote_id)
        .first()
    )
    if (row.synced_at if row else None) != seen.application_as_of:
        raise Stale
    if seen.of_no_role:
        if row is not None or home is not None:
            raise Stale  # its job was linked meanwhile
        return _no_role(application)
    if application is None or candidate is None:
        return _not_visible(row, remote_id=seen.remote_id, now=now)
    if candidate.erased_at is not None or (row is not None and row.erased_at is not None):
        return f"Application {seen.remote_id} was erased here: no effect."
    happened = _write(
        application,
        row=row,
        seen=seen,
        home=home,
        candidate=candidate,
        connection=connection,
        now=now,
        held=held,
    )
    if moved:
        happened.append(_tell_candidate_changed(candidate, now=now, but_not=held))
    return f"Application {seen.remote_id}: {', '.join(happened) or 'nothing new'}."


def _no_role(application: remote.Application | None) -> str:
    if application is None or application.job_id is None:
        return "It belongs to no role."
    return f"Job {application.job_id} belongs to no role."


def _not_visible(row: Application | None, *, remote_id: int, now: datetime) -> str:
    """Not visible is not deleted: marked, and nothing is erased."""
    if row is not None and row.not_visible_since is None:
        row.not_visible_since, row.synced_at = now, version(row.synced_at, now)
        row.save(update_fields=["not_visible_since", "synced_at"])
    return f"Application {remote_id} is not visible in Greenhouse."


def _write(
    application: remote.Application,
    *,
    row: Application | None,
    seen: Seen,
    home: Automation | None,
    candidate: Candidate,
    connection: Connection,
    now: datetime,
    held: Held,
) -> list[str]:
    old = standing(row) if row is not None else None
    if row is None:
        row = Application(
            organisation_id=connection.organisation_id,
            connection_id=connection.pk,
            remote_id=seen.remote_id,
            created_at=now,
        )
    elif row.candidate_id != candidate.pk:  # only a merge gives an application to somebody else
        join(loser_id=row.candidate_id, winner=candidate, now=now)
        row.refresh_from_db(from_queryset=Application.objects.across_organisations())
    row.candidate = candidate
    news = bring_over(row, application, old=old, seen=seen, home=home, now=now)
    row.save()
    if seen.remote_id in held and held[seen.remote_id] == row.stage_id:
        news = [(name, data) for name, data in news if name != "application.entered_stage"]
    for name, data in news:
        applied = row.applied_at if name == "application.applied" else None  # long ago, perhaps
        _record(name, row, data=data, now=min(applied or now, now))
    return [told(name, data) for name, data in news]


def bring_over(
    row: Application,
    application: remote.Application,
    *,
    old: Standing | None,
    seen: Seen,
    home: Automation | None,
    now: datetime,
    came: Callable[..., bool] = came_since,
) -> list[Change]:
    """Copy Greenhouse's data to our row, unsaved. Returns the events since `old`."""
    if home is not None:  # after a move to a job without a role it stays with its role, where its results are
        row.role = home.role
    for name, value in _values(application, row=row, seen=seen, now=now).items():
        setattr(row, name, value)
    active_at = application.last_activity_at
    if old is None:
        arrived = not seen.restored and is_arrival(row, home=home, active_at=active_at)
    else:
        arrived = came(row, home=home, active_at=active_at, elsewhere_at=seen.application_as_of)
    return list(changes(old, standing(row), arrived=arrived))


def _values(
    application: remote.Application, *, row: Application, seen: Seen, now: datetime
) -> dict[str, Any]:
    """The columns of our copy. A status that is new to us leaves ours as it was."""
    known = application.status is not ApplicationStatus.UNKNOWN
    status = application.status.value if known else row.status
    rejected, hired = status == Application.Status.REJECTED, status == Application.Status.HIRED
    values: dict[str, Any] = {
        "job_id": application.job_id,
        "prospect": application.prospect,
        "status": status,
        "rejection_reason": seen.reason[:300] if rejected else "",
        "rejected_at": (application.rejected_at or row.rejected_at or now) if rejected else None,
        "hired_at": (row.hired_at or now) if hired else None,
        "applied_at": application.applied_at or row.applied_at,
        "not_visible_since": None,
        "synced_at": version(row.synced_at, now),
    }
    if not names_no_stage(application):
        values["stage_name"] = (application.stage_name or "")[:200]
        if application.stage_id != row.stage_id:
            values |= {"stage_id": application.stage_id, "stage_entered_at": seen.entered_at}
    if seen.recruiter is not None:
        values |= {
            "recruiter_remote_id": seen.recruiter.remote_id,
            "recruiter_name": seen.recruiter.name[:200],
            "recruiter_email": seen.recruiter.email,
        }
    return values


def _tell_candidate_changed(candidate: Candidate, *, now: datetime, but_not: Held) -> str:
    """Each of the person's applications may wait for it."""
    ours = Application.objects.across_organisations().filter(candidate=candidate, erased_at=None)
    for row in ours.exclude(remote_id__in=but_not).order_by("pk"):
        _record("candidate.changed", row, data={}, now=now)
    return told("candidate.changed", {})


def standing(row: Application) -> Standing:
    """The state of our copy."""
    return Standing(
        status=row.status,
        job_id=row.job_id,
        stage_id=row.stage_id,
        stage_name=row.stage_name,
        reason=row.rejection_reason,
    )


def _record(name: str, row: Application, *, data: Mapping[str, Any], now: datetime) -> None:
    record(
        name,
        organisation_id=row.organisation_id,
        application_id=row.pk,
        actor=ACTOR,
        at=now,
        data=data,
    )
