"""The findings of rules, and the base model of the flags on checks and attempts that store them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned

type Grade = Literal["low", "medium", "high"]
GRADES: tuple[Grade, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFinding:
    """`code`: the kind of flag. `key`: what it is about. `facts`: JSON without names and network addresses."""

    code: str
    grade: Grade
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def strongest(grades: Iterable[str]) -> Grade | Literal["none"]:
    present = set(grades)
    return next((grade for grade in reversed(GRADES) if grade in present), "none")


class Flag(OrganisationOwned):
    class Grade(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    code = models.CharField(max_length=30)
    #: distinguishes flags with the same code; each is raised once
    key = models.CharField(max_length=120)
    grade = models.CharField(max_length=6, choices=Grade.choices)
    #: figures and words behind it; may contain personal data, but no network addresses
    facts = models.JSONField(default=dict)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    dismissed_note = models.TextField(default="", blank=True)

    class Meta:
        abstract = True

    @property
    def run_id(self) -> Mapping[str, int]:
        raise NotImplementedError  # references and assessments have their own models

    def update_from(self, finding: FlagFinding) -> None:
        if self.dismissed_at is not None or (self.grade, self.facts) == (finding.grade, dict(finding.facts)):
            return
        self.grade, self.facts = finding.grade, dict(finding.facts)
        self.save(update_fields=["grade", "facts"])
