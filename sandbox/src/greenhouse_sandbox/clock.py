"""The sandbox's own clock: real time plus an offset that the control plane can move."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the sandbox's time. It runs at the speed of real time; only its offset can be changed."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """The sandbox's present moment, aware, in UTC, in whole milliseconds (what Harvest shows)."""
        moment = datetime.now(UTC) + self.offset
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def set(self, moment: datetime) -> None:
        """Let the clock show `moment` (aware) from now on."""
        self.offset = moment - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock by `by`, which may be negative."""
        self.offset += by


def milliseconds(moment: datetime | None) -> str | None:
    """Harvest's form of a timestamp: UTC, ISO 8601, three decimals, `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(moment: datetime | None) -> str | None:
    """The webhooks' form of a timestamp: UTC, ISO 8601, whole seconds, `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
