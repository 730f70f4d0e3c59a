"""Tells systemd that this program is ready and alive: sd_notify(3), sd_watchdog_enabled(3)."""

import os
import socket
import time
from collections.abc import Mapping
from typing import Final

#: seconds until another try after a failure
_AGAIN: Final = 1.0


class Notifier:
    """For units with `Type=notify`, `NotifyAccess=all` and, optionally, `WatchdogSec`."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        watchdog = int(environment.get("WATCHDOG_USEC") or 0) / 1e6
        #: seconds between two messages; one is enough without a watchdog
        self.interval = watchdog / 3 if watchdog else float("inf")
        self._next = 0.0 if self._address else float("inf")

    @property
    def is_wanted(self) -> bool:
        return bool(self._address)

    def alive(self) -> None:
        """Call it from the loop whose progress is watched, at least once per interval."""
        now = time.monotonic()
        if now < self._next:
            return
        # a name that begins with @ is in the abstract namespace
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
                messages.sendto(b"READY=1\nWATCHDOG=1", address)
        except OSError:  # nobody listens: that must not end the program
            self._next = now + _AGAIN
        else:
            self._next = now + self.interval
