"""An organisation's tests and their versions, and norms and calibrations from its own answers."""

from typing import Final

from django.db import models
from django.db.models import Q

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.drafts.models import LanguageVersion, LibraryEntry

#: a form's id may list the selected scales: "short20:agreeableness,openness"
LONGEST_FORM: Final = 1000


class Test(LibraryEntry):
    class Kind(models.TextChoices):
        #: statements on an answer scale: work style, and content packs
        SCALES = "scales", "Scales"
        #: generated items, right or wrong
        REASONING = "reasoning", "Reasoning"
        #: situations with actions to rate by effectiveness
        JUDGEMENT = "judgement", "Situational judgement"
        #: questions written by the organisation
        CUSTOM_QUESTIONS = "questions", "Custom questions"

    __test__ = False  # not a pytest class

    kind = models.CharField(max_length=10, choices=Kind.choices)
    #: the judgement set of which these custom questions are the open-text version
    open_text_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="open_texts")
    #: sets of experts (ids) whose results members have seen; see panels.keys
    panels_shown = models.JSONField(default=list, blank=True)


class TestVersion(LanguageVersion):
    """One version of a test in one language, as JSON in the format of its kind.

    Languages of one `number` share the ids of items, scales and forms. Generated tests have one row, with "".
    """

    __test__ = False

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="versions")
    #: chosen by its author: "1", "2", "2.1"
    number = models.CharField(max_length=20)
    content = models.JSONField()
    #: who reviewed items about health, and why the items are needed
    signed_off_by = models.CharField(max_length=150, default="", blank=True)
    signed_off_at = models.DateTimeField(null=True)
    signed_off_why = models.TextField(default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["test", "number", "language"], name="test_version_once"),
            models.UniqueConstraint(
                fields=["test", "language"], condition=Q(published_at=None), name="test_draft_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.test_id} version {self.number}"


class NormSet(OrganisationOwned):
    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="norm_sets")
    version = models.CharField(max_length=20)
    form = models.CharField(max_length=LONGEST_FORM)
    #: counts sets per version and form, from 1
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
    """Figures of first attempts in one language on one class of device: a table per scale, no individual data."""

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
    """Difficulties of families and levels, estimated from an organisation's answers. Never changes."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="calibrations")
    version = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    #: as psychometrics.rasch writes it
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
