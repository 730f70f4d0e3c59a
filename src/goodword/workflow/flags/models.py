"""The base of the flags on checks and attempts."""

from collections.abc import Mapping

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.workflow.flags.findings import FlagFinding


class Flag(OrganisationOwned):
    class Grade(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    code = models.CharField(max_length=30)
    #: tells flags with the same code apart; each is raised once
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
