"""Questionnaires and their versions. Published versions never change; a draft becomes the next one."""

from django.db import models
from django.db.models import Q

from goodword.accounts.models import Membership, OrganisationOwned


class Questionnaire(OrganisationOwned):
    """`key` is that of the built-in questionnaire, or "own_" and random characters."""

    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    description = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: no longer offered; roles and checks keep it
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "key"], name="questionnaire_key_once"),
        )

    def __str__(self) -> str:
        return self.title


class QuestionnaireVersion(OrganisationOwned):
    """A version in one language, as JSON of questionnaires.types; a draft without `published_at`.

    Languages of a number share question ids and values, so answers can be shown in any of them.
    """

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=10, default="en")
    questions = models.JSONField()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: why it rates more than eight competencies
    reason = models.TextField(default="", blank=True)
    #: counts changes of a draft, to detect stale edits
    revision = models.PositiveIntegerField(default=0)
    #: median answering time in seconds, and the number of answers
    median_seconds = models.PositiveIntegerField(null=True)
    measured = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["questionnaire", "number", "language"], name="questionnaire_version_once"
            ),
            models.UniqueConstraint(
                fields=["questionnaire", "language"],
                condition=Q(published_at=None),
                name="questionnaire_draft_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.questionnaire_id} version {self.number}"
