"""What scores are held against: norm groups and calibrations made of an organisation's own answers, in versions."""

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.assessments.models.library import Test


class NormSet(OrganisationOwned):
    """The norm groups of one version and form of a test, made at one moment. Never changes."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="norm_sets")
    #: the version of the test
    version = models.CharField(max_length=20)
    form = models.CharField(max_length=60)
    #: counts the sets of one version and form, from 1
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["test", "version", "form", "number"], name="norm_set_once"),
        )

    def __str__(self) -> str:
        return f"norms {self.number} of {self.test_id} {self.version}"


class NormGroup(OrganisationOwned):
    """First attempts in one language on one class of device: a table a scale (assessments.psychometrics.norms).

    Holds figures of many people and nothing of a single one.
    """

    norm_set = models.ForeignKey(NormSet, on_delete=models.CASCADE, related_name="groups")
    language = models.CharField(max_length=10)
    device = models.CharField(max_length=10)
    n = models.PositiveIntegerField()
    #: {scale id ("" for all): table}
    tables = models.JSONField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["norm_set", "language", "device"], name="norm_group_once"),
        )

    def __str__(self) -> str:
        return f"{self.language}, {self.device} of norms {self.norm_set_id}"


class Calibration(OrganisationOwned):
    """Difficulties of families and levels, estimated from an organisation's answers at one moment. Never changes."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="calibrations")
    version = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    #: as assessments.psychometrics.rasch writes it
    content = models.JSONField()
    n = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["test", "version", "number"], name="calibration_once"),
        )

    def __str__(self) -> str:
        return f"calibration {self.number} of {self.test_id} {self.version}"
