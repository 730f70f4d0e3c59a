"""What was missed while webhooks were off, and what was done about it."""

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.candidates.models import Application
from goodword.greenhouse.models.connection import Connection


class Reconciliation(OrganisationOwned):
    """One pass over a connection: our copy is held against what Harvest says now."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        #: stopped by Greenhouse or by a dead worker; the next pass begins where this one began
        FAILED = "failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="reconciliations")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    #: everything was compared, not only what changed since the last pass; may be asked for while it runs
    full = models.BooleanField(default=False)
    #: who pressed *Sync now*; empty for a pass of the clock
    requested_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: until when the worker that runs it must have shown a sign of life
    lease_until = models.DateTimeField()
    #: progress, for the bar: how much there is to look at, and how much was looked at
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    #: where its worker stopped and another continues (greenhouse.reconciliation.progress); ids and numbers only
    resume = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["connection"], name="one_pass_at_a_time", condition=models.Q(state="running")
            ),
        )
        indexes = (models.Index(fields=["connection", "-started_at"], name="reconciliation_recent"),)

    def __str__(self) -> str:
        return f"pass {self.pk}"


class Finding(OrganisationOwned):
    """Something that a pass found to differ: synced automatically, or waiting for one click."""

    class Kind(models.TextChoices):
        #: stands in a mapped stage without a started step
        MISSED_START = "missed_start"
        #: another stage, job or status than we knew, without a start
        MISSED_CHANGE = "missed_change"
        MISSED_END = "missed_end"
        NOT_VISIBLE = "not_visible"
        JOB_CHANGED = "job_changed"
        STAGE_CHANGED = "stage_changed"

    class State(models.TextChoices):
        SYNCED = "synced"
        #: more than the limit, or too old: one click starts it
        WAITING = "waiting"
        #: a member decided against it
        DISMISSED = "dismissed"
        #: over before anybody decided: they have moved on
        OBSOLETE = "obsolete"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="findings")
    found_in = models.ForeignKey(
        Reconciliation, on_delete=models.SET_NULL, null=True, related_name="findings"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    #: our application, where there is one
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="+")
    remote_application_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    stage_id = models.BigIntegerField(null=True)
    #: when they entered the stage, if that is known
    entered_at = models.DateTimeField(null=True)
    #: what was found and why it was needed, in a sentence without names of people
    sentence = models.TextField()
    found_at = models.DateTimeField()
    #: a member pressed *Start*: it is checked with Greenhouse once more, and then started
    start_requested_at = models.DateTimeField(null=True)
    start_requested_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "remote_application_id", "stage_id"],
                name="finding_waits_once",
                condition=models.Q(state="waiting"),
            ),
        )
        indexes = (
            models.Index(fields=["connection", "state", "-found_at"], name="finding_recent"),
            models.Index(
                fields=["connection", "start_requested_at"],
                name="finding_start_requested",
                condition=models.Q(state="waiting", start_requested_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
