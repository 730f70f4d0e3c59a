from datetime import datetime

from goodword.core.erasure import Counts, Subject, erases
from goodword.workspace.models import Comment


@erases("workspace.Comment")
def erase(subject: Subject, now: datetime) -> Counts:
    del now
    rows = Comment.objects.across_organisations().filter(application__in=subject.application_ids)
    n, _ = rows.delete()
    return {"comments": n}
