"""The tests of an organisation with their versions, and the norms and calibrations made of its own answers.

A published version, a norm set and a calibration never change.
"""

from django.db import models
from django.db.models import Q

from goodword.accounts.models import Membership, OrganisationOwned


class Test(OrganisationOwned):
    """One test of the library. `key`: the name of a built-in test ("work_style"), or the id of the imported pack."""

    class Kind(models.TextChoices):
        #: statements on an answer scale: work style, and content packs
        SCALES = "scales", "Scales"
        #: generated items, right or wrong
        REASONING = "reasoning", "Reasoning"
        #: situations with actions whose effectiveness is judged
        JUDGEMENT = "judgement", "Situational judgement"
        #: questions written by the organisation
        QUESTIONS = "questions", "Custom questions"

    __test__ = False  # not a pytest class

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    #: what it is for, for those who choose one
    description = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: not offered any more; roles that use it go on with it
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organisation", "key"], name="test_key_once"),)

    def __str__(self) -> str:
        return self.title


class TestVersion(OrganisationOwned):
    """One version of a test in one language: its content as JSON, in the form of its kind (assessments.kinds.builtin).

    Languages of one `number` share the ids of items, scales and forms. Generated items have words of their own and
    one row, with the language "". While `published_at` is empty it is a draft; afterwards it never changes.
    """

    __test__ = False

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="versions")
    #: as its author counts: "1", "2", "2.1"
    number = models.CharField(max_length=20)
    language = models.CharField(max_length=10, default="", blank=True)
    content = models.JSONField()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    #: who has looked at items that touch health and answers for them, with what they said
    signed_off_by = models.CharField(max_length=150, default="", blank=True)
    signed_off_at = models.DateTimeField(null=True)
    signed_off_why = models.TextField(default="", blank=True)
    #: counts the changes of a draft, so that two tabs do not undo each other
    revision = models.PositiveIntegerField(default=0)

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
