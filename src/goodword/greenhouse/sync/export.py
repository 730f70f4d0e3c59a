"""What is told of the timeline. For the organisation: it tells of stages and rejections."""

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
            without_nothing(
                {"at": event.occurred_at, "what": event.name, "by": event.actor, "details": event.data}
            )
            for event in events.order_by("occurred_at", "pk")
        ]
    }
