"""One process at a time runs the server of a data directory: a file lock that dies with its holder."""

import fcntl
import json
import os
from dataclasses import dataclass
from typing import Any

from .errors import AlreadyRunningError
from .layout import Layout


@dataclass
class Lock:
    """A held lock; `previous` is what the last holder noted (empty after a clean stop)."""

    descriptor: int
    previous: dict[str, Any]

    def note(self, **facts: Any) -> None:
        """Write down who holds the lock and what the next holder must clean up after a crash."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps(facts).encode(), 0)

    def release(self) -> None:
        """Let the next process have it. Call once, after the server has ended."""
        os.ftruncate(self.descriptor, 0)
        os.close(self.descriptor)


def _facts(descriptor: int) -> dict[str, Any]:
    try:
        facts = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:  # empty, or cut short by a crash
        return {}
    return facts if isinstance(facts, dict) else {}


def take(layout: Layout) -> Lock:
    """Take the lock. Raises `AlreadyRunningError`, naming the holder, when another process has it."""
    # Python opens it close-on-exec, so the server itself never inherits (and so never keeps) the lock.
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        facts = _facts(descriptor)
        os.close(descriptor)
        who = f"`{facts.get('who', 'goodword')}`"
        process = f" (process {facts['pid']})" if "pid" in facts else ""
        raise AlreadyRunningError(
            f"The database in {layout.home} is already run by {who}{process}. "
            "Stop that one first, or set GOODWORD_DATA to another directory."
        ) from error
    return Lock(descriptor, _facts(descriptor))
