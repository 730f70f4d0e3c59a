from django.db import models
from django.db.models import Q

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.assessments.models.attempts import AttemptPart


class Verification(OrganisationOwned):
    """A short reasoning form taken under supervision, to verify the result of a finished part; one per part.

    It is no attempt: norms, calibrations, totals, reports and comparisons of candidates never contain it. `seconds`
    reflects adjustments, which members may not see; so do all its times.
    """

    #: whose result it verifies
    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="verifications")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: of the reasoning test, whose tasks it has
    version = models.CharField(max_length=20)
    form = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    items = models.PositiveSmallIntegerField()
    #: seconds on the clock; empty: untimed, as the first form was
    seconds = models.PositiveIntegerField(null=True)
    seed = models.BigIntegerField(null=True)
    device = models.CharField(max_length=10, choices=AttemptPart.Device.choices, default="", blank=True)
    begun_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: number of the task on screen, from 1, and when it was shown
    at = models.PositiveSmallIntegerField(default=1)
    shown_at = models.DateTimeField(null=True)
    #: last heartbeat while the clock runs, and how often the connection was lost
    seen_at = models.DateTimeField(null=True)
    breaks = models.PositiveSmallIntegerField(default=0)
    #: [{"id", "content", "void"}] in order; a void one was on screen when the connection was lost, and its replacement
    #: follows
    tasks = models.JSONField(default=list, blank=True)
    #: {id of the task: id of the option}
    answers = models.JSONField(default=dict, blank=True)
    #: as kinds.reasoning.verification writes it; never changes
    comparison = models.JSONField(default=dict, blank=True)
    #: cancelled before its end, so that another can be opened
    discarded_at = models.DateTimeField(null=True)
    discarded_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    discard_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["part"], condition=Q(discarded_at=None), name="verification_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["begun_at"],
                name="verification_runs",
                condition=Q(begun_at__isnull=False, ended_at=None, discarded_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"verification {self.pk}"
