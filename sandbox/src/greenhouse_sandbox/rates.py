from dataclasses import dataclass
from datetime import datetime
from math import ceil


@dataclass(frozen=True)
class Allowance:
    limit: int
    remaining: int
    allowed: bool
    seconds_left: int

    def headers(self, prefix: str, reset: int, how: str) -> dict[str, str]:
        """The headers with `prefix`, and `reset` in epoch seconds. No headers without a limit, since 0 would mean "no
        calls at all"."""
        if how == "absent" or (how == "sent" and not self.limit):
            return {}
        zero = how == "zero"
        return {
            f"{prefix}-Limit": "0" if zero else str(self.limit),
            f"{prefix}-Remaining": "0" if zero else str(self.remaining),
            f"{prefix}-Reset": str(reset),
        }


class RateWindows:
    """Counts requests by caller and window. Hold the store's lock."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}

    def count(self, caller: str, *, limit: int, window_seconds: int, now: datetime) -> Allowance:
        """Count a request. With a limit of 0, all requests are allowed."""
        moment = now.timestamp()
        window = int(moment // window_seconds)
        known_window, used = self._counts.get(caller, (window, 0))
        used = used + 1 if known_window == window else 1
        self._counts[caller] = (window, used)
        left = max(1, ceil((window + 1) * window_seconds - moment))
        return Allowance(
            limit=limit,
            remaining=max(0, limit - used),
            allowed=limit == 0 or used <= limit,
            seconds_left=left,
        )

    def clear(self) -> None:
        self._counts.clear()
