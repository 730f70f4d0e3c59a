"""A person has put right what was in the way: post the note after all."""

from datetime import datetime

from django.db import transaction

from goodword.greenhouse import jobs
from goodword.greenhouse.models import Connection, FeedPost

State = FeedPost.State


def retry(post: FeedPost, *, now: datetime) -> bool:
    """Queue a failed note again. False if it is not failed. If it may stand already, the feed is searched first."""
    with transaction.atomic():
        failed = FeedPost.objects.across_organisations().filter(pk=post.pk, state=State.FAILED)
        if not failed.update(state=State.QUEUED, attempts=0, not_before=now, settled_at=None):
            return False
        jobs.post_note.defer(feed_post_id=post.pk)
    return True


def retry_all(connection: Connection, *, now: datetime) -> int:
    """All failed notes of a connection, for example because the credential was set anew. Returns how many."""
    failed = FeedPost.objects.across_organisations().filter(connection=connection, state=State.FAILED)
    return sum(retry(post, now=now) for post in failed)
