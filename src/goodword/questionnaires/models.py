"""Versioned sets of questions. A version that was answered never changes."""

from django.db import models

from goodword.accounts.models import OrganisationOwned


class Questionnaire(OrganisationOwned):
    """A set of questions of one organisation, with its versions. `key` names the built-in it began as."""

    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "key"], name="questionnaire_key_once"),
        )

    def __str__(self) -> str:
        return self.title


class QuestionnaireVersion(OrganisationOwned):
    """One frozen version: the questions as JSON, in the form of questionnaires.types."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=10, default="en")
    questions = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["questionnaire", "number", "language"], name="questionnaire_version_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.questionnaire_id} version {self.number}"
