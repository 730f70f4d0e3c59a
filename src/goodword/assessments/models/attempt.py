"""One candidate's run of an assessment, part by part."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from goodword.accounts.models import OrganisationOwned
from goodword.assessments.models.assessment import Assessment, AssessmentPart
from goodword.assessments.models.library import TestVersion
from goodword.steps.models import StepRun


class Attempt(StepRun):
    """One candidate's run of an assessment. Its version and language are fixed when it is assigned."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="attempts")
    language = models.CharField(max_length=10, default="en")
    #: how far an adjustment has moved the deadline; never shown to members
    deadline_moved_by = models.DurationField(default=timedelta)

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

    def renew_deadline(self, deadline: datetime) -> None:
        """See `Run`; the new deadline has not been moved by an adjustment."""
        super().renew_deadline(deadline)
        self.deadline_moved_by = timedelta()

    @property
    def overdue_since(self) -> datetime:
        """The deadline by the role's settings: the candidate's own would reveal an adjustment."""
        return self.deadline_at - self.deadline_moved_by


class AttemptPart(OrganisationOwned):
    """One test of an attempt: which version and form, and where the candidate is in it.

    For a timed part `ends_at` is the server's deadline: later answers do not count. Only assessments.domain writes it.
    Adjustments granted to this candidate are in `seconds` and `form`, which nobody else may see.
    """

    class Device(models.TextChoices):
        UNKNOWN = "", "Unknown"
        PHONE = "phone", "Phone"
        COMPUTER = "computer", "Computer"

    class Ended(models.TextChoices):
        NOT_YET = "", "Not yet"
        FINISHED = "finished", "Finished"
        TIME_UP = "time_up", "Time up"

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="parts")
    part = models.ForeignKey(AssessmentPart, on_delete=models.PROTECT, related_name="+")
    #: its place, from 1, as in the assessment
    order = models.PositiveSmallIntegerField()
    version = models.ForeignKey(TestVersion, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=60)
    #: how many items it has
    items = models.PositiveSmallIntegerField()
    #: what its items are drawn by; empty where nothing is drawn
    seed = models.BigIntegerField(null=True)
    #: seconds on the clock; empty: untimed
    seconds = models.PositiveIntegerField(null=True)
    device = models.CharField(max_length=10, choices=Device.choices, default=Device.UNKNOWN, blank=True)
    begun_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=Ended.choices, default=Ended.NOT_YET, blank=True)
    #: on a clock: the place of the item on screen, from 1, and when it came there
    at = models.PositiveSmallIntegerField(default=1)
    shown_at = models.DateTimeField(null=True)
    #: the last sign of life of the page while the clock runs, and how often the line has broken
    seen_at = models.DateTimeField(null=True)
    breaks = models.PositiveSmallIntegerField(default=0)
    #: ids of items that do not count, because the line broke while they were on screen and another one followed; drawn
    #: ones carry it themselves (DrawnItem.voided_at)
    void = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["attempt", "order"], name="attempt_part_once"),)
        indexes = (
            models.Index(
                fields=["ends_at"],
                name="attempt_part_clock",
                condition=Q(ended_at=None, ends_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"part {self.order} of attempt {self.attempt_id}"
