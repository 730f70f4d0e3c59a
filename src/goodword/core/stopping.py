"""Cooperative shutdown: long work checks between batches whether this process is stopping.

Only a worker is ever stopped this way; elsewhere `check` does nothing and `pause` is a sleep.
"""

import threading

_requested = threading.Event()


class Stopped(BaseException):
    """The process is stopping; another worker continues the work.

    Not an `Exception`, so that code which survives any error in a single row lets it through.
    """


def request() -> None:
    """Ask all work in this process to stop."""
    _requested.set()


def requested() -> bool:
    return _requested.is_set()


def check() -> None:
    """Raise Stopped if asked to. Call it between rows or batches, when finished work is stored."""
    if _requested.is_set():
        raise Stopped


def pause(seconds: float) -> None:
    """Sleep. Raises Stopped as soon as asked to."""
    if _requested.wait(max(seconds, 0.0)):
        raise Stopped
