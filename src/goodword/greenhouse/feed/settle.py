"""How an attempt to post a note ends, each with its row and its event in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from goodword.core import outbox
from goodword.core.events import record
from goodword.greenhouse.models import Connection, FeedPost

Trouble = FeedPost.Trouble

#: longer than the client waits for an answer: what was sent has arrived by then, or never will
UNKNOWN_WAIT = timedelta(minutes=2)

#: after a note of which an attempt's outcome was not known stands: when the feed is searched for another one
LOOKS = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1))

#: delays after a missing permission, which is often fixed soon; after the last one a person is needed
REFUSED_WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 40))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The note that stands, by Greenhouse's ids, and others with the same marker."""

    remote_id: int
    author_id: int | None
    doubles: Sequence[int] = ()


def posted(post: FeedPost, written: Written, *, now: datetime) -> None:
    """The note stands. If an attempt before may still land, the feed is looked at again later."""
    with transaction.atomic():
        outbox.settle_sent(
            post,
            now=now,
            remote_id=written.remote_id,
            author_remote_id=written.author_id,
            trouble=Trouble.NONE,
            look_again_at=now + LOOKS[0] if post.outcome_unknown else None,
            outcome_unknown=False,
        )
        if post.state != FeedPost.State.SENT:  # another worker has it now, and will find the note
            return
        Connection.objects.across_organisations().filter(pk=post.connection_id).update(writing_tested_at=now)
        _record("feed.posted", post, now=now, remote_id=written.remote_id)
        if written.doubles:
            doubled(post, written.doubles, now=now)


def doubled(post: FeedPost, remote_ids: Sequence[int], *, now: datetime) -> None:
    """Further notes of this report stand in the feed. In the caller's transaction, with the row at hand."""
    new = sorted(set(remote_ids) - {*post.double_remote_ids, post.remote_id})
    if not new:
        return
    post.double_remote_ids = [*post.double_remote_ids, *new]
    post.doubles_seen_at = None
    post.save(update_fields=["double_remote_ids", "doubles_seen_at"])
    _record("feed.doubled", post, now=now, notes=1 + len(post.double_remote_ids))


def needs_person(post: FeedPost, *, why: str, trouble: str, now: datetime) -> None:
    """Only a person can go on; `why` says what to do, `trouble` is its code."""
    with transaction.atomic():
        outbox.settle_failed(post, now=now, error=why, trouble=trouble)
        if post.state == FeedPost.State.FAILED:
            _record("feed.needs_person", post, now=now)


def refused(post: FeedPost, *, why: str, trouble: str, now: datetime) -> None:
    """Greenhouse says that the key lacks the permission: retry a few times over an hour, then a person is needed.

    Counted separately from other failures. A test note is not retried, because someone is waiting for its result.
    """
    if post.report is None or post.refusals >= len(REFUSED_WAITS):
        needs_person(post, why=why, trouble=trouble, now=now)
        return
    wait = max(REFUSED_WAITS[post.refusals], UNKNOWN_WAIT if post.outcome_unknown else timedelta(0))
    outbox.settle_later(post, error=why, at=now + wait, refusals=post.refusals + 1, trouble=trouble)


def later(post: FeedPost, *, why: str, now: datetime, wait: timedelta, unknown: bool) -> None:
    """Try again by the ladder, but not before `wait` is over; a person when the ladder is at its end.

    `unknown`: the note may stand all the same. Once unknown it stays so: what was sent may land at any time.
    """
    step = outbox.LADDER[min(post.tries, len(outbox.LADDER)) - 1]
    unknown = unknown or post.outcome_unknown
    wait = max(step, wait, UNKNOWN_WAIT if unknown else timedelta(0))
    with transaction.atomic():
        outbox.settle_retry(
            post, now=now, error=why, wait=wait, outcome_unknown=unknown, trouble=Trouble.UNREACHABLE
        )
        if post.state == FeedPost.State.FAILED:
            _record("feed.needs_person", post, now=now)


def _record(name: str, post: FeedPost, *, now: datetime, **data: int) -> None:
    """A test note belongs to no application of ours: it stands on no timeline."""
    if post.report is None:
        return
    record(
        name,
        organisation_id=post.organisation_id,
        application_id=post.report.step_request.application_id,
        actor="goodword",
        at=now,
        data={"report_id": post.report.pk, **data},
    )
