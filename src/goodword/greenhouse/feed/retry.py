"""A person has put right what was in the way: post the note after all. Or they give it up."""

from datetime import datetime

from django.db import transaction

from goodword.core.events import record
from goodword.greenhouse import jobs
from goodword.greenhouse.models import Connection, FeedPost

State = FeedPost.State


def retry(post: FeedPost, *, now: datetime) -> bool:
    """Queue a failed note again. False if it is not failed. If it may stand already, the feed is searched first."""
    with transaction.atomic():
        failed = FeedPost.objects.across_organisations().filter(pk=post.pk, state=State.FAILED)
        if not failed.update(
            state=State.QUEUED, attempts=0, not_before=now, settled_at=None, trouble=FeedPost.Trouble.NONE
        ):
            return False
        jobs.post_note.defer(feed_post_id=post.pk)
    return True


def retry_all(connection: Connection, *, now: datetime) -> int:
    """Retry all failed notes of a connection, for example after setting a new credential. Returns how many.

    Notes waiting after a refusal become due at once, too.
    """
    refused = FeedPost.objects.across_organisations().filter(
        connection=connection, state=State.QUEUED, refusals__gt=0, not_before__gt=now
    )
    refused.exclude(outcome_unknown=True).update(not_before=now)
    failed = FeedPost.objects.across_organisations().filter(connection=connection, state=State.FAILED)
    return sum(retry(post, now=now) for post in failed.exclude(trouble=FeedPost.Trouble.DELETED))


def drop(post: FeedPost, *, by: str, now: datetime) -> bool:
    """Give a failed note up: it is not tried any more, and asks for nobody. False if it is not failed."""
    with transaction.atomic():
        failed = FeedPost.objects.across_organisations().filter(pk=post.pk, state=State.FAILED)
        if not failed.update(state=State.CANCELLED, settled_at=now):
            return False
        if post.report is not None:
            record(
                "feed.dropped",
                organisation_id=post.organisation_id,
                application_id=post.report.step_request.application_id,
                actor=by,
                at=now,
                data={"report_id": post.report.pk},
            )
    return True
