"""A delivery that comes late, after a pass has let its arrival wait for a click: it starts what it would have started.

After an outage of ours Greenhouse tries again for hours. A pass may be quicker, bring our copy over and list those for
whom there was no room; their own deliveries then differ from nothing. Reconciliation must not take away what they do.
"""

from collections.abc import Collection
from datetime import datetime

from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.core.models import Event
from goodword.greenhouse.models import Connection, Finding
from goodword.greenhouse.sync.hint import Hint

ARRIVED = "application.entered_stage"


def waiting_among(connection: Connection, remote_ids: Collection[int]) -> set[int]:
    """Ids of applications with a missed start on the waiting list."""
    rows = Finding.objects.across_organisations().filter(
        connection=connection, state=Finding.State.WAITING, remote_application_id__in=remote_ids
    )
    return {one for one in rows.values_list("remote_application_id", flat=True) if one is not None}


def release(connection: Connection, remote_ids: Collection[int], *, hint: Hint, now: datetime) -> None:
    """Tell of the arrivals that wait and that the delivery names, in the transaction that wrote our copy."""
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
    for row in waiting.select_for_update(of=("self",)).select_related("application"):
        application = row.application
        assert application is not None  # the filter asks for it
        if not Event.objects.filter(application_id=application.pk, name=ARRIVED, occurred_at=now).exists():
            record(
                ARRIVED,
                organisation_id=application.organisation_id,
                application_id=application.pk,
                actor="greenhouse",
                at=now,
                data={
                    "job_id": application.job_id,
                    "stage_id": application.stage_id,
                    "stage_name": application.stage_name,
                },
            )
        row.state, row.settled_at = Finding.State.OBSOLETE, now
        row.save(update_fields=["state", "settled_at"])
