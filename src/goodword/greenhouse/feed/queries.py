"""How the notes of a connection stand, for its health page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from goodword.greenhouse.models import Connection, FeedPost

State = FeedPost.State

#: how many rows of a kind a page shows
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """`queued` wait or are being written now; `next_try_at` is the first of them. `failed` and `doubles` are for
    a person, the newest first, at most `SHOWN` of each, with their numbers."""

    queued: int
    next_try_at: datetime | None
    failed_count: int
    failed: Sequence[FeedPost]
    doubles: Sequence[FeedPost]


def feed_health(connection: Connection, *, now: datetime) -> FeedHealth:
    """The outbox of one connection."""
    del now  # nothing here depends on it; the other parts of the page do
    posts = FeedPost.objects.of(connection.organisation).filter(connection=connection)
    waiting = Q(state__in=(State.QUEUED, State.SENDING))
    counted = posts.aggregate(
        queued=Count("pk", filter=waiting),
        next_try_at=Min("not_before", filter=Q(state=State.QUEUED)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
    )
    rows = posts.select_related("report__step_request__step", "report__step_request__application__candidate")
    return FeedHealth(
        queued=counted["queued"],
        next_try_at=counted["next_try_at"],
        failed_count=counted["failed"],
        failed=list(rows.filter(state=State.FAILED).order_by("-settled_at", "-pk")[:SHOWN]),
        doubles=list(
            rows.filter(doubles_seen_at=None)
            .exclude(double_remote_ids=[])
            .order_by("-settled_at", "-pk")[:SHOWN]
        ),
    )
