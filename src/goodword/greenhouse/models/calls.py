"""How the calls to Greenhouse went, and how many more there may be."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.greenhouse.models.connection import Connection


class CallTally(OrganisationOwned):
    """How many calls of one hour ended in one way; the health page adds them up. Pruned by age."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="call_tallies")
    #: the full hour, UTC
    hour = models.DateTimeField()
    #: "ok", or the kind of error in the client's tree ("rate_limited", "forbidden", ...)
    outcome = models.CharField(max_length=30)
    calls = models.PositiveIntegerField(default=0)
    #: seconds that they took together
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["connection", "hour", "outcome"], name="call_tally_once"),
        )

    def __str__(self) -> str:
        return f"{self.calls} x {self.outcome}"


class RateWindow(OrganisationOwned):
    """What is known of Greenhouse's present window of calls, shared by all workers of a connection."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="rate_window")
    #: which window, counted from the epoch in windows of this API's length
    number = models.BigIntegerField(default=0)
    limit = models.PositiveIntegerField(null=True)
    remaining = models.IntegerField(null=True)
    #: after a 429: nobody calls before
    blocked_until = models.DateTimeField(null=True)
    #: the last time a person's click took a call; background work yields for a moment after it
    person_at = models.DateTimeField(null=True)
    #: the most that was ever used of a window, and of how many: what the health page shows
    updated_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.remaining} of {self.limit}"
