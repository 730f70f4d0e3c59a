"""How the calls to Greenhouse went: gathered while a client is in use, added to `CallTally` at its end.

Only counts and seconds are kept: no path, no text, no secret.
"""

import logging
import threading
import time
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import DatabaseError, transaction
from django.db import connection as database

from goodword.core import clock
from goodword.greenhouse.client import Exchange, UnexpectedShape
from goodword.greenhouse.models import CallTally, Connection
from goodword.greenhouse.sync import meter

log = logging.getLogger(__name__)

OK, UNEXPECTED = "ok", "unexpected_shape"

#: by status; what is not here is `invalid` (4xx) or `unexpected_shape` (3xx), as the client's tree of errors has it
_OUTCOMES = {
    HTTPStatus.UNAUTHORIZED: "unauthorised",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.GONE: "not_found",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
    HTTPStatus.REQUEST_TIMEOUT: "unavailable",
}

#: seconds after which a client that is used for long adds up what it has
FLUSH_EVERY = 30.0

#: how long the hours are kept
KEPT = timedelta(days=30)

_ADD = """
INSERT INTO greenhouse_calltally (organisation_id, connection_id, hour, outcome, calls, seconds)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (connection_id, hour, outcome) DO UPDATE
SET calls = greenhouse_calltally.calls + excluded.calls, seconds = greenhouse_calltally.seconds + excluded.seconds
"""


def outcome_of(exchange: Exchange) -> str:
    """How an exchange ended: `ok`, or the name of an error in the client's tree."""
    status = exchange.where.status
    if isinstance(exchange.failure, UnexpectedShape):
        return UNEXPECTED
    if exchange.failure is not None or status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "unavailable"
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return OK
    otherwise = UNEXPECTED if status < HTTPStatus.BAD_REQUEST else "invalid"
    return _OUTCOMES.get(HTTPStatus(status), otherwise) if status in set(HTTPStatus) else otherwise


class Tally:
    """The calls of one client. `count` is its `watch`; `flush` at its end, also after an error."""

    def __init__(self, connection: Connection) -> None:
        self._key = (connection.organisation_id, connection.pk)
        self._v1 = connection.api == Connection.Api.V1
        self._works = False
        self.called = False
        """True with the first exchange."""
        self._lock = threading.Lock()
        self._gathered: dict[tuple[datetime, str], tuple[int, float]] = {}
        self._flushed = time.monotonic()

    def count(self, exchange: Exchange) -> None:
        """Add one exchange."""
        meter.count()
        self.called = True
        outcome = outcome_of(exchange)
        self._works = self._works or outcome == OK
        if outcome == "unauthorised" and self._v1 and self._works:
            outcome = "forbidden"  # v1 answers 401 for a missing permission, too
        self._add(outcome, 1, exchange.seconds)
        if time.monotonic() - self._flushed > FLUSH_EVERY:
            self.flush()

    def unreadable(self) -> None:
        """The last answer was counted as good and could not be read."""
        with self._lock:
            hour = max((hour for hour, outcome in self._gathered if outcome == OK), default=None)
            if hour is None:
                return
            calls, took = self._gathered[hour, OK]
            self._gathered[hour, OK] = (calls - 1, took)
        self._add(UNEXPECTED, 1, 0.0)

    def flush(self) -> None:
        """Add what was gathered to the rows. What the database refuses is lost: it is only for the health page."""
        with self._lock:
            gathered, self._gathered = self._gathered, {}
            self._flushed = time.monotonic()
        if not gathered or database.needs_rollback:
            return
        organisation_id, connection_id = self._key
        try:
            with transaction.atomic(), database.cursor() as cursor:
                for (hour, outcome), (calls, seconds) in sorted(gathered.items()):
                    cursor.execute(_ADD, [organisation_id, connection_id, hour, outcome, calls, seconds])
        except DatabaseError:
            log.exception("The tally of calls could not be kept")

    def _add(self, outcome: str, calls: int, seconds: float) -> None:
        key = (clock.now().replace(minute=0, second=0, microsecond=0), outcome)
        with self._lock:
            before, took = self._gathered.get(key, (0, 0.0))
            self._gathered[key] = (before + calls, took + seconds)


def prune(*, now: datetime) -> int:
    """Remove old hours. Returns how many rows."""
    return CallTally.objects.across_organisations().filter(hour__lt=now - KEPT).delete()[0]
