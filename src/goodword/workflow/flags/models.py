"""Findings of the rules, and the base of the rows that keep them as flags."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned

type Grade = Literal["low", "medium", "high"]

GRADES: tuple[Grade, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found. `code` says which kind (wording.py of its app), `key` what or whom it is about.

    `facts` are figures and words for the sentence shown, as JSON; no names, no network addresses.
    """

    code: str
    grade: Grade
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def strongest(grades: Iterable[str]) -> Grade | Literal["none"]:
    """The highest of several grades; they do not add up."""
    present = set(grades)
    return next((grade for grade in reversed(GRADES) if grade in present), "none")


class Flag(OrganisationOwned):
    """Abstract base of CheckFlag and AttemptFlag: a stored finding, and who has dismissed it."""

    class Grade(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    code = models.CharField(max_length=30)
    #: distinguishes flags of one code, so that each is raised once
    key = models.CharField(max_length=120)
    grade = models.CharField(max_length=6, choices=Grade.choices)
    #: the figures and words behind it; may hold personal data, no network addresses
    facts = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    dismissed_note = models.TextField(default="", blank=True)

    class Meta:
        abstract = True

    @property
    def run_id(self) -> Mapping[str, int]:
        """The id of its check or attempt, for the audit log: {"check": 7}."""
        raise NotImplementedError  # the models of references and assessments define it

    def update_from(self, finding: Finding) -> None:
        """Take grade and facts of the same finding made again, and save. A dismissed flag stays as it was."""
        if self.dismissed_at is not None or (self.grade, self.facts) == (finding.grade, dict(finding.facts)):
            return
        self.grade, self.facts = finding.grade, dict(finding.facts)
        self.save(update_fields=["grade", "facts"])
