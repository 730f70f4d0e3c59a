"""Limits the threads that send mail, so that a slow mail server does not block a worker's other jobs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

#: seconds after which a mail counts as slow, and others no longer wait for it
SLOW = 5
#: seconds that a mail waits for a slot
PATIENCE = 2

_free = threading.Condition()
_begun: list[float] = []


@contextmanager
def slot() -> Iterator[bool]:
    """One of half the worker's threads. False if all are taken; the mail then waits for the sweep."""
    mine = time.monotonic()
    with _free:
        got = _free.wait_for(lambda: len(_begun) < _most(), timeout=_patience(mine))
        if got:
            _begun.append(mine)
    try:
        yield got
    finally:
        if got:
            with _free:
                _begun.remove(mine)
                _free.notify()


def _most() -> int:
    return max(1, settings.GOODWORD_WORKER_CONCURRENCY // 2)


def _patience(now: float) -> float:
    return 0 if _begun and min(now - begun for begun in _begun) > SLOW else PATIENCE
