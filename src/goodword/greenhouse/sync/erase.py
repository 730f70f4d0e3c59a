"""What is erased of what the sync wrote beside our copy: the reasons of rejections in the log of events."""

from datetime import datetime

from goodword.core.erasure import Counts, Subject, holds
from goodword.core.models import Event


@holds("core.Event")
def erase(subject: Subject, now: datetime) -> Counts:
    """Blank the reason; everything else in the log is ids, codes and names of stages."""
    del now  # nothing here has a moment of its own
    rejections = Event.objects.filter(
        application_id__in=subject.application_ids, name="application.rejected"
    ).exclude(data={})
    return {"rejection reasons": rejections.update(data={})}
