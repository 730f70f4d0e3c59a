"""Work on what came in: the body is a hint, Harvest is the truth, and the outcome is a sentence."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import OperationalError, transaction

from goodword.core import crypto
from goodword.greenhouse.client import (
    Forbidden,
    HarvestError,
    NotFound,
    RateLimited,
    Unauthorised,
    Unavailable,
)
from goodword.greenhouse.inbox import payload
from goodword.greenhouse.inbox.claim import Lost, claim, postpone, settle
from goodword.greenhouse.inbox.concerned import concerned
from goodword.greenhouse.inbox.webhooks import register
from goodword.greenhouse.models import Connection, InboxEvent
from goodword.greenhouse.sync.application import TooBusy, sync_applications

log = logging.getLogger(__name__)

HANDLED, FAILED = InboxEvent.State.HANDLED, InboxEvent.State.FAILED

#: not the delivery's fault: it waits until Greenhouse can be used again, however long
NOT_ITS_FAULT = (Unavailable, RateLimited, Unauthorised, Forbidden, NotFound)

#: after so many tries a delivery that we cannot cope with is *failed* and shown
TRIES = 5


def work_one(*, now: datetime, resting: set[int]) -> bool:
    """Work on the next delivery that is due; False if there is none.

    A connection that Greenhouse refuses or that cannot be reached is added to `resting`, so that the caller
    does not run the whole inbox against a closed door.
    """
    event = claim(now=now, resting=resting)
    if event is None:
        return False
    try:
        _attempt(event, now=now, resting=resting)
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
        postpone(event, outcome="Waiting: the database was busy.", now=now)
    except Lost:
        raise
    except Exception as error:  # the border: one delivery that we cannot cope with must not stop the others
        log.exception("%s could not be worked on", event)
        why = f"Goodword could not work on this delivery ({type(error).__name__})."
        _again_or_failed(event, f"{why} Replay it once the cause is mended.", now=now)


def _again_or_failed(event: InboxEvent, why: str, *, now: datetime) -> None:
    if event.attempts >= TRIES:
        settle(event, state=FAILED, outcome=why, now=now)
    else:
        postpone(event, outcome=why, now=now)


def _handle(event: InboxEvent, *, now: datetime) -> None:
    connection = event.connection
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
    remote_ids, reason = concerned(delivery, connection=connection)
    if not remote_ids:
        settle(event, state=HANDLED, outcome=reason, now=now)
        return
    sync_applications(
        connection,
        remote_ids,
        now=now,
        hint=replace(delivery.hint, received_at=event.received_at),
        settle=lambda outcomes: settle(event, state=HANDLED, outcome=" ".join(outcomes), now=now),
    )
