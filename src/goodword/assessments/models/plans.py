"""A role's assessment: an ordered set of tests, in versions that never change once published."""

from django.db import models
from django.db.models import Q

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.assessments.models.library import LONGEST_FORM, Calibration, NormSet, Test
from goodword.drafts.models import Version
from goodword.roles.models import Step


class Assessment(Version):
    class Total(models.TextChoices):
        OFF = "off", "No total"
        #: over right-or-wrong tests only: the mean of their category means
        CATEGORIES = "categories", "Mean of category means"
        #: over right-or-wrong tests only: their weighted shares
        WEIGHTS = "weights", "Weighted, with a reason"

    class MoreTime(models.IntegerChoices):
        #: requests for extra time go to the contact for adjustments
        ASK = 0, "Ask the person named for adjustments"
        QUARTER = 25, "Grant 25 % at once"
        HALF = 50, "Grant 50 % at once"
        DOUBLE = 100, "Grant 100 % at once"

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="assessments")
    number = models.PositiveIntegerField()
    total = models.CharField(max_length=10, choices=Total.choices, default=Total.OFF)
    #: reason for the weights
    total_reason = models.TextField(default="", blank=True)
    #: extra time granted immediately on request, in percent
    more_time = models.PositiveSmallIntegerField(choices=MoreTime.choices, default=MoreTime.ASK)
    #: whether candidates see their result in plain words
    shares_result = models.BooleanField(default=False)
    #: months before the same person may take it again
    retake_months = models.PositiveSmallIntegerField(default=6)
    #: empty for the default assessment
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["step", "number"], name="assessment_version_once"),
            models.UniqueConstraint(
                fields=["step"], condition=Q(published_at=None), name="assessment_draft_once"
            ),
        )

    def __str__(self) -> str:
        return f"assessment {self.number} of step {self.step_id}"


class AssessmentPart(OrganisationOwned):
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="parts")
    #: from 1
    order = models.PositiveSmallIntegerField()
    test = models.ForeignKey(Test, on_delete=models.PROTECT, related_name="+")
    #: version of the test, in any language
    number = models.CharField(max_length=20)
    #: form of that version ("full", "short20:openness", "standard_20")
    form = models.CharField(max_length=LONGEST_FORM)
    #: time limit; empty: untimed
    minutes = models.PositiveSmallIntegerField(null=True)
    requirement = models.TextField(default="", blank=True)
    requirement_by = models.CharField(max_length=150, default="", blank=True)
    requirement_at = models.DateTimeField(null=True)
    #: who confirmed the warning about emotional stability; empty unless the form includes that scale
    health_confirmed_by = models.CharField(max_length=150, default="", blank=True)
    health_confirmed_at = models.DateTimeField(null=True)
    #: in a weighted total
    weight = models.PositiveSmallIntegerField(null=True)
    #: custom questions: whether two raters mark each answer
    two_raters = models.BooleanField(default=False)
    #: fixed for this version
    norms = models.ForeignKey(NormSet, on_delete=models.PROTECT, null=True, related_name="+")
    calibration = models.ForeignKey(Calibration, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["assessment", "order"],
                name="assessment_part_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        )

    def __str__(self) -> str:
        return f"part {self.order} of assessment {self.assessment_id}"
