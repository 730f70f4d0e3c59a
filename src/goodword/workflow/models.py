"""Step requests, and the base of runs."""

from datetime import datetime

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.candidates.models import Application
from goodword.core.workdays import Calendar
from goodword.roles.models import Step


class StepRequest(OrganisationOwned):
    """A step requested on an application: one row, however often the stage is entered."""

    class State(models.TextChoices):
        WAITING = "waiting"
        STARTED = "started"
        #: an earlier result of the same person is used, and nobody is invited
        REUSED = "reused"

    class Waits(models.TextChoices):
        """Why it waits; the candidate's page has a sentence and a remedy for each."""

        NOTHING = ""
        DELAY = "delay"
        NO_ADDRESS = "no_address"
        MAY_NOT_EMAIL = "may_not_email"
        PROSPECT = "prospect"
        #: the candidate's name contains a link, and no member has confirmed it
        LINK_IN_NAME = "link_in_name"
        REUSE = "reuse"
        #: after an undone hire or rejection, or found by reconciliation: nothing is sent without a click
        CLICK = "click"

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="step_requests")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="step_requests")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    waits_for = models.CharField(max_length=20, choices=Waits.choices, default=Waits.NOTHING, blank=True)
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
        )

    def __str__(self) -> str:
        return f"step request {self.pk}"


class StepRun(OrganisationOwned):
    """Abstract base of a check and an attempt: how far it is, whether it is paused, who closed it.

    These are three separate questions, so that a resumed or re-opened run knows where it was. *Overdue* is
    derived from the deadline. Only states.move writes them.
    """

    class Progress(models.TextChoices):
        PENDING = "pending"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"
        MARKED_COMPLETE = "marked_complete"
        DECLINED = "declined"

    step_request = models.ForeignKey(StepRequest, on_delete=models.CASCADE, related_name="%(class)ss")
    progress = models.CharField(max_length=20, choices=Progress.choices, default=Progress.PENDING)
    opened_at = models.DateTimeField()
    #: when the mail server accepted the invitation; empty: not invited yet
    invited_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=60, default="", blank=True)
    close_reason = models.CharField(max_length=60, default="", blank=True)
    #: since when the deadline is on hold, because the run waits for the organisation
    clock_stopped_at = models.DateTimeField(null=True)
    #: a code for what only a member can resolve; empty if nothing
    attention = models.CharField(max_length=40, default="", blank=True)
    next_reminder_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    #: the maximum that the first mail promised
    reminders_promised = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def hours(self) -> Calendar:
        """The working days, and the zone of the hours, in which the candidate may be reminded."""
        return self.organisation.calendar

    def renew_deadline(self, deadline: datetime) -> None:
        """Restart the run's time, until `deadline` (unsaved)."""
        self.deadline_at = deadline

    @property
    def overdue_since(self) -> datetime:
        """When the deadline passed, as shown to members."""
        return self.deadline_at
