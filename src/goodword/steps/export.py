"""Data export of requested steps."""

from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.steps.models import StepStart


@tells("steps.StepStart")
def export(wanted: Wanted) -> Told:
    """Which step, and when."""
    starts = StepStart.objects.of(wanted.organisation).filter(application_id__in=wanted.application_ids)
    if not wanted.by_member:
        starts = starts.exclude(started_at=None)
    return {
        "steps": [
            without_nothing(
                {
                    "step": start.step.get_kind_display(),
                    "invited": start.started_at,
                    **({"asked for": start.requested_at, "state": start.state} if wanted.by_member else {}),
                }
            )
            for start in starts.select_related("step").order_by("pk")
        ]
    }
