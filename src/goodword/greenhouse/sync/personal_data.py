"""Erasure and data export of the timeline."""

from datetime import date, datetime

from goodword.core.erasure import Counts, Subject, holds
from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.core.models import Event


@holds("core.Event")
def erase(subject: Subject, now: datetime) -> Counts:
    del now
    rejections = Event.objects.filter(
        application_id__in=subject.application_ids, name="application.rejected"
    ).exclude(data={})
    return {"rejection reasons": rejections.update(data={})}


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
