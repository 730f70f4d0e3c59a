"""Data export of the timeline."""

from datetime import date

from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.core.models import Event


@tells("core.Event")
def export(wanted: Wanted) -> Told:
    """The timeline, for the organisation only: it contains stages and rejections."""
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
    """When it happened; only the day for the beginning of an assessment, as on the timeline."""
    return event.occurred_at.date() if event.name == "attempt.begun" else event.occurred_at
