from collections import deque
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from greenhouse_sandbox.clock import milliseconds

KEPT = 2000


class CallLog:
    """The latest calls, without headers and bodies, which may contain secrets."""

    def __init__(self) -> None:
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def record(
        self,
        *,
        method: str,
        path: str,
        query: str,
        status: int | None,
        request_id: str | None,
        now: datetime,
        fault: str | None = None,
    ) -> None:
        """`fault`: the injected fault, if any. `status`: None if there was no response."""
        self._calls.append(
            {
                "at": milliseconds(now),
                "method": method,
                "path": path,
                "query": {
                    name: text
                    for name, text in parse_qsl(query, keep_blank_values=True)
                    if name != "client_secret"
                },
                "status": status,
                "request_id": request_id,
                "fault": fault,
            }
        )

    def list(self, path: str = "") -> list[dict[str, Any]]:
        """Calls under `path`, oldest first."""
        return [call for call in list(self._calls) if call["path"].startswith(path)]

    def clear(self) -> None:
        self._calls.clear()
