"""What the health page says of the calls to Greenhouse: how they ended, and how much of the rate is used."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from goodword.greenhouse.client import V1_RATE, V3_RATE
from goodword.greenhouse.models import CallTally, Connection, RateWindow
from goodword.greenhouse.sync.tally import OK, UNEXPECTED

#: an outcome in the words of the health page
WORDS = {
    OK: "Answered",
    "unauthorised": "Key refused",
    "forbidden": "Not permitted",
    "not_found": "Not found",
    "invalid": "Not accepted",
    "rate_limited": "Too many calls",
    "unavailable": "No answer",
    UNEXPECTED: "Unreadable answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The calls that ended in one way, and the seconds that they took together."""

    name: str
    calls: int
    seconds: float

    @property
    def words(self) -> str:
        """The outcome for people."""
        return WORDS.get(self.name, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The calls since a full hour, by outcome; good ones first, then the most frequent."""

    since: datetime
    outcomes: tuple[Outcome, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(one.calls for one in self.outcomes)

    @property
    def failed(self) -> int:
        """Those that were not answered as hoped."""
        return sum(one.calls for one in self.outcomes if one.name != OK)

    @property
    def mean_seconds(self) -> float | None:
        """How long a call took; None where there was none."""
        return sum(one.seconds for one in self.outcomes) / self.total if self.total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHealth:
    """What the health page says of a connection's calls.

    `limit` and `remaining` are of the present window of `window` seconds; None as long as no answer told them.
    `share` is the part of the limit that is used, 0 to 1. `blocked_until`: Greenhouse has asked us to wait.
    """

    hour: Calls
    day: Calls
    window: float
    limit: int | None
    remaining: int | None
    share: float | None
    blocked_until: datetime | None


def call_health(connection: Connection, *, now: datetime) -> CallHealth:
    """How the connection's calls went in the last hour and day (counted by full hours), and its window's state."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    rate = V1_RATE if connection.api == Connection.Api.V1 else V3_RATE
    row = RateWindow.objects.across_organisations().filter(connection=connection).first()
    limit = row.limit if row else None
    remaining = None
    if row is not None and limit is not None:
        present = row.number >= int(now.timestamp() // rate.window) - 1  # clocks differ a little
        remaining = min(max(row.remaining or 0, 0), limit) if present else limit
    blocked = row.blocked_until if row and row.blocked_until and row.blocked_until > now else None
    return CallHealth(
        hour=_since(connection, hour - timedelta(hours=1)),
        day=_since(connection, hour - timedelta(hours=24)),
        window=rate.window,
        limit=limit,
        remaining=remaining,
        share=(limit - remaining) / limit if limit and remaining is not None else None,
        blocked_until=blocked,
    )


def _since(connection: Connection, since: datetime) -> Calls:
    rows = (
        CallTally.objects.across_organisations()
        .filter(connection=connection, hour__gte=since)
        .values("outcome")
        .annotate(many=Sum("calls"), took=Sum("seconds"))
    )
    found = [
        Outcome(name=row["outcome"], calls=row["many"], seconds=row["took"]) for row in rows if row["many"]
    ]
    found.sort(key=lambda one: (one.name != OK, -one.calls, one.name))
    return Calls(since=since, outcomes=tuple(found))
