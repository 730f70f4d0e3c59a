"""A test clock that only sleeping moves."""

from datetime import UTC, datetime, timedelta


class Moments:
    """Starts at a window's beginning; remembers every wait, in seconds."""

    def __init__(self) -> None:
        self.present = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        self.waits: list[float] = []

    def now(self) -> datetime:
        """The present moment."""
        return self.present

    def sleep(self, seconds: float) -> None:
        """Let time pass without waiting for it."""
        self.waits.append(seconds)
        self.present += timedelta(seconds=seconds)
