"""Questionnaires and their versions. Published versions never change; a draft becomes the next version."""

from django.db import models
from django.db.models import Q

from goodword.drafts.models import LanguageVersion, LibraryEntry


class Questionnaire(LibraryEntry):
    pass


class QuestionnaireVersion(LanguageVersion):
    """A version in one language. Questions are JSON (questionnaires.types); languages share their ids and values."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=10, default="en")
    questions = models.JSONField()
    #: why more than eight competencies are rated
    reason = models.TextField(default="", blank=True)
    #: median answering time in seconds, and of how many answers
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
