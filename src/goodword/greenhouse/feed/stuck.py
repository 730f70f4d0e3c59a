"""Notes whose worker died between claim and settle: it is not known whether they were written."""

from datetime import datetime

from goodword.core import outbox
from goodword.greenhouse.feed import settle
from goodword.greenhouse.models import FeedPost

DIED = "The posting was interrupted several times. Look on the Activity Feed whether the note stands there."


def free(*, now: datetime) -> int:
    """Queue them again as *outcome unknown*, so that the feed is searched first. Returns how many.

    A note that has interrupted its workers again and again is for a person.
    """
    dead = FeedPost.objects.across_organisations().filter(
        state=FeedPost.State.SENDING, claimed_at__lte=now - outbox.STUCK_AFTER
    )
    for post in dead.filter(attempts__gt=len(outbox.LADDER)):
        settle.needs_person(post, why=DIED, trouble=FeedPost.Trouble.UNREACHABLE, now=now)
    return dead.update(state=FeedPost.State.QUEUED, outcome_unknown=True, not_before=now)
