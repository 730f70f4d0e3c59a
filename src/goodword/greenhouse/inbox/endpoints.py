"""Webhook endpoints with their signing keys, cached for two seconds."""

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from goodword.core import crypto
from goodword.greenhouse.models import Connection, WebhookSecret

log = logging.getLogger(__name__)

#: seconds after which one request reads the endpoint again, and after which it is forgotten
FRESH, KNOWN = 1.0, 2.0
#: endpoints to remember
MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`all_open` is False if a field key is missing: a signature that matches no key may then still be right."""

    connection: Connection
    keys: list[str]
    all_open: bool


# --- what this process remembers ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Seen:
    endpoint: Endpoint
    at: float
    #: whether a request is on its way that reads it again
    is_renewed: bool = False


@dataclass(slots=True)
class _Memory:
    seen: dict[str, _Seen] = field(default_factory=dict)
    #: counts the changes by this process: what was read before one is not remembered after it
    changes: int = 0
    #: monotonic time before which nothing is remembered
    rests_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


_memory = _Memory()


def changes() -> int:
    """The number of changes so far. Read it before `find_endpoint` and pass it to `remember`."""
    return _memory.changes


def remember(endpoint_key: str, endpoint: Endpoint, *, since: int) -> None:
    """Cache it, once a delivery of it has been stored."""
    now = time.monotonic()
    with _memory.lock:
        if since != _memory.changes or now < _memory.rests_until:
            return
        if len(_memory.seen) >= MOST:
            _memory.seen.clear()
        _memory.seen[endpoint_key] = _Seen(endpoint, now)


def known(endpoint_key: str) -> Endpoint | None:
    seen = _memory.seen.get(endpoint_key)
    return seen.endpoint if seen is not None and time.monotonic() - seen.at < KNOWN else None


def is_known(endpoint_key: str) -> bool:
    """Whether the endpoint is cached. After FRESH seconds, one request is told no, so that it refreshes the cache."""
    seen = _memory.seen.get(endpoint_key)
    if seen is None:
        return False
    age = time.monotonic() - seen.at
    if age >= FRESH and not seen.is_renewed:
        seen.is_renewed = True
        return False
    return age < KNOWN


def forget(*, rest: float = 0.0) -> None:
    """Clear the cache, after a change of connections or keys or a database error. `rest`: seconds without caching."""
    with _memory.lock:
        _memory.changes += 1
        _memory.seen.clear()
        _memory.rests_until = max(_memory.rests_until, time.monotonic() + rest)


# --- what the database says -------------------------------------------------------------------------------------


def find_endpoint(endpoint_key: str, *, now: datetime) -> Endpoint | None:
    connection = (
        Connection.objects.across_organisations()
        .filter(endpoint_key=endpoint_key)
        .exclude(state=Connection.State.DISCONNECTED)
        .first()
    )
    if connection is None:
        _memory.seen.pop(endpoint_key, None)
        return None
    keys, all_open = [], True
    for secret in WebhookSecret.valid(connection, now=now):
        secret.connection = connection  # saves a query
        try:
            keys.append(secret.reveal())
        except crypto.CannotOpen as error:
            log.error("The %s of %s cannot be decrypted: %s", secret, connection, error)
            all_open = False
    if not keys and all_open:
        _memory.seen.pop(endpoint_key, None)
        return None
    return Endpoint(connection=connection, keys=keys, all_open=all_open)
