"""Webhook deliveries."""

from django.db import models

from goodword.accounts.models import OrganisationOwned
from goodword.greenhouse.models.connection import Connection


class Delivery(OrganisationOwned):
    """A signed delivery: stored before it is answered, processed later, pruned by age."""

    class State(models.TextChoices):
        RECEIVED = "received", "Waiting"
        HANDLED = "handled", "Handled"
        FAILED = "failed", "Failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="deliveries")
    #: Greenhouse-Event-ID: not signed, may be missing
    event_id = models.CharField(max_length=200, null=True)
    action = models.CharField(max_length=60, default="", blank=True)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: attempts that failed because of the delivery or ended with the worker; after some of them it is *failed*
    faults = models.PositiveSmallIntegerField(default=0)
    #: when it is processed; while leased, the end of the lease
    not_before = models.DateTimeField()
    #: while leased: the worker's database process and the start of the lease, by the database's clock
    leased_to = models.IntegerField(null=True)
    leased_at = models.DateTimeField(null=True)
    #: Greenhouse's ids of the application and the candidate, if any; erasing a person finds their bodies by them
    remote_application_id = models.BigIntegerField(null=True)
    remote_candidate_id = models.BigIntegerField(null=True)
    #: its effect, or why it failed, in a sentence
    outcome = models.TextField(default="", blank=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    #: its effects: [{"application": our id, "events": [names in flow.py]}, {"role": our id}]
    caused = models.JSONField(default=list)
    #: when the body was erased with the person it was about
    body_erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "event_id"], name="delivery_once"),)
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
