"""Tests and their versions, norms and calibrations, assessments as planned, panels of experts."""

from collections.abc import Iterable
from typing import Final

from django.db import models
from django.db.models import Q

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.drafts.models import LanguageVersion, LibraryEntry, Version
from goodword.roles.models import Step

#: length of a form's id, which may list the selected scales: "short20:agreeableness,openness"
LONGEST_FORM: Final = 1000


class Test(LibraryEntry):
    class Kind(models.TextChoices):
        #: statements on an answer scale: work style, and content packs
        SCALES = "scales", "Scales"
        #: generated items, right or wrong
        REASONING = "reasoning", "Reasoning"
        #: situations with actions to rate by effectiveness
        JUDGEMENT = "judgement", "Situational judgement"
        CUSTOM_QUESTIONS = "questions", "Custom questions"

    __test__ = False  # not a pytest class

    kind = models.CharField(max_length=10, choices=Kind.choices)
    #: the judgement set whose open-text version this is
    open_text_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="open_texts")
    #: sets of experts (ids) whose results members have seen (kinds.judgement.panel_keys)
    panels_shown = models.JSONField(default=list, blank=True)


class TestVersion(LanguageVersion):
    """One version of a test in one language, as JSON in the format of its kind.

    Languages of one `number` share the ids of items, scales and forms. Generated tests have one row, with "".
    """

    __test__ = False

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="versions")
    #: number chosen by its author: "1", "2", "2.1"
    number = models.CharField(max_length=20)
    content = models.JSONField()
    #: who reviewed the items about health, and why they are needed
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


def newest_first(rows: Iterable[TestVersion]) -> list[str]:
    """Return the published version numbers of one test, newest first. They are sorted by the first row of each number,
    since authors choose numbers freely, clocks can be set back, and further languages can be published later."""
    first: dict[str, int] = {}
    for row in rows:
        if row.published_at is not None:
            first[row.number] = min(first.get(row.number, row.pk), row.pk)
    return sorted(first, key=first.__getitem__, reverse=True)


class NormSet(OrganisationOwned):
    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="norm_sets")
    version = models.CharField(max_length=20)
    form = models.CharField(max_length=LONGEST_FORM)
    #: number of the set per version and form, from 1
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["test", "version", "form", "number"], name="norm_set_once"),
        )

    def __str__(self) -> str:
        return f"norms {self.number} of {self.test_id} {self.version}"


class NormGroup(OrganisationOwned):
    """Figures of first attempts in one language on one device class: a table per scale, without individual data."""

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
    """Difficulties of families and levels, estimated from the organisation's answers. Never changes."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="calibrations")
    version = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    #: format: psychometrics.rasch
    content = models.JSONField()
    n = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["test", "version", "number"], name="calibration_once"),
        )

    def __str__(self) -> str:
        return f"calibration {self.number} of {self.test_id} {self.version}"


class Assessment(Version):
    class Total(models.TextChoices):
        OFF = "off", "No total"
        #: only of right-or-wrong tests: the mean of their category means
        CATEGORIES = "categories", "Mean of category means"
        #: only of right-or-wrong tests: their weighted shares
        WEIGHTS = "weights", "Weighted, with a reason"

    class MoreTime(models.IntegerChoices):
        ASK = 0, "Ask the person named for adjustments"
        QUARTER = 25, "Grant up to 25% automatically"
        HALF = 50, "Grant up to 50% automatically"
        DOUBLE = 100, "Grant up to 100% automatically"

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="assessments")
    number = models.PositiveIntegerField()
    total = models.CharField(max_length=10, choices=Total.choices, default=Total.OFF)
    total_reason = models.TextField(default="", blank=True)
    #: extra time granted immediately on request, in percent
    more_time = models.PositiveSmallIntegerField(choices=MoreTime.choices, default=MoreTime.ASK)
    shares_result = models.BooleanField(default=False)
    #: months before the same person can take it again
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
    order = models.PositiveSmallIntegerField()
    test = models.ForeignKey(Test, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)
    #: form of that version ("full", "short20:openness", "standard_20")
    form = models.CharField(max_length=LONGEST_FORM)
    #: time limit; empty: untimed
    minutes = models.PositiveSmallIntegerField(null=True)
    requirement = models.TextField(default="", blank=True)
    requirement_by = models.CharField(max_length=150, default="", blank=True)
    requirement_at = models.DateTimeField(null=True)
    #: the confirmed warning about emotional stability; empty unless the form includes that scale
    health_confirmed_by = models.CharField(max_length=150, default="", blank=True)
    health_confirmed_at = models.DateTimeField(null=True)
    weight = models.PositiveSmallIntegerField(null=True)
    two_raters = models.BooleanField(default=False)
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

    @property
    def raters(self) -> int:
        """How many people mark each answer with a rubric."""
        return 2 if self.two_raters else 1


class Panelist(OrganisationOwned):
    """An expert invited to rate the actions of a set. `email` is normalised."""

    test = models.ForeignKey(Test, on_delete=models.CASCADE, related_name="panelists")
    name = models.CharField(max_length=150)
    email = models.EmailField(max_length=320)
    #: grounds for being an expert: "Head of service, 12 years"
    position = models.CharField(max_length=150, default="", blank=True)
    language = models.CharField(max_length=10, default="en")
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["test", "email"], name="panelist_once"),)

    def __str__(self) -> str:
        return f"panelist {self.pk} of {self.test_id}"


class PanelRating(OrganisationOwned):
    """An expert's rating of an action. `digest`: a digest of the texts that the expert read; if these change, the
    rating is void."""

    panelist = models.ForeignKey(Panelist, on_delete=models.CASCADE, related_name="ratings")
    action = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    value = models.SmallIntegerField()
    rated_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["panelist", "action"], name="panel_rating_once"),)

    def __str__(self) -> str:
        return f"rating of {self.action} by {self.panelist_id}"
