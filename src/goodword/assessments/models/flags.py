"""What the pages notice while somebody answers, and the flags raised from it."""

from collections.abc import Mapping

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.assessments.models.attempts import Attempt, AttemptPart
from goodword.workflow.flags.models import Flag


class Noticed(OrganisationOwned):
    """One thing that a page has noticed: when, on which item, for how long. No content of anything."""

    class What(models.TextChoices):
        #: the page was hidden, or another window came before it
        LEFT = "left", "Left the page"
        PASTED = "pasted", "Pasted a text"
        BROKE = "broke", "The line broke"
        #: the same item was open in a second window
        SECOND = "second", "A second window"

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="noticed")
    item = models.CharField(max_length=40, default="", blank=True)
    what = models.CharField(max_length=10, choices=What.choices)
    #: how long it lasted, or how many characters were pasted
    amount = models.PositiveIntegerField(null=True)
    noticed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.what} on {self.part_id}"


class AttemptFlag(Flag):
    """A flag on an attempt. `key` is the number of a part."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="flags")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["attempt", "code", "key"], name="attempt_flag_once"),)

    def __str__(self) -> str:
        return f"{self.code} on {self.attempt_id}"

    @property
    def run_id(self) -> Mapping[str, int]:
        """The id of its attempt."""
        return {"attempt": self.attempt_id}
