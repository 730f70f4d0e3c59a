"""An organisation's link to Greenhouse: credential, endpoint, secret keys, health."""

import json
import uuid
from datetime import datetime

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.core import crypto, field_keys
from goodword.greenhouse.client import V1Credentials, V3Credentials


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
    #: what members call this Greenhouse account; an organisation may have several
    name = models.CharField(max_length=120, default="Greenhouse")
    #: the account's own name, as far as Greenhouse tells it (v3 only)
    account_name = models.CharField(max_length=200, default="", blank=True)
    api = models.CharField(max_length=2, choices=Api.choices)
    state = models.CharField(max_length=15, choices=State.choices, default=State.INCOMPLETE)
    #: sealed JSON: {"key"} for v1; {"client_id", "client_secret", "act_as"} for v3
    credential = models.TextField()
    #: sealed JSON: {"access_token", "renew_at"}; v3 only
    token = models.TextField(default="", blank=True)
    #: until when one worker alone may mint a token (greenhouse.sync.tokens)
    token_lease_until = models.DateTimeField(null=True)
    #: the unguessable part of the endpoint URL
    endpoint_key = models.CharField(max_length=64, unique=True)
    #: the Greenhouse user an admin chose for notes that no recruiter can sign; empty: none was chosen
    note_author_remote_id = models.BigIntegerField(null=True)
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
    #: when the permissions are probed next without anybody asking (greenhouse.setup.recheck); empty: at once
    check_at = models.DateTimeField(null=True)
    #: when the last reconciliation pass that came to its end began (greenhouse.reconciliation)
    reconciled_at = models.DateTimeField(null=True)

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

    def set_credentials(self, credentials: V1Credentials | V3Credentials) -> None:
        """Put in another credential (unsaved). The former one's token goes with it."""
        plain: dict[str, str | int | None]
        if isinstance(credentials, V1Credentials):
            self.api, plain = self.Api.V1, {"key": credentials.api_key}
        else:
            self.api = self.Api.V3
            plain = {
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
                "act_as": credentials.act_as,
            }
        self.credential = self.seal("credential", json.dumps(plain))
        self.token, self.token_lease_until = "", None

    def credentials(self) -> V1Credentials | V3Credentials:
        """The credential in plain, for the client. Raises crypto.CannotOpen."""
        plain = json.loads(self.unseal("credential", self.credential))
        if self.api == self.Api.V1:
            return V1Credentials(plain["key"])
        return V3Credentials(plain["client_id"], plain["client_secret"], act_as=plain["act_as"])

    def opens(self, *, now: datetime) -> bool:
        """Whether the configured field keys open the credential and all valid secret keys."""
        secrets = WebhookSecret.valid(self, now=now).values_list("secret", flat=True)
        sealed = [("credential", self.credential), *(("webhook_secret", secret) for secret in secrets)]
        return all(field_keys.opens(value, place=self.place(column)) for column, value in sealed)


class WebhookSecret(OrganisationOwned):
    """A secret key of the endpoint; several are valid while one is rotated."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    secret = models.TextField()
    created_at = models.DateTimeField()
    #: empty: until further notice
    valid_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"secret key {self.pk}"

    @classmethod
    def add(cls, connection: Connection, plain: str, *, now: datetime) -> "WebhookSecret":
        """Keep a secret key, sealed with its connection's place, valid from now on."""
        return cls.objects.create(
            organisation_id=connection.organisation_id,
            connection=connection,
            secret=connection.seal("webhook_secret", plain),
            created_at=now,
        )

    def reveal(self) -> str:
        """The key in plain. Raises crypto.CannotOpen."""
        return self.connection.unseal("webhook_secret", self.secret)

    @classmethod
    def valid(cls, connection: Connection, *, now: datetime) -> "models.QuerySet[WebhookSecret]":
        """The connection's keys that count now, newest first; several while one is rotated."""
        ends = models.Q(valid_until=None) | models.Q(valid_until__gt=now)
        return cls.objects.across_organisations().filter(ends, connection=connection).order_by("-pk")


def sealed_secrets() -> list[tuple[str, str]]:
    """Place and sealed value of the credentials and secret keys of all active connections."""
    live = Connection.objects.across_organisations().exclude(state=Connection.State.DISCONNECTED)
    secrets = WebhookSecret.objects.across_organisations().filter(connection__in=live)
    return [
        *((one.place("credential"), one.credential) for one in live),
        *(
            (secret.connection.place("webhook_secret"), secret.secret)
            for secret in secrets.select_related("connection")
        ),
    ]


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
        constraints = (models.UniqueConstraint(fields=["connection", "event", "name"], name="webhook_once"),)

    def __str__(self) -> str:
        return self.name


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

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"
