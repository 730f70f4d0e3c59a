"""What we write to Greenhouse: notes on the Activity Feed."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.core.outbox import Outbox
from goodword.greenhouse.models.connection import Connection
from goodword.reports.models import Report


class FeedPost(OrganisationOwned, Outbox):
    """The note of one report version: written once. Its link is minted when the posting is claimed.

    A test note has no report; it goes to a candidate that an admin has chosen.
    """

    class Trouble(models.TextChoices):
        """Why only a person can go on: each has its sentence and its button."""

        NONE = ""
        NOT_PERMITTED = "not_permitted"
        NOT_VISIBLE = "not_visible"
        DELETED = "deleted"
        NO_AUTHOR = "no_author"
        REFUSED = "refused"
        KEY = "key"
        DISCONNECTED = "disconnected"
        UNREACHABLE = "unreachable"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="feed_posts")
    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="feed_post", null=True)
    #: the candidate of a test note, by Greenhouse's id; empty for the note of a report
    candidate_remote_id = models.BigIntegerField(null=True)
    #: unknown outcomes are cleared up by looking for this in the feed: the report's code
    marker = models.CharField(max_length=20)
    visibility = models.CharField(max_length=12)
    author_remote_id = models.BigIntegerField(null=True)
    remote_id = models.BigIntegerField(null=True)
    #: the last attempt's outcome is not known: look before posting again
    outcome_unknown = models.BooleanField(default=False)
    #: why it failed, as a code
    trouble = models.CharField(max_length=20, choices=Trouble.choices, default=Trouble.NONE, blank=True)
    #: refusals for lack of a permission; after several within an hour a person is needed
    refusals = models.PositiveSmallIntegerField(default=0)
    #: when the feed is searched once more for notes that landed late
    look_again_at = models.DateTimeField(null=True)
    #: Greenhouse's ids of further notes with the same marker: a write that landed late
    double_remote_ids = models.JSONField(default=list)
    #: a person has seen the doubles and needs no further word of them
    doubles_seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(report=None, candidate_remote_id__isnull=False)
                | models.Q(report__isnull=False, candidate_remote_id=None),
                name="feed_report_or_test",
            ),
        )
        indexes = (
            models.Index(
                fields=["not_before"], name="feed_due", condition=models.Q(state__in=["queued", "sending"])
            ),
            models.Index(
                fields=["look_again_at"],
                name="feed_look_again",
                condition=models.Q(look_again_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"note for {self.marker}"

    @property
    def tries(self) -> int:
        """See `Outbox.tries`. Refusals are counted separately."""
        return self.attempts - self.refusals
