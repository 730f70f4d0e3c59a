"""What is erased of notes: what is not written yet never will be. What stands in Greenhouse stands there still."""

from datetime import datetime

from django.db.models import Q

from goodword.core.erasure import Counts, Subject, holds
from goodword.greenhouse.models import FeedPost


@holds("greenhouse.FeedPost")
def erase(subject: Subject, now: datetime) -> Counts:
    """Give up the notes that wait, and forget what Greenhouse said of others. Their codes and ids stay."""
    about = Q(report__step_request__application__in=subject.application_ids)
    if subject.candidate_id is not None:
        about |= Q(connection_id=subject.connection_id, candidate_remote_id__in=subject.remote_candidate_ids)
    posts = FeedPost.objects.across_organisations().filter(about)
    given_up = posts.exclude(state__in=[FeedPost.State.SENT, FeedPost.State.CANCELLED]).update(
        state=FeedPost.State.CANCELLED, settled_at=now, trouble=FeedPost.Trouble.NONE
    )
    posts.update(last_error="", look_again_at=None)
    return {"notes given up": given_up}
