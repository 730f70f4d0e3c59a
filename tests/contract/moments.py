"""A test clock that moves only by sleeping."""

from datetime import UTC, datetime, timedelta


class Moments:
    """Starts at the beginning of a window, and records every wait in seconds."""

    def __init__(self) -> None:
        self.present = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self.present

    def sleep(self, seconds: float) -> None:
        """Advance the clock."""
        self.waits.append(seconds)
        self.present += timedelta(seconds=seconds)
