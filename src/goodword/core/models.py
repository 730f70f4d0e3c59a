import uuid
from datetime import timedelta
from typing import Any, Protocol

from django.db import models


class HasPk(Protocol):
    """An organisation, typed without importing its model."""

    pk: Any


class ClockOffset(models.Model):
    """The clock's offset from system time. There is a single row, and only in the demo and in tests."""

    offset = models.DurationField(default=timedelta(0))


class Heartbeat(models.Model):
    """The time when a kind of program was last seen, by the database's clock. One row per kind."""

    program = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField()


class FieldKeyCanary(models.Model):
    """A known text, sealed with a field key in use. Only that key can decrypt it."""

    key_id = models.CharField(max_length=100, unique=True)
    sealed = models.TextField()

    def __str__(self) -> str:
        return f"canary of {self.key_id}"


class Event(models.Model):
    """Append-only, written in the transaction of the change. Rows survive erasures: `data` has no personal data, except
    for rejection reasons, which an erasure removes (candidates.personal_data)."""

    organisation_id = models.BigIntegerField()
    application_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["application_id", "occurred_at"], name="event_timeline"),
            models.Index(fields=["organisation_id", "occurred_at"], name="event_organisation"),
        )

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Reaction(models.Model):
    """A task for one handler. It is set to *done* in the handler's transaction, so it takes effect once. A *failed* one
    needs a person."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="reactions")
    handler = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    #: attempts that weren't interrupted by a database outage or a worker shutdown
    attempts = models.PositiveSmallIntegerField(default=0)
    #: when to run it (again); null: now. While it runs: when another worker may take it over
    not_before = models.DateTimeField(null=True)
    #: type of the last exception; only the log has the message, since it may contain personal data
    error = models.CharField(max_length=100, default="", blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["event", "handler"], name="reaction_once"),)
        indexes = (
            models.Index(fields=["id"], name="reaction_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["event"], name="reaction_failed", condition=models.Q(state="failed")),
        )


class Installation(models.Model):
    """The mode and release of this database. There is a single row, written by core.installation."""

    class Mode(models.TextChoices):
        WORKING = "", "Working"
        RESTORING = "restoring", "Being restored"
        LOOKING = "looking", "For looking"
        MOVED = "moved", "Moved"

    #: the same in all copies of a database
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.WORKING, blank=True)
    mode_since = models.DateTimeField(null=True)
    restored_from = models.UUIDField(null=True)
    #: the release that last migrated it, and the oldest that can run on it (core.version)
    release = models.CharField(max_length=40, default="", db_default="", blank=True)
    oldest_release = models.CharField(max_length=40, default="", db_default="", blank=True)

    def __str__(self) -> str:
        return f"installation {self.uid}"


class ErasureEntry(models.Model):
    """The ids of an erasure, to erase the same people again after a restore (core.personal_data)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation_id = models.BigIntegerField()
    #: if a whole person was erased
    candidate_id = models.BigIntegerField(null=True)
    application_ids = models.JSONField(default=list)
    #: referees who were erased separately
    referee_ids = models.JSONField(default=list)
    whole_organisation = models.BooleanField(default=False)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"erasure {self.uid}"


class BackupRun(models.Model):
    """A backup. The row of a nightly backup is created before it starts."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    nightly = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    #: name; empty if written to standard output
    file = models.CharField(max_length=200, default="", blank=True)
    #: bytes
    size = models.BigIntegerField(null=True)
    error = models.TextField(default="", blank=True)

    def __str__(self) -> str:
        return f"backup of {self.started_at:%Y-%m-%d}"


class HashKey(models.Model):
    """The sealed key of keyed hashes. The field key that it was derived from may have been removed (core.crypto)."""

    purpose = models.CharField(max_length=60)
    #: id of that field key, which is also part of the hashes
    key_id = models.CharField(max_length=100)
    sealed = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["purpose", "key_id"], name="hash_key_once"),)

    def __str__(self) -> str:
        return f"{self.purpose} under {self.key_id}"
