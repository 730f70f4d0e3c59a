"""Side effects stored as rows: claim the row (*sending*), act outside any transaction, settle the row.

A worker that dies between claim and settlement leaves the row as *sending*. The sweep finds it by its age, and the app
decides whether it is safe to act twice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import models, transaction

from goodword.core import installation


class Outbox(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        CANCELLED = "cancelled"

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def counted_attempts(self) -> int:
        """Attempts that count towards giving up."""
        return self.attempts


#: states in which a claimed row can be; the sweep may have released it
_IN_HAND = frozenset({Outbox.State.SENDING.value, Outbox.State.QUEUED.value})

#: delays after temporary failures, unless the app has its own; after the last one, the row fails and a person is
#: notified
RETRY_DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))


def claim[R: Outbox](
    model: type[R], pk: int, *, now: datetime, related: Sequence[str] = ("organisation",)
) -> R | None:
    """Claim a row, with its `related` rows. Returns None if it isn't due or this database is a copy."""
    with transaction.atomic(savepoint=False):
        row = (
            model._default_manager.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .select_related(*related)
            .filter(~installation.not_working(), pk=pk, state=Outbox.State.QUEUED, not_before__lte=now)
            .first()
        )
        if row is None:
            return None
        row.state = Outbox.State.SENDING
        row.attempts += 1
        row.claimed_at = now
        row.save(update_fields=["state", "attempts", "claimed_at"])
        return row


def settle_sent(row: Outbox, *, now: datetime, **columns: object) -> bool:
    """Mark it as sent, even if it has been cancelled. Returns False if another worker has claimed the row."""
    among = _IN_HAND | {Outbox.State.CANCELLED.value}
    return _settle(row, Outbox.State.SENT, {"settled_at": now, "last_error": "", **columns}, among=among)


def settle_failed(row: Outbox, *, now: datetime, error: str, **columns: object) -> bool:
    """Mark it as failed, so that only a person can retry it. Returns False if another worker has claimed the row."""
    return _settle(row, Outbox.State.FAILED, {"settled_at": now, "last_error": error, **columns})


def settle_cancelled(row: Outbox, *, now: datetime, error: str) -> bool:
    """Cancel it. `error`: the reason. Returns False if another worker has claimed the row."""
    return _settle(row, Outbox.State.CANCELLED, {"settled_at": now, "last_error": error})


def settle_retry(
    row: Outbox,
    *,
    now: datetime,
    error: str,
    wait: timedelta | None = None,
    delays: Sequence[timedelta] = RETRY_DELAYS,
    **columns: object,
) -> bool:
    """Try again after the next delay, or after `wait`. Returns True if this was the last attempt and the row failed."""
    if row.counted_attempts > len(delays):
        return settle_failed(row, now=now, error=error, **columns)
    settle_later(row, error=error, at=now + (wait or delays[row.counted_attempts - 1]), **columns)
    return False


def settle_later(row: Outbox, *, error: str, at: datetime, **columns: object) -> bool:
    """Requeue it for `at`. Returns False if another worker has claimed the row."""
    values = {"settled_at": None, "last_error": error, "not_before": at, **columns}
    return _settle(row, Outbox.State.QUEUED, values)


def give_back(row: Outbox, *, now: datetime) -> None:
    """Undo a claim that wasn't used, without counting an attempt. The time of the claim stays, so that
    `future_times.moved_back` can tell whether the clock was ahead."""
    _settle(row, Outbox.State.QUEUED, {"attempts": row.attempts - 1, "not_before": now})


def still_claimed[R: Outbox](row: R) -> models.QuerySet[R]:
    """The claimed row, unless it was cancelled or claimed by another worker. Use it just before acting."""
    rows: models.QuerySet[R] = type(row)._default_manager.filter(
        pk=row.pk, state=Outbox.State.SENDING, attempts=row.attempts
    )
    return rows


def _settle(
    row: Outbox, state: str, columns: Mapping[str, object], *, among: Collection[str] = _IN_HAND
) -> bool:
    """Write the outcome unless the row was cancelled or claimed again. `attempts` tells claims apart."""
    values = {"state": state, **columns}
    mine = type(row)._default_manager.filter(pk=row.pk, state__in=among, attempts=row.attempts)
    if not mine.update(**values):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True
