"""Reading many applications at once, so that a burst of deliveries costs few calls.

What is read ahead is used only if our copy has not been written since: `Ahead` keeps the versions that our rows had
*before* Harvest was asked, and gives out nothing whose row has another one now (see `apply`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from goodword.candidates.models import Application, Candidate
from goodword.greenhouse import client as remote
from goodword.greenhouse.client import Forbidden, HarvestApi
from goodword.greenhouse.models import Connection
from goodword.greenhouse.sync.arrival import is_mapped
from goodword.greenhouse.sync.remembered import Remembered
from goodword.greenhouse.sync.session import BRIEFLY, harvest

type Version = datetime | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What Harvest said, by Greenhouse's ids, each with the version that our copy had before; None: we had none."""

    applications: Mapping[int, tuple[remote.Application, Version]] = field(default_factory=dict)
    candidates: Mapping[int, tuple[remote.Candidate, Version]] = field(default_factory=dict)

    def application(self, remote_id: int, *, as_of: Version) -> remote.Application | None:
        """The application, unless it was not read or our copy is not of `as_of` any more."""
        return _fresh(self.applications.get(remote_id), as_of)

    def candidate(self, remote_id: int, *, as_of: Version) -> remote.Candidate | None:
        """The candidate, likewise."""
        return _fresh(self.candidates.get(remote_id), as_of)


NOTHING_AHEAD = Ahead()


def read_ahead(connection: Connection, wanted: Mapping[int, int | None], *, now: datetime) -> Ahead:
    """Read applications, given with their candidates' ids as far as known (both Greenhouse's).

    Fifty of them cost two or three calls with v3, and with v1 one. Raises HarvestError.
    """
    ours = _ours(connection, wanted)
    known = {one: wanted[one] or (ours[one].candidate.remote_id if one in ours else None) for one in wanted}
    versions = _versions(connection, {one for one in known.values() if one is not None})
    with harvest(connection, retry=BRIEFLY) as api:
        found = list(api.people_of(known))
        stages = _stages(api, [one for one, _ in found], ours=ours, connection=connection, now=now)
    return Ahead(
        {
            one.id: (_completed(one, stages), ours[one.id].synced_at if one.id in ours else None)
            for one, _ in found
        },
        {person.id: (person, versions[person.id]) for _, person in found if person.id in versions},
    )


def _ours(connection: Connection, remote_ids: Collection[int]) -> dict[int, Application]:
    rows = Application.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    return {row.remote_id: row for row in rows.select_related("candidate") if row.remote_id is not None}


def _versions(connection: Connection, remote_ids: Collection[int]) -> dict[int, Version]:
    rows = Candidate.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    found = dict(rows.values_list("remote_id", "synced_at"))
    return {remote_id: found.get(remote_id) for remote_id in remote_ids}


def _stages(
    api: HarvestApi,
    applications: Collection[remote.Application],
    *,
    ours: Mapping[int, Application],
    connection: Connection,
    now: datetime,
) -> dict[int, remote.ApplicationStage]:
    """Since when those stand in their stage for whom it counts: the stage is new to us and starts a step."""
    new = [
        one
        for one in applications
        if one.stage_entered_at is None and (one.id not in ours or ours[one.id].stage_id != one.stage_id)
    ]
    places = {(one.job_id, one.stage_id) for one in new}
    mapped = {
        (job_id, stage_id)
        for job_id, stage_id in places
        if is_mapped(connection_id=connection.pk, job_id=job_id, stage_id=stage_id)
    }
    asked = [one.id for one in new if (one.job_id, one.stage_id) in mapped]
    try:
        with Remembered(api, connection=connection, now=now).refusals("stages"):
            return {stage.application_id: stage for stage in api.application_stages_of(asked)}
    except Forbidden:
        return {}


def _completed(
    application: remote.Application, stages: Mapping[int, remote.ApplicationStage]
) -> remote.Application:
    stage = stages.get(application.id)
    if stage is None or stage.stage_id != application.stage_id:
        return application
    return replace(application, stage_entered_at=stage.entered_at)


def _fresh[T](kept: tuple[T, Version] | None, as_of: Version) -> T | None:
    return kept[0] if kept is not None and kept[1] == as_of else None
