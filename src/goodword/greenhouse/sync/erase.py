"""Erasure of the timeline: rejection reasons are blanked, everything else in it is ids, codes and stage names."""

from datetime import datetime

from goodword.core.erasure import Counts, Subject, holds
from goodword.core.models import Event


@holds("core.Event")
def erase(subject: Subject, now: datetime) -> Counts:
    del now
    rejections = Event.objects.filter(
        application_id__in=subject.application_ids, name="application.rejected"
    ).exclude(data={})
    return {"rejection reasons": rejections.update(data={})}
