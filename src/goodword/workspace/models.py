"""What members write and keep on pages that combine apps."""

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.candidates.models import Application
from goodword.roles.models import Role


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


class Comment(OrganisationOwned):
    """For colleagues only: never in a report or in Greenhouse."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    #: ids of the members who were mentioned and notified
    mentioned = models.JSONField(default=list)
    written_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["application", "written_at"], name="comment_of_application"),)

    def __str__(self) -> str:
        return f"comment {self.pk}"


class SavedView(OrganisationOwned):
    """Filters and order of a list under a name of the member's. `role`: empty for the list of all candidates."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=60)
    #: a query string without search text, which may name people
    query = models.CharField(max_length=1000)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["member", "role", "name"], name="saved_view_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return self.name
