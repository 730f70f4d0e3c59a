"""An organisation's link to Greenhouse: credential, endpoint, secret keys, health."""

import uuid

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.core import crypto


class Connection(OrganisationOwned):
    """The link. Secrets are sealed with this row's place and never shown again (the secret key excepted)."""

    class Api(models.TextChoices):
        V3 = "v3", "Harvest v3 (OAuth)"
        V1 = "v1", "Harvest API key"

    class State(models.TextChoices):
        #: saved, something is missing; the card names what to tick
        INCOMPLETE = "incomplete", "Incomplete"
        ACTIVE = "active", "Active"
        #: the credential does not work (any more)
        BROKEN = "broken", "Not working"
        DISCONNECTED = "disconnected", "Disconnected"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    api = models.CharField(max_length=2, choices=Api.choices)
    state = models.CharField(max_length=15, choices=State.choices, default=State.INCOMPLETE)
    #: sealed JSON: {"key"} for v1; {"client_id", "client_secret", "act_as"} for v3
    credential = models.TextField()
    #: sealed JSON: {"access_token", "expires_at"}; v3 only
    token = models.TextField(default="", blank=True)
    #: the unguessable part of the endpoint URL
    endpoint_key = models.CharField(max_length=64, unique=True)
    #: writing is known to work only once a note was written
    writing_tested_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()
    connected_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    last_event_at = models.DateTimeField(null=True)
    last_call_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)
    last_error_at = models.DateTimeField(null=True)
    #: deliveries with a bad signature: the sign of a wrongly pasted secret key
    refused_count = models.PositiveIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"connection {self.pk}"

    def place(self, column: str) -> str:
        """The associated data that binds a sealed value to this row."""
        return f"greenhouse_connection.{column}:{self.uid}:{self.organisation_id}"

    def seal(self, column: str, plain: str) -> str:
        """Seal a value for a column of this row."""
        return crypto.seal(plain, place=self.place(column))

    def unseal(self, column: str, sealed: str) -> str:
        """Open a value of this row. Raises crypto.CannotOpen."""
        return crypto.unseal(sealed, place=self.place(column))


class WebhookSecret(OrganisationOwned):
    """A secret key of the endpoint; several are valid while one is rotated."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    secret = models.TextField()
    created_at = models.DateTimeField()
    #: empty: until further notice
    valid_until = models.DateTimeField(null=True)


class Webhook(OrganisationOwned):
    """A webhook that has shown itself, by the event and the name its ping gave."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="webhooks")
    #: our code for the event ("candidate_stage_change"); empty for a ping that fits none
    action = models.CharField(max_length=60, default="", blank=True)
    event = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    remote_id = models.BigIntegerField(null=True)
    pinged_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["connection", "event", "name"], name="webhook_once"),
        )


class Permission(OrganisationOwned):
    """What is known of one permission, by the name that Greenhouse's own screen uses."""

    class State(models.TextChoices):
        GRANTED = "granted", "Granted"
        MISSING = "missing", "Missing"
        UNTESTED = "untested", "Not tested yet"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="permissions")
    name = models.CharField(max_length=60)
    required = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices)
    detail = models.TextField(default="", blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["connection", "name"], name="permission_once"),)
