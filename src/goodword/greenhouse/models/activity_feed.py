"""Notes that Goodword posts on the Activity Feed."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.core.outbox import Outbox
from goodword.greenhouse.models.connection import Connection
from goodword.reports.models import Report


class ActivityFeedNote(OrganisationOwned, Outbox):
    """The note of one report version. Its link is minted when it is posted.

    A test note has no report; it goes to a candidate chosen by an admin.
    """

    class FailureReason(models.TextChoices):
        """Why a member has to act (activity_feed.outcomes.FAILURE_HELP)."""

        NONE = ""
        NOT_PERMITTED = "not_permitted"
        NOT_VISIBLE = "not_visible"
        DELETED = "deleted"
        NO_AUTHOR = "no_author"
        REFUSED = "refused"
        KEY = "key"
        DISCONNECTED = "disconnected"
        UNREACHABLE = "unreachable"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="activity_feed_notes")
    report = models.OneToOneField(
        Report, on_delete=models.CASCADE, related_name="activity_feed_note", null=True
    )
    #: the candidate of a test note, by Greenhouse's id; empty for the note of a report
    candidate_remote_id = models.BigIntegerField(null=True)
    #: the report's code in the note's last line, searched for after an unknown outcome
    marker = models.CharField(max_length=20)
    visibility = models.CharField(max_length=12)
    author_remote_id = models.BigIntegerField(null=True)
    remote_id = models.BigIntegerField(null=True)
    #: the last attempt may have written the note: search for it before posting again
    outcome_unknown = models.BooleanField(default=False)
    failure_reason = models.CharField(
        max_length=20, choices=FailureReason.choices, default=FailureReason.NONE, blank=True
    )
    #: refusals for lack of a permission; after several within an hour the note fails
    refusals = models.PositiveSmallIntegerField(default=0)
    #: when to search the feed for duplicates
    search_duplicates_at = models.DateTimeField(null=True)
    #: Greenhouse's ids of further notes with the same marker
    duplicate_remote_ids = models.JSONField(default=list)
    #: when a member last acknowledged them
    duplicates_seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(report=None, candidate_remote_id__isnull=False)
                | models.Q(report__isnull=False, candidate_remote_id=None),
                name="note_report_or_test",
            ),
        )
        indexes = (
            models.Index(
                fields=["not_before"], name="note_due", condition=models.Q(state__in=["queued", "sending"])
            ),
            models.Index(
                fields=["search_duplicates_at"],
                name="note_duplicates_due",
                condition=models.Q(search_duplicates_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"note for {self.marker}"

    @property
    def tries(self) -> int:
        """See `Outbox.tries`. Refusals are counted separately."""
        return self.attempts - self.refusals
