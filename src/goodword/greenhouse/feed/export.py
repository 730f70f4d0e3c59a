"""Data export of notes on the Activity Feed: that they were written. For the organisation."""

from goodword.core.exporting import Told, Wanted, tells, without_nothing
from goodword.greenhouse.models import FeedPost


@tells("greenhouse.FeedPost")
def export(wanted: Wanted) -> Told:
    """What a note says stands in Greenhouse; here is which report it leads to."""
    if not wanted.by_member:
        return {}
    posts = FeedPost.objects.of(wanted.organisation).filter(
        report__step_request__application_id__in=wanted.application_ids
    )
    return {
        "notes on the Activity Feed": [
            without_nothing(
                {
                    "report": post.marker,
                    "state": post.state,
                    "visibility": post.visibility,
                    "id in Greenhouse": post.remote_id,
                    "error": post.last_error,
                }
            )
            for post in posts.order_by("pk")
        ]
    }
