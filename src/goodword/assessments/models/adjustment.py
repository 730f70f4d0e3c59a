"""What a candidate asked to be made otherwise for them, and what was granted. Told to nobody of the hiring team."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.assessments.models.attempt import Attempt


class Adjustment(OrganisationOwned):
    """A request for more time or another form, made before any clock has started.

    It stands in no timeline, result, report, export for members, mail to them or note, unless the candidate agrees
    (`may_tell`); somebody outside the hiring team answers it by a link.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Not granted"
        WITHDRAWN = "withdrawn", "Taken back"

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="adjustments")
    asked_at = models.DateTimeField()
    #: what was asked for: percent of more time (0: none), another form, and in own words
    wants_time = models.PositiveSmallIntegerField(default=0)
    wants_form = models.BooleanField(default=False)
    text = models.TextField(default="", blank=True)
    may_tell = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    #: what was granted
    percent = models.PositiveSmallIntegerField(default=0)
    other_form = models.BooleanField(default=False)
    answer = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    #: who answered, as the link was sent to; empty: granted at once by the role's setting
    answered_by = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["attempt"], condition=models.Q(state="asked"), name="adjustment_asked_once"
            ),
        )

    def __str__(self) -> str:
        return f"adjustment {self.pk}"
