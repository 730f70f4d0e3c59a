"""The log of what happened, and its dispatch to the handlers that flow.py lists.

A domain function writes its row and records its event in one transaction; each handler is then a job of its
own, deferred in that same transaction. A rollback therefore leaves neither event nor job. A handler runs in a
transaction together with its Reaction row: run twice, it acts once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from goodword.core import clock, jobs
from goodword.core.models import Event, Reaction

Handler = Callable[[Event], None]
Flow = Mapping[str, Sequence[Handler]]

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
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{name} must be recorded in the transaction of the row that it tells of.")
    handlers = _flow()[name]
    event = Event.objects.create(
        name=name,
        organisation_id=organisation_id,
        application_id=application_id,
        actor=actor,
        data=dict(data or {}),
        occurred_at=at,
    )
    heard = _heard.get()
    if heard is not None:
        heard.append(event)
    react.defer_each({"event_id": event.pk, "handler": name_of(handler)} for handler in handlers)
    return event


@jobs.job(name="event.react", retry=jobs.PATIENT, priority=jobs.REACTION)
def react(*, event_id: int, handler: str) -> None:
    """Let one handler deal with one event, once."""
    event = Event.objects.get(pk=event_id)
    found = next((h for h in _flow().get(event.name, ()) if name_of(h) == handler), None)
    if found is None:  # taken out of flow.py since: nothing is to be done any more
        return
    with transaction.atomic():
        # The unique key makes a second, simultaneous run wait here until the first has committed.
        _, fresh = Reaction.objects.get_or_create(
            event=event, handler=handler, defaults={"done_at": clock.now()}
        )
        if fresh:
            found(event)


def name_of(handler: Handler) -> str:
    """A handler's stable name, "module.function" below goodword."""
    return f"{handler.__module__.removeprefix('goodword.')}.{handler.__qualname__}"


@cache
def _flow() -> Flow:
    flow: Flow = import_string(settings.GOODWORD_FLOW)
    return flow
