"""Passes of reconciliation and their findings: changes that no webhook reported."""

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.candidates.models import Application
from goodword.greenhouse.models.connection import Connection


class Reconciliation(OrganisationOwned):
    """One pass over a connection, which compares our copies with Harvest."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        #: the next pass covers the same period
        FAILED = "failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="reconciliations")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    #: compares everything, not only recent changes; may be set while it runs
    full = models.BooleanField(default=False)
    #: who clicked *Sync now*; None for a scheduled pass
    requested_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: its worker renews this
    lease_until = models.DateTimeField()
    #: applications to compare and compared, for the progress bar
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    #: where another worker continues an interrupted pass (reconciliation.passes.Pass); ids and numbers only
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
    """A change found by a pass: synced, or a missed invitation that waits for a decision."""

    class Kind(models.TextChoices):
        #: in a mapped stage whose step was not requested
        MISSED_INVITATION = "missed_invitation"
        #: of stage, job or candidate data
        MISSED_CHANGE = "missed_change"
        MISSED_END = "missed_end"
        NOT_VISIBLE = "not_visible"
        JOB_CHANGED = "job_changed"

    class State(models.TextChoices):
        SYNCED = "synced"
        WAITING = "waiting"
        DISMISSED = "dismissed"
        #: the candidate moved on before a member decided
        OBSOLETE = "obsolete"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="findings")
    found_in = models.ForeignKey(
        Reconciliation, on_delete=models.SET_NULL, null=True, related_name="findings"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True, related_name="+")
    remote_application_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    stage_id = models.BigIntegerField(null=True)
    #: when they entered the stage, if known
    entered_at = models.DateTimeField(null=True)
    #: what was found, without names of people
    sentence = models.TextField()
    found_at = models.DateTimeField()
    #: a member clicked *Invite*; Greenhouse is asked before the invitation is sent
    invite_requested_at = models.DateTimeField(null=True)
    invite_requested_by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+"
    )
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
                fields=["connection", "invite_requested_at"],
                name="finding_invite_requested",
                condition=models.Q(state="waiting", invite_requested_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
