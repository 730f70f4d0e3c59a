"""Hold a page of applications, as Harvest tells them now, against our copy: who differs, whose start was missed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from goodword.greenhouse import client as remote
from goodword.greenhouse.client import ApplicationStatus, Forbidden, HarvestApi
from goodword.greenhouse.models import Connection
from goodword.greenhouse.reconciliation.compare import Found, Ours, applied, difference
from goodword.greenhouse.reconciliation.ground import Ground, Mapping, ground_of, mapping_of
from goodword.greenhouse.reconciliation.limits import Missed

#: a window begins so long before the last pass: clocks differ, and a change may show late
OVERLAP = timedelta(minutes=5)


def examine(
    api: HarvestApi,
    page: Sequence[remote.Application],
    *,
    connection: Connection,
    until: datetime,
    now: datetime,
) -> tuple[list[Found], list[Missed]]:
    """Differences to bring over, and missed starts to decide about. Writes nothing. Raises HarvestError.

    Left to their deliveries are: who was active after `until` (a delivery takes a moment), and those of whom a
    delivery waits in the inbox.
    """
    mapping = mapping_of(connection)
    ground = ground_of(connection, [one.id for one in page], now=now)
    found: list[Found] = []
    missed: list[Missed] = []
    for theirs in page:
        ours = ground.ours.get(theirs.id)
        late = theirs.last_activity_at is not None and theirs.last_activity_at > until
        if late or theirs.id in ground.expected or (ours is not None and ours.gone):
            continue
        if start := _missed(theirs, ours, mapping=mapping, ground=ground, connection=connection):
            missed.append(start)
        elif ours is not None:
            if differs := difference(ours, theirs):
                found.append(differs)
        elif _is_new(theirs, mapping):
            found.append(applied(theirs))
    return found, _since_when(api, missed, ground=ground)


def _missed(
    theirs: remote.Application,
    ours: Ours | None,
    *,
    mapping: Mapping,
    ground: Ground,
    connection: Connection,
) -> Missed | None:
    if theirs.status is not ApplicationStatus.ACTIVE or theirs.prospect:
        return None
    if theirs.job_id is None or theirs.stage_id is None:
        return None
    wanted = mapping.steps.get((theirs.job_id, theirs.stage_id), frozenset())
    if not any(ours is None or (ours.pk, step_id) not in ground.started for step_id in wanted):
        return None
    stands = ours is not None and (ours.job_id, ours.stage_id) == (theirs.job_id, theirs.stage_id)
    place = (theirs.id, theirs.stage_id)
    if stands and (place in ground.listed or theirs.id in ground.reacting):
        return None
    stood, active_at = ground.stood.get(place), theirs.last_activity_at
    return Missed(
        remote_id=theirs.id,
        job_id=theirs.job_id,
        stage_id=theirs.stage_id,
        entered_at=theirs.stage_entered_at,
        not_before=_not_before(theirs, ours, mapping=mapping, connection=connection),
        not_after=theirs.last_activity_at,
        stands=stands,  # no arrival to tell: nothing is sent before a click
        stood=stood is not None and active_at is not None and active_at <= stood,
    )


def _not_before(
    theirs: remote.Application, ours: Ours | None, *, mapping: Mapping, connection: Connection
) -> datetime | None:
    """The latest moment at which they surely did not stand there: they had not applied, our copy was read from
    Harvest in another stage, or the last pass would have found them."""
    moments = [theirs.applied_at]
    if ours is not None:
        moments.append(ours.synced_at)
    looked, home = connection.reconciled_at, mapping.linked.get(theirs.job_id or 0)
    if looked is not None and home is not None and home.confirmed_at < looked - OVERLAP:
        moments.append(looked - OVERLAP)
    return max((moment for moment in moments if moment is not None), default=None)


def _since_when(api: HarvestApi, missed: Sequence[Missed], *, ground: Ground) -> list[Missed]:
    """With the time of entry, where Greenhouse tells it: one call for fifty.

    Who stood there when the mapping was confirmed, and is not known to have come again since, is marked `stood`; left
    out where our copy says the same, or where we have none.
    """
    asked = [one.remote_id for one in missed if one.entered_at is None and not one.stood]
    try:
        stages = {one.application_id: one for one in api.application_stages_of(asked)} if asked else {}
    except Forbidden:  # only advised; the decision goes without
        stages = {}
    told: list[Missed] = []
    for one in missed:
        stage = stages.get(one.remote_id)
        if stage is not None and stage.stage_id == one.stage_id:
            told.append(replace(one, entered_at=stage.entered_at))
        else:
            told.append(one)
    marked = [replace(one, stood=one.stood or _stood(one, ground)) for one in told]
    return [one for one in marked if not one.stood or (one.remote_id in ground.ours and not one.stands)]


def _stood(one: Missed, ground: Ground) -> bool:
    recorded_at = ground.stood.get((one.remote_id, one.stage_id or 0))
    elsewhere = one.remote_id in ground.ours and not one.stands  # our copy was read in another stage
    moment = one.entered_at or (one.not_before if elsewhere else None)
    return recorded_at is not None and (moment is None or moment <= recorded_at)


def _is_new(theirs: remote.Application, mapping: Mapping) -> bool:
    """Whether a delivery should have told us of it: it came to a linked job after the job was linked. Who was there
    before is nobody of ours until they come into a mapped stage."""
    jobs = theirs.prospective_job_ids if theirs.job_id is None else (theirs.job_id,)
    home = next((mapping.linked[job_id] for job_id in jobs if job_id in mapping.linked), None)
    return home is not None and theirs.applied_at is not None and theirs.applied_at > home.confirmed_at
