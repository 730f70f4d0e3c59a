"""How an attempt to post a note ends, each with its row and its event in one transaction."""

from datetime import datetime, timedelta

from django.db import transaction

from goodword.core import outbox
from goodword.core.events import record
from goodword.greenhouse.models import Connection, FeedPost

#: longer than the client waits for an answer: what was sent has arrived by then, or never will
UNKNOWN_WAIT = timedelta(minutes=2)


def posted(post: FeedPost, *, remote_id: int, author_id: int | None, now: datetime) -> None:
    """The note stands."""
    with transaction.atomic():
        outbox.settle_sent(
            post, now=now, remote_id=remote_id, author_remote_id=author_id, outcome_unknown=False
        )
        if post.state != FeedPost.State.SENT:  # another worker has it now, and will find the note
            return
        Connection.objects.across_organisations().filter(pk=post.connection_id).update(writing_tested_at=now)
        _record("feed.posted", post, now=now, remote_id=remote_id)


def needs_person(post: FeedPost, *, why: str, now: datetime) -> None:
    """Only a person can go on; `why` says what to do."""
    with transaction.atomic():
        outbox.settle_failed(post, now=now, error=why)
        if post.state == FeedPost.State.FAILED:
            _record("feed.needs_person", post, now=now)


def later(post: FeedPost, *, why: str, now: datetime, wait: timedelta, unknown: bool) -> None:
    """Try again by the ladder, but not before `wait` is over; a person when the ladder is at its end.

    `unknown`: the note may stand all the same. Once unknown it stays so until the feed was looked at.
    """
    step = outbox.LADDER[min(post.attempts, len(outbox.LADDER)) - 1]
    unknown = unknown or post.outcome_unknown
    wait = max(step, wait, UNKNOWN_WAIT if unknown else timedelta(0))
    with transaction.atomic():
        outbox.settle_retry(post, now=now, error=why, wait=wait, outcome_unknown=unknown)
        if post.state == FeedPost.State.FAILED:
            _record("feed.needs_person", post, now=now)


def _record(name: str, post: FeedPost, *, now: datetime, **data: int) -> None:
    application = post.report.start.application
    record(
        name,
        organisation_id=post.organisation_id,
        application_id=application.pk,
        actor="goodword",
        at=now,
        data={"report_id": post.report_id, **data},
    )
