"""Experts whose ratings become the key of an organisation's own judgement set."""

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.assessments.models.library import Test


class Panelist(OrganisationOwned):
    """An expert invited to rate the actions of a set. `email` is normalised."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="panelists")
    name = models.CharField(max_length=150)
    email = models.EmailField(max_length=320)
    #: what makes them an expert: "Head of service, 12 years"
    position = models.CharField(max_length=150, default="", blank=True)
    language = models.CharField(max_length=10, default="en")
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["test", "email"], name="panelist_once"),)

    def __str__(self) -> str:
        return f"panelist {self.pk} of {self.test_id}"


class PanelRating(OrganisationOwned):
    """How effective an expert finds an action. `digest` is of the texts they read: once these change, it is void."""

    panelist = models.ForeignKey(Panelist, on_delete=models.CASCADE, related_name="ratings")
    #: id of the action
    action = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    value = models.SmallIntegerField()
    rated_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["panelist", "action"], name="panel_rating_once"),)

    def __str__(self) -> str:
        return f"rating of {self.action} by {self.panelist_id}"
