"""Data export of the timeline. For the organisation only, as it contains stages and rejections."""

from datetime import date

from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.core.models import Event


@tells("core.Event")
def export(wanted: Wanted) -> Told:
    """All that happened to the applications, as it was recorded."""
    if not wanted.by_member:
        return {}
    events = Event.objects.filter(
        organisation_id=wanted.organisation.pk, application_id__in=wanted.application_ids
    )
    return {
        "timeline": [
            without_nothing({"at": _at(event), "what": event.name, "by": event.actor, "details": event.data})
            for event in events.order_by("occurred_at", "pk")
        ]
    }


def _at(event: Event) -> date:
    """When it happened; of the beginning of an assessment the day, as on the timeline."""
    return event.occurred_at.date() if event.name == "attempt.begun" else event.occurred_at
