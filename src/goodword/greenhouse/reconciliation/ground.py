"""What a page of applications is held against: our rows, read with few queries however long the page is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.greenhouse.models import Connection, Delivery, Finding
from goodword.greenhouse.reconciliation.compare import Ours
from goodword.roles.models import AlreadyThere, Automation, StageRule
from goodword.steps.models import StepRequest

#: for so long a step that was asked for may be on its way through the queue
REACTING = timedelta(hours=1)

Place = tuple[int, int]
"""A remote id (of a job or an application) and a stage's id."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which jobs are linked, and which stages start which steps."""

    linked: dict[int, Automation]
    steps: dict[Place, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Ground:
    """Our side of some applications, by Greenhouse's ids.

    `started` are pairs of our application's id and a step's; `stood` when somebody was recorded as already there;
    `listed` who waits in the list; `expected` those whose delivery waits in the inbox; `reacting` those whose
    arrival was told a short time ago.
    """

    ours: dict[int, Ours]
    started: frozenset[Place]
    stood: dict[Place, datetime]
    listed: frozenset[Place]
    expected: frozenset[int]
    reacting: frozenset[int]


def mapping_of(connection: Connection) -> Mapping:
    """The connection's links as they are now; they may change while a pass runs."""
    automations = Automation.objects.across_organisations().filter(connection_id=connection.pk)
    rules = StageRule.objects.across_organisations().filter(automation__connection_id=connection.pk)
    steps: dict[Place, set[int]] = {}
    for job_id, stage_id, step_id in rules.values_list("automation__job_id", "stage_id", "step_id"):
        steps.setdefault((job_id, stage_id), set()).add(step_id)
    return Mapping(
        {row.job_id: row for row in automations}, {place: frozenset(ids) for place, ids in steps.items()}
    )


def ground_of(connection: Connection, remote_ids: Collection[int], *, now: datetime) -> Ground:
    """Our side of these applications, in six queries."""
    ours = _ours(connection, remote_ids)
    pks = {row.pk: remote_id for remote_id, row in ours.items()}
    starts = StepRequest.objects.across_organisations().filter(application__in=pks)
    there = AlreadyThere.objects.across_organisations().filter(
        automation__connection_id=connection.pk, remote_application_id__in=remote_ids
    )
    waiting = Finding.objects.across_organisations().filter(
        connection=connection, state=Finding.State.WAITING, remote_application_id__in=remote_ids
    )
    inbox = Delivery.objects.across_organisations().filter(
        connection=connection, state=Delivery.State.RECEIVED, remote_application_id__in=remote_ids
    )
    reacting = Event.objects.filter(
        application_id__in=pks, name="application.entered_stage", occurred_at__gt=now - REACTING
    )
    return Ground(
        ours=ours,
        started=frozenset(starts.values_list("application_id", "step_id")),
        stood={
            (remote_id, stage_id): at
            for remote_id, stage_id, at in there.values_list(
                "remote_application_id", "stage_id", "recorded_at"
            )
        },
        listed=frozenset(
            (remote_id, stage_id)
            for remote_id, stage_id in waiting.values_list("remote_application_id", "stage_id")
            if remote_id is not None and stage_id is not None
        ),
        expected=frozenset(
            one for one in inbox.values_list("remote_application_id", flat=True) if one is not None
        ),
        reacting=frozenset(
            pks[pk] for pk in reacting.values_list("application_id", flat=True) if pk is not None
        ),
    )


def _ours(connection: Connection, remote_ids: Collection[int]) -> dict[int, Ours]:
    rows = Application.objects.across_organisations().filter(
        connection_id=connection.pk, remote_id__in=remote_ids
    )
    columns = rows.values_list(
        "remote_id",
        "pk",
        "status",
        "job_id",
        "stage_id",
        "prospect",
        "not_visible_since",
        "candidate__remote_id",
        "synced_at",
        "erased_at",
        "candidate__erased_at",
        "deleted_at",
        named=True,
    )
    return {
        row.remote_id: Ours(
            pk=row.pk,
            status=row.status,
            job_id=row.job_id,
            stage_id=row.stage_id,
            prospect=row.prospect,
            visible=row.not_visible_since is None,
            candidate_remote_id=row.candidate__remote_id,
            synced_at=row.synced_at,
            gone=bool(row.erased_at or row.candidate__erased_at or row.deleted_at),
        )
        for row in columns
        if row.remote_id is not None
    }
