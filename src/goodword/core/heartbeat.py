"""The workers' heartbeat: a row with the time when any worker was last seen.

Written by a separate thread over its own connection until the process ends, so that neither long jobs nor a busy pool
delay it.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

import psycopg
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from procrastinate.contrib.django.utils import connector_params

from goodword.core.database import first_line, is_outage
from goodword.core.models import Heartbeat

log = logging.getLogger(__name__)

WORKER = "worker"

#: seconds between two heartbeats
EVERY = 5.0

#: without a heartbeat for this long, pages say that no worker is running
MISSING = timedelta(minutes=1)

_BEAT = """
INSERT INTO core_heartbeat (program, seen_at) VALUES (%s, now())
ON CONFLICT (program) DO UPDATE SET seen_at = now()
"""


def silent_for() -> timedelta | None:
    """Time since the last heartbeat of any worker; None if there never was one.

    By the database's clock, which wrote the row: hosts' clocks differ, and the demo's clock moves.
    """
    silence = ExpressionWrapper(Now() - F("seen_at"), output_field=DurationField())
    found: timedelta | None = (
        Heartbeat.objects.filter(program=WORKER)
        .annotate(silence=silence)
        .values_list("silence", flat=True)
        .first()
    )
    return found


@dataclass(frozen=True, slots=True)
class Missing:
    """No worker has run for `minutes`; None if none ever ran."""

    minutes: int | None


def missing() -> Missing | None:
    """None while a worker is running."""
    silence = silent_for()
    if silence is None:
        return Missing(None)
    return Missing(silence // timedelta(minutes=1)) if silence > MISSING else None


class Heart(threading.Thread):
    """Beats until it is stopped, whatever the database does. A context manager.

    `also` is called with the open connection at each beat, for other regular checks; `broken` when the database
    answers with an error that waiting does not fix.
    """

    def __init__(
        self,
        also: Callable[[psycopg.Connection], None] | None = None,
        *,
        broken: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._also = also
        self._broken = broken
        self._over = threading.Event()
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(2 * EVERY)

    def run(self) -> None:
        lost = False
        while not self._over.is_set():
            try:
                self._beat()
            except psycopg.Error as error:
                self._close()
                if self._broken is not None and not is_outage(error):
                    self._broken()
                if not lost:
                    log.warning("No heartbeat: %s", first_line(error))
                    lost = True
                    continue  # the server may have closed only this connection
            else:
                if lost:
                    log.warning("The heartbeat goes on")
                lost = False
            self._over.wait(EVERY)
        self._close()

    def _beat(self) -> None:
        if self._connection is None:
            self._connection = connect()
        self._connection.execute(_BEAT, [WORKER])
        if self._also is not None:
            self._also(self._connection)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect() -> psycopg.Connection:
    """A connection with Django's settings, and timeouts for a network that drops packets."""
    given: dict[str, Any] = {name: value for name, value in connector_params().items() if name != "pool"}
    options = f"{given.get('options', '')} -c statement_timeout=5000".strip()
    limits = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "options": options}
    return psycopg.connect(**given | limits, autocommit=True)
