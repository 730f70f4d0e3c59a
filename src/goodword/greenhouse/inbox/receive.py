"""Take a delivery in: find the endpoint, check the signature, keep the body. No work is done here."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from goodword.core import crypto
from goodword.greenhouse.inbox import payload
from goodword.greenhouse.models import Connection, InboxEvent, WebhookSecret

log = logging.getLogger(__name__)

#: how fine the time of the last event is kept: a burst of hundreds must not queue for one row
LAST_EVENT_GRAIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A connection and those of its valid secret keys that can be decrypted."""

    connection: Connection
    keys: list[str]
    #: false if a field key is missing: a signature that matches no key may then still be right
    all_open: bool


def endpoint(endpoint_key: str, *, now: datetime) -> Endpoint | None:
    """The connection of an endpoint and its valid secret keys; None if deliveries must not be accepted.

    Fails closed: no such endpoint, a connection that has ended, or no valid key.
    """
    connection = (
        Connection.objects.across_organisations()
        .filter(endpoint_key=endpoint_key)
        .exclude(state=Connection.State.DISCONNECTED)
        .first()
    )
    if connection is None:
        return None
    keys, all_open = [], True
    for secret in WebhookSecret.valid(connection, now=now):
        secret.connection = connection  # its place; saves a query
        try:
            keys.append(secret.reveal())
        except crypto.CannotOpen as error:
            log.error("The %s of %s does not open: %s", secret, connection, error)
            all_open = False
    if not keys and all_open:
        return None
    return Endpoint(connection=connection, keys=keys, all_open=all_open)


def refuse(connection: Connection, *, now: datetime) -> None:
    """Count a delivery whose signature is wrong. Nothing of it is kept."""
    Connection.objects.across_organisations().filter(pk=connection.pk).update(
        refused_count=F("refused_count") + 1, refused_at=now
    )


def keep(connection: Connection, *, body: bytes, event_id: str, now: datetime) -> bool:
    """Keep a signed delivery durably. True if it is new and waits to be worked on.

    An event id that was kept before changes nothing. The id is not signed and may be missing; the same body
    under another id is kept again and does no harm, because only what Harvest says has an effect. What
    cannot be understood is kept as *failed* with the reason.
    """
    values: dict[str, object] = {
        "organisation_id": connection.organisation_id,
        "body": body,
        "received_at": now,
        "not_before": now,
    }
    try:
        delivery = payload.read(body)
    except payload.Malformed as error:
        failed = {"state": InboxEvent.State.FAILED, "outcome": str(error), "handled_at": now}
        values |= {"action": error.action, **failed}
    except Exception as error:  # the border: whatever it is that came, it is kept, and Greenhouse is answered
        log.exception("A delivery of %s could not be read", connection)
        said = f"Goodword could not read this delivery ({type(error).__name__})."
        values |= {"state": InboxEvent.State.FAILED, "outcome": said, "handled_at": now}
    else:
        values |= {
            "action": delivery.action,
            "remote_application_id": delivery.application_id,
            "remote_candidate_id": delivery.candidate_id,
        }
    fresh = _insert(connection, event_id=event_id[:200], values=values)
    if connection.last_event_at is None or connection.last_event_at < now - LAST_EVENT_GRAIN:
        Connection.objects.across_organisations().filter(pk=connection.pk).update(last_event_at=now)
    return fresh and "state" not in values


def _insert(connection: Connection, *, event_id: str, values: dict[str, object]) -> bool:
    events = InboxEvent.objects.across_organisations()
    with transaction.atomic():
        if not event_id:
            events.create(connection=connection, **values)
            return True
        _, fresh = events.get_or_create(connection=connection, event_id=event_id, defaults=values)
        return fresh
