"""The last API calls, for whoever wants to see what a client did."""

from collections import deque
from datetime import datetime
from typing import Any

from flask import Request, Response

from greenhouse_sandbox.clock import milliseconds

KEPT = 2000


class CallLog:
    """A bounded list of calls; no header and no body is kept, so no secret is."""

    def __init__(self) -> None:
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def record(self, request: Request, response: Response, now: datetime) -> None:
        """Keep one call and its outcome."""
        self._calls.append(
            {
                "at": milliseconds(now),
                "method": request.method,
                "path": request.path,
                "query": {name: text for name, text in request.args.items() if name != "client_secret"},
                "status": response.status_code,
                "request_id": response.headers.get("X-Request-Id"),
            }
        )

    def list(self, path: str = "") -> list[dict[str, Any]]:
        """Calls under `path`, oldest first."""
        return [call for call in list(self._calls) if call["path"].startswith(path)]

    def clear(self) -> None:
        """Forget all."""
        self._calls.clear()
