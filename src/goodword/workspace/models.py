"""What members keep for themselves on pages that combine apps."""

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned


class HiddenNeed(OrganisationOwned):
    """A row of Home that a member has hidden. `source` and `need_id` identify it (needs_you.needs)."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=30)
    need_id = models.BigIntegerField()
    until = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["member", "source", "need_id"], name="hidden_need_once"),
        )

    def __str__(self) -> str:
        return f"{self.source}:{self.need_id} until {self.until}"
