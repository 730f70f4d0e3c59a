"""The log of what happened, and its dispatch to the handlers that flow.py lists.

A domain function writes its row and records its event in one transaction; each handler is then a Reaction row and a
job, written in that same transaction. A rollback therefore leaves nothing. A handler runs in a transaction together
with its row: run twice, it acts once. The row decides about further tries (`core.reactions`), so the job takes none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from goodword.core import clock, database, jobs
from goodword.core.models import Event, Reaction

Handler = Callable[[Event], None]
Flow = Mapping[str, Sequence[Handler]]

#: tries of a reaction that fails; then a person is needed
TRIES = 8

#: seconds before the second try; each further wait is so many times as long, about 6 hours in all
WAIT = 4

#: for so long a reaction may wait for a worker before the sweep looks whether its job is still there
LOST_AFTER = timedelta(minutes=1)

_heard: ContextVar[list[Event] | None] = ContextVar("goodword.events.heard", default=None)


@contextmanager
def hearing() -> Iterator[list[Event]]:
    """The events that are recorded within the block, by whatever it calls; also those of what is rolled back."""
    heard: list[Event] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def record(
    name: str,
    *,
    organisation_id: int,
    at: datetime,
    actor: str,
    application_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Write the event and defer one job per handler, in the caller's transaction.

    Raises RuntimeError outside a transaction (the row it tells of could then be lost without it), KeyError for
    a name that flow.py does not know.
    """
    event = Event(
        name=name,
        organisation_id=organisation_id,
        application_id=application_id,
        actor=actor,
        data=dict(data or {}),
        occurred_at=at,
    )
    record_all([event])
    return event


def record_all(events: Sequence[Event]) -> None:
    """Write several new events in their order; see `record`."""
    if not transaction.get_connection().in_atomic_block:
        names = ", ".join(event.name for event in events)
        raise RuntimeError(f"{names} must be recorded in the transaction of the row that it tells of.")
    handled = [(event, name_of(handler)) for event in events for handler in _flow()[event.name]]
    Event.objects.bulk_create(events)
    heard = _heard.get()
    if heard is not None:
        heard.extend(events)
    Reaction.objects.bulk_create(
        Reaction(event=event, handler=handler, not_before=event.occurred_at + LOST_AFTER)
        for event, handler in handled
    )
    react.defer_each({"event_id": event.pk, "handler": handler} for event, handler in handled)


@jobs.job(name="event.react", priority=jobs.REACTION, swept_by="event.sweep")
def react(*, event_id: int, handler: str) -> None:
    """Let one handler deal with one event, once. What it raises counts as a try, unless it is an outage."""
    event = Event.objects.filter(pk=event_id).first()
    if event is None:  # erased since
        return
    # one that was taken out of flow.py since has nothing to do any more
    found = next((h for h in _flow().get(event.name, ()) if name_of(h) == handler), None)
    try:
        with transaction.atomic():
            row = _locked(event, handler)
            if row is None:
                return
            if found is not None:
                found(event)
            Reaction.objects.filter(pk=row.pk).update(
                state=Reaction.State.DONE, done_at=clock.now(), not_before=None, error=""
            )
    except Exception as error:
        if not database.is_outage(error):
            _failed(event, handler, error)
        raise


def _locked(event: Event, handler: str) -> Reaction | None:
    """The row, locked, if it waits; None if it is done or failed, or if another worker has it just now."""
    waiting = Reaction.objects.filter(event=event, handler=handler, state=Reaction.State.WAITING)
    row = waiting.select_for_update(skip_locked=True).first()
    if row is None and not Reaction.objects.filter(event=event, handler=handler).exists():
        row, _ = Reaction.objects.get_or_create(event=event, handler=handler)  # a job without a row
    return row


def _failed(event: Event, handler: str, error: Exception) -> None:
    with transaction.atomic():
        row = _locked(event, handler)
        if row is None:
            return
        row.tries += 1
        row.error = type(error).__name__[:100]
        if row.tries >= TRIES:
            row.state, row.not_before = Reaction.State.FAILED, None
        else:
            row.not_before = clock.now() + timedelta(seconds=WAIT**row.tries)
        row.save(update_fields=["tries", "error", "state", "not_before"])


def name_of(handler: Handler) -> str:
    """A handler's stable name, "module.function" below goodword."""
    return f"{handler.__module__.removeprefix('goodword.')}.{handler.__qualname__}"


@cache
def _flow() -> Flow:
    flow: Flow = import_string(settings.GOODWORD_FLOW)
    return flow
