from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.candidates.models import Application
from goodword.core.workdays import Calendar
from goodword.roles.models import Step

type Grade = Literal["low", "medium", "high"]
GRADES: tuple[Grade, ...] = ("low", "medium", "high")


class StepRequest(OrganisationOwned):
    """A step requested on an application; one row, however often the stage is entered."""

    class State(models.TextChoices):
        WAITING = "waiting"
        STARTED = "started"
        #: an earlier result is used
        REUSED = "reused"

    class WaitingReason(models.TextChoices):
        """Why it waits. The candidate's page says what to do about each."""

        NOTHING = ""
        DELAY = "delay"
        NO_ADDRESS = "no_address"
        MAY_NOT_EMAIL = "may_not_email"
        PROSPECT = "prospect"
        #: the candidate's name contains an unconfirmed link
        SUSPICIOUS_NAME = "link_in_name"
        #: the assessment has no job requirement yet; starts once it is published
        UNPUBLISHED = "unpublished"
        REUSE = "reuse"
        #: after an undone hire or rejection, found by reconciliation, or on an archived role: nothing is sent without a
        #: click
        CLICK = "click"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="step_requests")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="step_requests")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    waiting_reason = models.CharField(
        max_length=20, choices=WaitingReason.choices, default=WaitingReason.NOTHING, blank=True
    )
    #: when a delayed request is due
    due_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    #: the earlier request of the same person and kind whose result is offered or reused
    earlier = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["application", "step"], name="step_request_once"),)
        indexes = (
            models.Index(fields=["due_at"], name="step_request_due", condition=models.Q(state="waiting")),
            models.Index(
                fields=["organisation", "requested_at"],
                name="step_request_waits",
                condition=models.Q(state="waiting", due_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"step request {self.pk}"

    @property
    def mail_ref(self) -> str:
        return f"step_request:{self.pk}"


class StepRun(OrganisationOwned):
    """Abstract base of checks and attempts. Progress, pause and closing are separate: a resumed or reopened run
    continues where it was. Only states.move writes them. *Overdue* is derived from the deadline."""

    class Progress(models.TextChoices):
        PENDING = "pending"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"
        MARKED_COMPLETE = "marked_complete"
        DECLINED = "declined"

    step_request = models.ForeignKey(StepRequest, on_delete=models.CASCADE, related_name="%(class)ss")
    progress = models.CharField(max_length=20, choices=Progress.choices, default=Progress.PENDING)
    opened_at = models.DateTimeField()
    #: when the mail server accepted the invitation; empty: not yet
    invited_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, default="", blank=True)
    close_reason = models.CharField(max_length=60, default="", blank=True)
    #: start of a deadline's hold, while the run waits for the organisation
    clock_stopped_at = models.DateTimeField(null=True)
    #: code of a problem that only a member can resolve
    attention = models.CharField(max_length=40, default="", blank=True)
    next_reminder_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    #: the maximum promised in the first mail
    reminders_promised = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def hours(self) -> Calendar:
        return self.organisation.calendar

    def renew_deadline(self, deadline: datetime) -> None:
        """Keeps a later deadline that a member has set."""
        self.deadline_at = max(self.deadline_at, deadline)

    @property
    def overdue_since(self) -> datetime:
        return self.deadline_at


class Appeal(OrganisationOwned):
    """A candidate's request for a human review of a result, or objection to it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="appeals")
    text = models.TextField()
    opened_at = models.DateTimeField()
    answer = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["application"], condition=models.Q(answered_at=None), name="appeal_open_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["organisation", "opened_at"],
                name="appeal_open",
                condition=models.Q(answered_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"appeal {self.pk}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFinding:
    """`code`: the kind of flag. `key`: its subject. `facts`: JSON without names or network addresses."""

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
    #: distinguishes flags of one code: each is raised once
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
        raise NotImplementedError  # defined by the models of references and assessments

    def update_from(self, finding: FlagFinding) -> None:
        """Save grade and facts of the same finding. Dismissed flags don't change."""
        if self.dismissed_at is not None or (self.grade, self.facts) == (finding.grade, dict(finding.facts)):
            return
        self.grade, self.facts = finding.grade, dict(finding.facts)
        self.save(update_fields=["grade", "facts"])
