"""Runs whose person is erased: nothing more comes in."""

from collections.abc import Collection
from datetime import datetime

from goodword.steps.domain.move import lock, move
from goodword.steps.models import StepRun
from goodword.steps.states import may

#: why a run was closed
ERASURE = "erasure"


def close_for_good[R: StepRun](model: type[R], application_ids: Collection[int], *, now: datetime) -> list[R]:
    """The applications' runs, locked in the caller's transaction; those that were open are closed."""
    rows = model._default_manager.filter(step_request__application_id__in=application_ids).order_by("pk")
    runs = [lock(model, pk) for pk in rows.values_list("pk", flat=True)]
    for run in runs:
        if may(run, "close"):
            move(run, "close", at=now, by="goodword", reason=ERASURE)
        run.attention, run.next_reminder_at = "", None
        run.save(update_fields=["attention", "next_reminder_at"])
    return runs
