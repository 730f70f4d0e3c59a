"""Cooperative shutdown: long work checks between batches whether this process is stopping.

Only a worker is ever stopped this way; elsewhere `check` does nothing and `pause` is a sleep.
"""

import threading

_asked = threading.Event()


class Stopped(BaseException):
    """Work has to stop here, and another worker continues it.

    Not an `Exception`, so that code which survives any error in a single row lets it through.
    """


def ask() -> None:
    """Ask all work in this process to stop."""
    _asked.set()


def asked() -> bool:
    """Whether `ask` was called."""
    return _asked.is_set()


def check() -> None:
    """Raise Stopped if asked to. Call it between rows or batches, when finished work is stored."""
    if _asked.is_set():
        raise Stopped


def pause(seconds: float) -> None:
    """Sleep. Raises Stopped as soon as asked to."""
    if _asked.wait(max(seconds, 0.0)):
        raise Stopped
