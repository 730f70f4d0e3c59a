import json
import uuid
from datetime import datetime

from django.db import models

from goodword.accounts.models import Membership, OrganisationOwned
from goodword.candidates.models import Application
from goodword.core import crypto
from goodword.core.crypto import seal_stored
from goodword.core.outbox import Outbox
from goodword.greenhouse.client import V1Credentials, V3Credentials
from goodword.reports.models import Report


class Connection(OrganisationOwned):
    """A Greenhouse account. Secrets are encrypted and bound to this row; only webhooks' secret keys are shown again."""

    class Api(models.TextChoices):
        V3 = "v3", "Harvest v3 (OAuth)"
        V1 = "v1", "Harvest API key"

    class State(models.TextChoices):
        #: saved although permissions are missing; the card says what to tick
        INCOMPLETE = "incomplete", "Incomplete"
        ACTIVE = "active", "Active"
        BROKEN = "broken", "Not working"
        DISCONNECTED = "disconnected", "Disconnected"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: chosen by members, since an organisation may have several accounts
    name = models.CharField(max_length=120, default="Greenhouse")
    #: the account's own name (v3 only)
    account_name = models.CharField(max_length=200, default="", blank=True)
    api = models.CharField(max_length=2, choices=Api.choices)
    state = models.CharField(max_length=15, choices=State.choices, default=State.INCOMPLETE)
    #: encrypted JSON: {"key"} for v1; {"client_id", "client_secret", "act_as"} for v3
    credential = models.TextField()
    #: encrypted JSON: {"access_token", "renew_at"}; v3 only
    token = models.TextField(default="", blank=True)
    #: lease of the worker that mints a token (greenhouse.sync.harvest)
    token_lease_until = models.DateTimeField(null=True)
    #: the unguessable part of the endpoint URL
    endpoint_key = models.CharField(max_length=64, unique=True)
    #: the Greenhouse user that an admin chose as author of notes without a recruiter
    note_author_remote_id = models.BigIntegerField(null=True)
    #: when a note was last written, the only proof of the permission
    writing_tested_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()
    connected_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    last_event_at = models.DateTimeField(null=True)
    last_call_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)
    last_error_at = models.DateTimeField(null=True)
    #: deliveries with a wrong signature, usually because the secret key is wrong
    refused_count = models.PositiveIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)
    #: when permissions are next checked (greenhouse.setup.permissions); None: now
    check_at = models.DateTimeField(null=True)
    #: start of the last finished reconciliation pass
    reconciled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"connection {self.pk}"

    def place(self, column: str) -> str:
        return f"greenhouse_connection.{column}:{self.uid}:{self.organisation_id}"

    def seal(self, column: str, plain: str) -> str:
        return seal_stored(plain, place=self.place(column))

    def unseal(self, column: str, sealed: str) -> str:
        return crypto.unseal(sealed, place=self.place(column))

    def set_credentials(self, credentials: V1Credentials | V3Credentials) -> None:
        """Set the credential and drop the token of the previous one. Doesn't save."""
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
        plain = json.loads(self.unseal("credential", self.credential))
        if self.api == self.Api.V1:
            return V1Credentials(plain["key"])
        return V3Credentials(plain["client_id"], plain["client_secret"], act_as=plain["act_as"])

    def opens(self, *, now: datetime) -> bool:
        """Whether the configured field keys decrypt the credential and all valid secret keys."""
        secrets = WebhookSecret.valid(self, now=now).values_list("secret", flat=True)
        sealed = [("credential", self.credential), *(("webhook_secret", secret) for secret in secrets)]
        return all(crypto.opens(value, place=self.place(column)) for column, value in sealed)


class WebhookSecret(OrganisationOwned):
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    secret = models.TextField()
    created_at = models.DateTimeField()
    #: None: until further notice
    valid_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"secret key {self.pk}"

    @classmethod
    def add(cls, connection: Connection, plain: str, *, now: datetime) -> "WebhookSecret":
        return cls.objects.create(
            organisation_id=connection.organisation_id,
            connection=connection,
            secret=connection.seal("webhook_secret", plain),
            created_at=now,
        )

    def reveal(self) -> str:
        return self.connection.unseal("webhook_secret", self.secret)

    @classmethod
    def valid(cls, connection: Connection, *, now: datetime) -> "models.QuerySet[WebhookSecret]":
        return cls.all_valid(now=now).filter(connection=connection)

    @classmethod
    def all_valid(cls, *, now: datetime) -> "models.QuerySet[WebhookSecret]":
        ends = models.Q(valid_until=None) | models.Q(valid_until__gt=now)
        return cls.objects.across_organisations().filter(ends).order_by("-pk")


def sealed_secrets() -> list[tuple[str, str]]:
    """Credentials and secret keys of all connections in use, as (associated data, encrypted value)."""
    live = Connection.objects.across_organisations().exclude(state=Connection.State.DISCONNECTED)
    secrets = WebhookSecret.objects.across_organisations().filter(connection__in=live)
    return [
        *((connection.place("credential"), connection.credential) for connection in live),
        *(
            (secret.connection.place("webhook_secret"), secret.secret)
            for secret in secrets.select_related("connection")
        ),
    ]


class Webhook(OrganisationOwned):
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="webhooks")
    #: our code for the event ("candidate_stage_change"); empty for an unknown ping
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


class CallTally(OrganisationOwned):
    """The number of calls in one hour with one outcome, for the health page."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="call_tallies")
    hour = models.DateTimeField()
    #: "ok", or the kind of an error in `client.errors` ("rate_limited", "forbidden", ...)
    outcome = models.CharField(max_length=30)
    calls = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["connection", "hour", "outcome"], name="call_tally_once"),
        )

    def __str__(self) -> str:
        return f"{self.calls} x {self.outcome}"


class RateWindow(OrganisationOwned):
    """The current window of the rate limit, shared by all workers of a connection (greenhouse.sync.rate_limit)."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="rate_window")
    #: number of the window since the epoch, for windows of this API's length
    number = models.BigIntegerField(default=0)
    limit = models.PositiveIntegerField(null=True)
    remaining = models.IntegerField(null=True)
    blocked_until = models.DateTimeField(null=True)
    #: last call for a person, after which background work pauses briefly
    person_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.remaining} of {self.limit}"


class Delivery(OrganisationOwned):
    class State(models.TextChoices):
        RECEIVED = "received", "Waiting"
        HANDLED = "handled", "Handled"
        FAILED = "failed", "Failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="deliveries")
    #: Greenhouse-Event-ID; not signed, may be missing
    event_id = models.CharField(max_length=200, null=True)
    action = models.CharField(max_length=60, default="", blank=True)
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: attempts that failed because of the delivery, or whose worker died; too many make it *failed*
    faults = models.PositiveSmallIntegerField(default=0)
    #: when it is due; while leased, the end of the lease
    not_before = models.DateTimeField()
    #: while leased: the worker's database process, and the start of the lease by the database's clock
    leased_to = models.IntegerField(null=True)
    leased_at = models.DateTimeField(null=True)
    #: Greenhouse's ids, by which erasures find bodies
    remote_application_id = models.BigIntegerField(null=True)
    remote_candidate_id = models.BigIntegerField(null=True)
    outcome = models.TextField(default="", blank=True)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    #: the effects: [{"application": our id, "events": [names in flow.py]}, {"role": our id}]
    caused = models.JSONField(default=list)
    #: when the body was erased because its person was
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


class ActivityFeedNote(OrganisationOwned, Outbox):
    """The note of one report version, or a test note without a report. Its link is minted when it is posted."""

    class FailureReason(models.TextChoices):
        NONE = ""
        NOT_PERMITTED = "not_permitted"
        NOT_VISIBLE = "not_visible"
        DELETED = "deleted"
        NO_AUTHOR = "no_author"
        REFUSED = "refused"
        KEY = "key"
        DISCONNECTED = "disconnected"
        UNREACHABLE = "unreachable"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="activity_feed_notes")
    report = models.OneToOneField(
        Report, on_delete=models.CASCADE, related_name="activity_feed_note", null=True
    )
    #: Greenhouse's id of a test note's candidate; None for the note of a report
    candidate_remote_id = models.BigIntegerField(null=True)
    #: the code in the note's last line, which is searched for after an unknown outcome
    marker = models.CharField(max_length=20)
    visibility = models.CharField(max_length=12)
    author_remote_id = models.BigIntegerField(null=True)
    remote_id = models.BigIntegerField(null=True)
    #: the last attempt may have written the note, so search for it before posting again
    outcome_unknown = models.BooleanField(default=False)
    failure_reason = models.CharField(
        max_length=20, choices=FailureReason.choices, default=FailureReason.NONE, blank=True
    )
    #: refusals for lack of a permission; several within an hour make the note fail
    refusals = models.PositiveSmallIntegerField(default=0)
    search_duplicates_at = models.DateTimeField(null=True)
    #: Greenhouse's ids of other notes with the same marker
    duplicate_remote_ids = models.JSONField(default=list)
    duplicates_seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(report=None, candidate_remote_id__isnull=False)
                | models.Q(report__isnull=False, candidate_remote_id=None),
                name="note_report_or_test",
            ),
        )
        indexes = (
            models.Index(
                fields=["not_before"], name="note_due", condition=models.Q(state__in=["queued", "sending"])
            ),
            models.Index(
                fields=["search_duplicates_at"],
                name="note_duplicates_due",
                condition=models.Q(search_duplicates_at__isnull=False),
            ),
            models.Index(
                fields=["organisation", "created_at"],
                name="note_needs_person",
                condition=models.Q(state="failed")
                | (~models.Q(duplicate_remote_ids=[]) & models.Q(duplicates_seen_at=None)),
            ),
        )

    def __str__(self) -> str:
        return f"note for {self.marker}"

    @property
    def counted_attempts(self) -> int:
        """Attempts without refusals, which have their own count."""
        return self.attempts - self.refusals


class Reconciliation(OrganisationOwned):
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
    lease_until = models.DateTimeField()
    #: applications to compare, and compared so far, for the progress bar
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    #: where another worker continues an interrupted pass (reconciliation.passes.Pass); only ids and numbers
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
    class Kind(models.TextChoices):
        MISSED_INVITATION = "missed_invitation"
        MISSED_CHANGE = "missed_change"
        MISSED_END = "missed_end"
        #: not reported by the four required webhooks, such as an undone rejection or a new address
        NOT_REPORTED = "not_reported"
        NOT_VISIBLE = "not_visible"
        #: the id belongs to another person in Greenhouse (greenhouse.sync.identity)
        OTHER_PERSON = "other_person"
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
    entered_at = models.DateTimeField(null=True)
    #: describes the change without names of people
    sentence = models.TextField()
    found_at = models.DateTimeField()
    #: when a member clicked *Invite*; Greenhouse is read again before the invitation goes out
    invite_requested_at = models.DateTimeField(null=True)
    invite_requested_by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    #: unreadable responses of Greenhouse since *Invite* was clicked, and when to try again
    attempts = models.PositiveSmallIntegerField(default=0)
    try_again_at = models.DateTimeField(null=True)
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
