"""Scores of a part and the total of an attempt, as issued. They never change."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.assessments.models.attempts import Attempt, AttemptPart
from goodword.assessments.models.library import NormGroup
from goodword.assessments.models.plans import Assessment


class Score(OrganisationOwned):
    """One score of a part, with the rule's version it was computed by.

    | kind of test | scale | value |
    |---|---|---|
    | scales | the scale's id | mean on the answer scale |
    | reasoning | a category's id, and "" for all | number solved |
    | judgement | "" | mean distance to the key, in steps of the answer scale |
    | questions | "" | number of right ones, where some have a right answer |

    `value` is empty if too little was answered. `answered` of `items` were. With a norm group, `percentile` and the
    band around it are those of its version; empty where its reliability is unknown.
    """

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="scores")
    scale = models.CharField(max_length=40, default="", blank=True)
    value = models.FloatField(null=True)
    answered = models.PositiveSmallIntegerField()
    items = models.PositiveSmallIntegerField()
    scoring_version = models.CharField(max_length=20)
    norm_group = models.ForeignKey(NormGroup, on_delete=models.PROTECT, null=True, related_name="+")
    #: the band on the scale of `value`, and as percentiles from 1 to 99
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    percentile = models.PositiveSmallIntegerField(null=True)
    percentile_low = models.PositiveSmallIntegerField(null=True)
    percentile_high = models.PositiveSmallIntegerField(null=True)
    #: calibrated tests: the ability in logits, and its standard error
    ability = models.FloatField(null=True)
    ability_se = models.FloatField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "scale"], name="score_once"),)

    def __str__(self) -> str:
        return f"score {self.pk}"


class IssuedTotal(OrganisationOwned):
    """The total of a completed attempt whose assessment has one, with all that it was made of (assessments.totals).

    Written in the transaction that completes the attempt. What people mark comes later and never enters.
    """

    class WhyNot(models.TextChoices):
        #: a right-or-wrong test has no count, or there is none of them
        NO_COUNT = "no_count", "No count"
        NO_WEIGHT = "no_weight", "No weight"

    attempt = models.OneToOneField(Attempt, on_delete=models.CASCADE, related_name="issued_total")
    #: as in the assessment; one without a total leaves no row
    mode = models.CharField(max_length=10, choices=Assessment.Total.choices)
    #: {place of the part: whole number} of the parts that enter; empty without weights
    weights = models.JSONField(default=dict)
    #: why the weights are as they are
    reason = models.TextField(default="", blank=True)
    #: from 0 to 1, an exact fraction in its lowest terms: "23/60"; empty: there is none, and `why_not` says why
    value = models.TextField(default="", blank=True)
    why_not = models.CharField(max_length=10, choices=WhyNot.choices, default="", blank=True)
    #: as assessments.totals writes it
    portions = models.JSONField(default=list)
    scoring_version = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"total {self.pk}"
