"""Cooperative shutdown: long work checks between batches whether this worker is stopping."""

import threading

_requested = threading.Event()


class Stopped(BaseException):
    """This worker is stopping; another one continues. Not an `Exception`, so handlers of single rows let it pass."""


def request() -> None:
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
