"""Versioned sets of questions. A version that was published never changes; a draft becomes the next one."""

from django.db import models
from django.db.models import Q

from goodword.accounts.models import Membership, OrganisationOwned


class Questionnaire(OrganisationOwned):
    """A set of questions of one organisation, with its versions. `key` names the built-in it began as."""

    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    #: what it is for, for those who choose one
    description = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: not offered any more; what uses it goes on with it
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organisation", "key"], name="questionnaire_key_once"),
        )

    def __str__(self) -> str:
        return self.title


class QuestionnaireVersion(OrganisationOwned):
    """One version in one language: the questions as JSON, in the form of questionnaires.types.

    Languages of one number share question ids and values, so that answers can be shown in any of them. While
    `published_at` is empty it is a draft, of which a questionnaire has one number at most; afterwards it never
    changes.
    """

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=10, default="en")
    questions = models.JSONField()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: why it rates more than eight competencies; asked for at publishing
    reason = models.TextField(default="", blank=True)
    #: counts the changes of a draft, so that two tabs do not undo each other
    revision = models.PositiveIntegerField(default=0)
    #: median answering time in seconds, and of how many; written by the app that asks the questions
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
