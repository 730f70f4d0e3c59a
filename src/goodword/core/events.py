"""The log of what happened.

A domain function writes its row and records its event in one transaction. The handlers of an event are listed in
flow.py and run by core.reactions.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import transaction

from goodword.core import reactions
from goodword.core.models import Event

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
    """Write the event and a reaction for each of its handlers, in the caller's transaction.

    Raises RuntimeError outside a transaction (the row could then be lost without its event), KeyError for a name
    that flow.py does not know.
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
    handlers = [reactions.handlers_of(event.name) for event in events]
    Event.objects.bulk_create(events)
    heard = _heard.get()
    if heard is not None:
        heard.extend(events)
    reactions.queue([(event, name) for event, names in zip(events, handlers, strict=True) for name in names])
