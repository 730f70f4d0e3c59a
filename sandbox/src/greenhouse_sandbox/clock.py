from datetime import UTC, datetime, timedelta

#: later moments would leave no room for due times
YEARS = range(1971, 9000)


class Clock:
    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        moment = datetime.now(UTC) + self.offset
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def set(self, moment: datetime) -> None:
        """Raises ValueError unless the moment is within YEARS."""
        if moment.astimezone(UTC).year not in YEARS:
            raise ValueError(f"the clock goes from {YEARS[0]} to {YEARS[-1]}")
        self.offset = moment - datetime.now(UTC)

    def advance(self, by: timedelta) -> None:
        """`by` may be negative. Raises ValueError unless this leads to a moment within YEARS."""
        try:
            self.set(datetime.now(UTC) + self.offset + by)
        except OverflowError as error:
            raise ValueError(f"the clock goes from {YEARS[0]} to {YEARS[-1]}") from error


def milliseconds(moment: datetime | None) -> str | None:
    """Format as in Harvest: UTC, ISO 8601, milliseconds, `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(moment: datetime | None) -> str | None:
    """Format as in webhooks: UTC, ISO 8601, seconds, `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
