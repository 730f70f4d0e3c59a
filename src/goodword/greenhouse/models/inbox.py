"""What Greenhouse sent us, as it came."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.greenhouse.models.connection import Connection


class InboxEvent(OrganisationOwned):
    """A signed delivery: stored before it is answered, worked on later, pruned by age."""

    class State(models.TextChoices):
        RECEIVED = "received", "Waiting"
        HANDLED = "handled", "Handled"
        FAILED = "failed", "Failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="inbox")
    #: Greenhouse-Event-ID; not signed, may be missing
    event_id = models.CharField(max_length=200, null=True)
    action = models.CharField(max_length=60, default="", blank=True)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: tries that ended by its own fault or with the worker; after some of them it is *failed*
    faults = models.PositiveSmallIntegerField(default=0)
    #: when it is worked on; while a worker has it, the end of that worker's lease
    not_before = models.DateTimeField()
    #: while leased: the worker's database process and the start of the lease, by the database's clock
    leased_to = models.IntegerField(null=True)
    leased_at = models.DateTimeField(null=True)
    #: which of Greenhouse's applications it is about; empty if none
    remote_application_id = models.BigIntegerField(null=True)
    #: which of Greenhouse's candidates it is about; empty if none. Erasing a person finds their bodies by it
    remote_candidate_id = models.BigIntegerField(null=True)
    #: what it caused, or why it failed, in a sentence
    outcome = models.TextField(default="", blank=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    #: what it led to: [{"application": our id, "events": [names in flow.py]}, {"role": our id}]
    caused = models.JSONField(default=list)
    #: the body was erased with the person whom it was about
    body_erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "event_id"], name="inbox_event_once"),)
        indexes = (
            models.Index(fields=["not_before"], name="inbox_waiting", condition=models.Q(state="received")),
            models.Index(fields=["id"], name="inbox_oldest", condition=models.Q(state="received")),
            models.Index(
                fields=["leased_to"], name="inbox_leased", condition=models.Q(leased_to__isnull=False)
            ),
            models.Index(fields=["connection", "-received_at"], name="inbox_recent"),
            models.Index(fields=["organisation", "state", "id"], name="inbox_listed"),
            models.Index(
                fields=["connection", "remote_application_id"],
                name="inbox_of_application",
                condition=models.Q(remote_application_id__isnull=False),
            ),
            models.Index(
                fields=["connection", "remote_candidate_id"],
                name="inbox_of_candidate",
                condition=models.Q(remote_candidate_id__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.action or 'unreadable'} #{self.pk}"
