"""Rows of the core: the event log, what reacted to it, heartbeats, canaries of field keys, the clock's offset."""

from datetime import timedelta

from django.db import models


class ClockOffset(models.Model):
    """How far the clock stands ahead of the system's; a single row, only in demo and tests."""

    offset = models.DurationField(default=timedelta(0))


class Heartbeat(models.Model):
    """When a kind of program was last seen, by the database's clock; one row a kind, whatever number of them runs."""

    program = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField()


class FieldKeyCanary(models.Model):
    """A known text sealed with a field key that has sealed secrets here: opens only with that very key."""

    key_id = models.CharField(max_length=100, unique=True)
    sealed = models.TextField()

    def __str__(self) -> str:
        return f"canary of {self.key_id}"


class Event(models.Model):
    """Something that happened, append-only; written in the transaction that made it true.

    `organisation_id` and `application_id` are plain numbers: the core knows no other app. `data` holds ids and
    plain facts, never answers or addresses, so that the log survives an erasure.
    """

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
    """That a handler has dealt with an event; inserted in the handler's own transaction, so it happens once."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="reactions")
    handler = models.CharField(max_length=120)
    done_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["event", "handler"], name="reaction_once"),)
