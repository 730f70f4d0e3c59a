"""Assessments: a candidate's run, its answers and scores."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.steps.models import Run


class Attempt(Run):
    """One candidate's run of an assessment. Instrument, version and form are fixed when it is assigned."""

    instrument = models.CharField(max_length=60)
    instrument_version = models.CharField(max_length=20)
    form = models.CharField(max_length=60)
    language = models.CharField(max_length=10, default="en")

    class Meta:
        indexes = (
            models.Index(
                fields=["next_reminder_at"],
                name="attempt_reminder",
                condition=models.Q(next_reminder_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class Answer(OrganisationOwned):
    """The answer to one item; saved at once, changed until the attempt is finished."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=40)
    value = models.SmallIntegerField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["attempt", "item"], name="answer_once"),)

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Score(OrganisationOwned):
    """A scale's score on an attempt, with the rule's version it was computed by. Never changes."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="scores")
    scale = models.CharField(max_length=40)
    #: mean on the answer scale; empty if too few items were answered
    mean = models.FloatField(null=True)
    answered = models.PositiveSmallIntegerField()
    items = models.PositiveSmallIntegerField()
    scoring_version = models.CharField(max_length=20)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["attempt", "scale"], name="score_once"),)

    def __str__(self) -> str:
        return f"score {self.pk}"
