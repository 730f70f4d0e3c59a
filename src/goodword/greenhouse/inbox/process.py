"""Work on what came in: the body is a hint, Harvest is the truth, and the outcome is a sentence."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from goodword.core import crypto, stopping
from goodword.core.events import hearing
from goodword.greenhouse.client import (
    Forbidden,
    HarvestError,
    NotFound,
    RateLimited,
    Unauthorised,
    Unavailable,
)
from goodword.greenhouse.inbox import payload
from goodword.greenhouse.inbox.ahead import ahead_of
from goodword.greenhouse.inbox.caused import caused_by
from goodword.greenhouse.inbox.claim import Lost, Turn, claim, give_back, postpone, settle
from goodword.greenhouse.inbox.effects import carry_out
from goodword.greenhouse.inbox.together import claim_read, handle_together
from goodword.greenhouse.inbox.webhooks import register
from goodword.greenhouse.models import Connection, InboxEvent
from goodword.greenhouse.sync.applications import TooBusy

log = logging.getLogger(__name__)

HANDLED, FAILED = InboxEvent.State.HANDLED, InboxEvent.State.FAILED

#: not the delivery's fault: it waits until Greenhouse can be used again, however long
NOT_ITS_FAULT = (Unavailable, RateLimited, Unauthorised, Forbidden, NotFound)

#: after so many tries a delivery that we cannot cope with is *failed* and shown
TRIES = 5

#: others are in the way, or the worker ended: that passes more often than not
BUSY_TRIES = 8

WORKER_DIED = (
    "Goodword's worker ended each time that it worked on this delivery. Replay it once the cause is mended."
)


def work_one(turn: Turn, *, now: datetime) -> bool:
    """Handle the next due delivery, or the next batch if it was read ahead; False if there is none.

    A connection that Greenhouse refuses or that cannot be reached rests for this turn, so that the caller does not run
    the whole inbox against a closed door.
    """
    if read := claim_read(turn, now=now):
        left = [event for event, _ in read]
        try:
            left = handle_together(read, now=now)
        finally:  # also if the worker is to end
            give_back(turn, left, now=now)
        return True
    event = claim(turn, now=now)
    if event is None:
        return False
    try:
        _attempt(event, now=now, resting=turn.resting)
    except Lost:
        log.info("%s was taken over by another worker", event)
    return True


def _attempt(event: InboxEvent, *, now: datetime, resting: set[int]) -> None:
    try:
        _handle(event, now=now)
    except NOT_ITS_FAULT as error:
        resting.add(event.connection_id)
        said = timedelta(seconds=max(1.0, error.wait)) if isinstance(error, RateLimited) else None
        postpone(event, outcome=f"Waiting. {error.sentence} {error.remedy}", now=now, said=said)
    except crypto.CannotOpen as error:
        resting.add(event.connection_id)
        postpone(event, outcome=f"Waiting. {error}", now=now)
    except HarvestError as error:
        _again_or_failed(event, f"{error.sentence} {error.remedy}", now=now)
    except (TooBusy, OperationalError) as error:
        log.warning("%s waits: %s", event, error)
        _again_or_failed(event, "The database was busy.", now=now, tries=BUSY_TRIES)
    except stopping.Stopped:  # it waited for its turn with Greenhouse: the next worker takes it at once
        postpone(event, outcome=event.outcome, now=now, said=timedelta(0))
        raise
    except Lost:
        raise
    except Exception as error:  # the border: one delivery that we cannot cope with must not stop the others
        log.exception("%s could not be worked on", event)
        why = f"Goodword could not work on this delivery ({type(error).__name__})."
        _again_or_failed(event, f"{why} Replay it once the cause is mended.", now=now)


def _again_or_failed(event: InboxEvent, why: str, *, now: datetime, tries: int = TRIES) -> None:
    """Its own fault, so that it gives way to later ones of its application after its tries."""
    if event.faults >= tries:
        settle(event, state=FAILED, outcome=why, now=now)
    else:
        postpone(event, outcome=f"Waiting. {why}", now=now, fault=True)


def _handle(event: InboxEvent, *, now: datetime) -> None:
    connection = event.connection
    if event.faults > BUSY_TRIES:  # each claim counts as one until its worker says otherwise
        settle(event, state=FAILED, outcome=WORKER_DIED, now=now)
        return
    try:
        delivery = payload.read(bytes(event.body))
    except payload.Malformed as error:
        settle(event, state=FAILED, outcome=str(error), now=now)
        return
    if connection.state == Connection.State.DISCONNECTED:
        settle(event, state=HANDLED, outcome="Greenhouse was disconnected: no effect.", now=now)
        return
    if delivery.ping is not None:
        with transaction.atomic():
            settle(event, state=HANDLED, outcome=register(connection, delivery.ping, now=now), now=now)
        return
    delivery = replace(delivery, hint=replace(delivery.hint, received_at=event.received_at))
    with hearing() as heard:

        def done(outcomes: list[str], *, roles: Iterable[int] = ()) -> None:
            caused = caused_by(heard, roles=roles)
            settle(event, state=HANDLED, outcome=" ".join(outcomes), caused=caused, now=now)

        carry_out(
            delivery,
            connection=connection,
            now=now,
            settle=done,
            ahead=lambda: ahead_of(event, now=now),
        )
