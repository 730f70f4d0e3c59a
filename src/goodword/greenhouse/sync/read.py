"""Read through Harvest how things stand, outside any transaction. Nothing is written here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from goodword.candidates.models import Application, Candidate
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import Forbidden, HarvestApi
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.ahead import NOTHING_AHEAD, Ahead
from goodword.greenhouse.sync.arrival import is_mapped
from goodword.greenhouse.sync.hint import Hint
from goodword.greenhouse.sync.recruiter import Recruiter, find_recruiter
from goodword.greenhouse.sync.remembered import Remembered
from goodword.roles.models import Automation
from goodword.roles.queries import automation_of

#: after this time a recruiter is asked about again (they may have been deactivated)
RECRUITER_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An application as read from Harvest, and the versions of our rows before the read.

    `application` or `candidate` None: not visible to us. `of_no_role`: not one of ours, and the candidate was not read.
    `recruiter` None: unchanged. `entered_at`: when the current stage was entered, if read and known. `reason`: of a
    rejection. `restored`: the delivery undoes a rejection or a hire. The two `..._as_of` are the `synced_at` of our
    rows before the read.
    """

    remote_id: int
    application: remote.Application | None
    candidate: remote.Candidate | None = None
    of_no_role: bool = False
    recruiter: Recruiter | None = None
    entered_at: datetime | None = None
    reason: str = ""
    restored: bool = False
    application_as_of: datetime | None = None
    candidate_as_of: datetime | None = None


def look(
    api: HarvestApi,
    *,
    connection: Connection,
    remote_id: int,
    hint: Hint,
    now: datetime,
    ahead: Ahead = NOTHING_AHEAD,
) -> Seen:
    """Read an application and its candidate: two reads in v3, a third and fourth when the stage or the
    recruiter is new to us. What was read `ahead` is not read again. Raises HarvestError."""
    ours = (
        Application.objects.across_organisations()
        .filter(connection_id=connection.pk, remote_id=remote_id)
        .first()
    )
    as_of = ours.synced_at if ours else None
    application = ahead.application(remote_id, as_of=as_of) or api.application(remote_id)
    seen = Seen(remote_id=remote_id, application=application, application_as_of=as_of)
    if application is None:
        return seen
    home = home_of(connection, application)
    if ours is None and home is None:
        return replace(seen, of_no_role=True)
    candidate_as_of = (
        Candidate.objects.across_organisations()
        .filter(connection_id=connection.pk, remote_id=application.candidate_id)
        .values_list("synced_at", flat=True)
        .first()
    )
    candidate = ahead.candidate(application.candidate_id, as_of=candidate_as_of)
    candidate = candidate or api.candidate(application.candidate_id)
    seen = replace(seen, candidate=candidate, candidate_as_of=candidate_as_of)
    if candidate is None:
        return seen
    return complete(seen, api=api, ours=ours, home=home, connection=connection, hint=hint, now=now)


def complete(
    seen: Seen,
    *,
    api: HarvestApi,
    ours: Application | None,
    home: Automation | None,
    connection: Connection,
    hint: Hint,
    now: datetime,
    starts: Callable[..., bool] = is_mapped,
) -> Seen:
    """Add to a visible application when it entered its stage, its rejection reason and its recruiter."""
    application = seen.application
    assert application is not None  # it is visible
    remembered = Remembered(api, connection=connection, now=now)
    return replace(
        seen,
        reason=application.rejection_reason_name or hint.reason,
        restored=hint.restored,
        entered_at=_entered_at(
            remembered, application, ours=ours, connection=connection, hint=hint, starts=starts
        ),
        recruiter=_recruiter(
            remembered, application, ours=ours, home=home, connection=connection, hint=hint, now=now
        ),
    )


def home_of(connection: Connection, application: remote.Application) -> Automation | None:
    """The automation that the application belongs to, by its job; a prospect's, by the first that fits."""
    jobs = application.prospective_job_ids if application.job_id is None else (application.job_id,)
    for job_id in jobs:
        if found := automation_of(connection_id=connection.pk, job_id=job_id):
            return found
    return None


def _entered_at(
    api: Remembered,
    application: remote.Application,
    *,
    ours: Application | None,
    connection: Connection,
    hint: Hint,
    starts: Callable[..., bool],
) -> datetime | None:
    """Read only for a stage that is new to us and starts a step. Otherwise, and if Greenhouse does not provide it (v1,
    a missing permission), the time known to us: webhooks report stage changes at once."""
    if application.stage_id is None or (ours is not None and ours.stage_id == application.stage_id):
        return None
    if application.stage_entered_at is not None:
        return application.stage_entered_at
    place = {"job_id": application.job_id, "stage_id": application.stage_id}
    try:
        asked = api.stage_entered_at(application.id) if starts(connection_id=connection.pk, **place) else None
    except Forbidden:
        asked = None
    told = hint.arrived and hint.stage_id == application.stage_id
    return asked or (hint.received_at if told else None)


def _recruiter(
    api: Remembered,
    application: remote.Application,
    *,
    ours: Application | None,
    home: Automation | None,
    connection: Connection,
    hint: Hint,
    now: datetime,
) -> Recruiter | None:
    known = (
        ours is not None
        and ours.recruiter_email
        and application.recruiter_id in {None, ours.recruiter_remote_id}
        and ours.synced_at is not None
        and ours.synced_at > now - RECRUITER_KEPT
    )
    if known:
        return None
    found = find_recruiter(
        api,
        recruiter_id=application.recruiter_id,
        job_id=application.job_id or (home.job_id if home else None),
        said=hint.users,
        own_domains=connection.organisation.own_domains,
    )
    if ours is not None and not found.email and found.remote_id == ours.recruiter_remote_id is not None:
        return None  # no address to be had today; the one we know stays
    return found
