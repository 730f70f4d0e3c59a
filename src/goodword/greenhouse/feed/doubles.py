"""A write that Greenhouse carries out long after it failed doubles a note. It is looked for, and shown.

Harvest has no way to take a note back, so that only a person can, in Greenhouse.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from goodword.core import crypto
from goodword.core.sweep import each
from goodword.greenhouse.client import HarvestError
from goodword.greenhouse.feed import settle
from goodword.greenhouse.feed.search import found
from goodword.greenhouse.models import Connection, FeedPost
from goodword.greenhouse.sync.session import BRIEFLY, harvest

log = logging.getLogger(__name__)

#: while one worker looks, others leave the row alone; also the wait after a feed that could not be read
LEASE = timedelta(minutes=10)

#: after this time an unreadable feed is not asked any more
GIVE_UP = timedelta(days=7)

AT_MOST = 100


def look_again(*, now: datetime) -> int:
    """Search the feeds whose time has come. Returns in how many something was found."""
    due = FeedPost.objects.across_organisations().filter(look_again_at__lte=now)
    first = due.order_by("look_again_at").values_list("pk", flat=True)[:AT_MOST]
    return each(list(first), lambda pk: _look(pk, now=now))


def _look(pk: int, *, now: datetime) -> bool:
    """Lease, read, settle: a worker that dies in between leaves the row for later."""
    rows = FeedPost.objects.across_organisations()
    if not rows.filter(pk=pk, look_again_at__lte=now).update(look_again_at=now + LEASE):
        return False
    post = rows.select_related("connection__organisation", "report__step_request__application").get(pk=pk)
    if post.connection.state == Connection.State.DISCONNECTED:
        rows.filter(pk=pk).update(look_again_at=None)
        return False
    try:
        ids = _standing(post)
    except (HarvestError, crypto.CannotOpen) as error:
        log.info("the feed could not be searched for %s: %s", post, error)
        if post.settled_at is None or post.settled_at + GIVE_UP <= now:
            rows.filter(pk=pk).update(look_again_at=None)
        return False
    with transaction.atomic():
        post = rows.select_for_update(of=("self",)).select_related("report__step_request").get(pk=pk)
        before = len(post.double_remote_ids)
        settle.doubled(post, ids, now=now)
        post.look_again_at = _next_look(post, now=now)
        post.save(update_fields=["look_again_at"])
        return len(post.double_remote_ids) > before


def _standing(post: FeedPost) -> list[int]:
    with harvest(post.connection, retry=BRIEFLY) as api:
        candidate_id = post.candidate_remote_id
        if post.report is not None:
            remote_id = post.report.step_request.application.remote_id
            application = api.application(remote_id) if remote_id is not None else None
            candidate_id = application.candidate_id if application else None
        if candidate_id is None:  # not visible any more: nobody reads the double either
            return []
        return [note.id for note in found(api, candidate_id=candidate_id, marker=post.marker)]


def _next_look(post: FeedPost, *, now: datetime) -> datetime | None:
    stands_since = post.settled_at or now
    return next((stands_since + wait for wait in settle.LOOKS if stands_since + wait > now), None)


def seen(post: FeedPost, *, now: datetime) -> bool:
    """A person has seen the doubles. False if there are none that nobody has seen."""
    rows = FeedPost.objects.of(post.organisation).filter(pk=post.pk, doubles_seen_at=None)
    return bool(rows.exclude(double_remote_ids=[]).update(doubles_seen_at=now))
