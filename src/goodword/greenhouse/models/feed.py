"""What we write to Greenhouse: notes on the Activity Feed."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.core.outbox import Outbox
from goodword.greenhouse.models.connection import Connection
from goodword.reports.models import Report


class FeedPost(OrganisationOwned, Outbox):
    """The note of one report version: written once. Its link is minted when the posting is claimed."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="feed_posts")
    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="feed_post")
    #: unknown outcomes are cleared up by looking for this in the feed: the report's code
    marker = models.CharField(max_length=20)
    visibility = models.CharField(max_length=12)
    author_remote_id = models.BigIntegerField(null=True)
    remote_id = models.BigIntegerField(null=True)
    #: the last attempt's outcome is not known: look before posting again
    outcome_unknown = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(
                fields=["not_before"], name="feed_due", condition=models.Q(state__in=["queued", "sending"])
            ),
        )

    def __str__(self) -> str:
        return f"note for {self.marker}"
