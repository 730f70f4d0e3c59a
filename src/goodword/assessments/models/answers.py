"""What was given and answered in a part, and how people have marked it."""

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.assessments.models.attempt import AttemptPart


class DrawnItem(OrganisationOwned):
    """An item that was generated for one candidate: kept whole (library.reasoning.item), with its key and its rule.

    `voided_at`: the line broke while it was on screen; it does not count, another one stands in its place.
    """

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="drawn")
    #: from 1; the one in its place that was not voided counts
    position = models.PositiveSmallIntegerField()
    #: unique in its part: "7", and "7b" for the one that took its place
    item = models.CharField(max_length=40)
    content = models.JSONField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "item"], name="drawn_item_once"),)

    def __str__(self) -> str:
        return f"item {self.item} of part {self.part_id}"


class Answer(OrganisationOwned):
    """The answer to one item; saved at once, changed until the part has ended or, on a clock, the next item shows.

    `value`: a value of the answer scale; the id of an option; of a situation {action id: value}; of an own question
    as in questionnaires.answers, of a file {"upload": its id}.
    """

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=40)
    value = models.JSONField()
    #: when it was given, which may be before it arrived
    answered_at = models.DateTimeField()
    #: on a clock: seconds that the item had been on screen
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "item"], name="answer_once"),)

    def __str__(self) -> str:
        return f"answer {self.pk}"


class Upload(OrganisationOwned):
    """A file that a candidate has given as an answer. Served as a download only, never shown in a page."""

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="uploads")
    item = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    #: what its content is, by its first bytes and not by its name
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"upload {self.pk}"


class Marking(OrganisationOwned):
    """What one rater gave an answer by its rubric: {criterion id: points}, with a comment. Never on its own a verdict.

    Until both have marked, neither of two raters sees what the other gave.
    """

    part = models.ForeignKey(AttemptPart, on_delete=models.CASCADE, related_name="markings")
    item = models.CharField(max_length=40)
    rater = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    points = models.JSONField()
    comment = models.TextField(default="", blank=True)
    marked_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["part", "item", "rater"], name="marked_once"),)

    def __str__(self) -> str:
        return f"marking {self.pk}"
