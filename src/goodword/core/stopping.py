"""Whether this process is to end: long work asks between its batches and waits only as long as it may go on.

Only a worker is ever asked to stop; elsewhere `check` does nothing and `pause` is a sleep.
"""

import threading

_asked = threading.Event()


class Stopped(BaseException):
    """The work is to end here, so that another worker can go on with it.

    No `Exception`: a border that copes with whatever one row does must let this through.
    """


def ask() -> None:
    """Ask all work of this process to end."""
    _asked.set()


def asked() -> bool:
    """Whether it is to end."""
    return _asked.is_set()


def check() -> None:
    """Raise Stopped if it is to end: between two rows or batches, where everything done is kept."""
    if _asked.is_set():
        raise Stopped


def pause(seconds: float) -> None:
    """Wait so long. Raises Stopped as soon as it is to end."""
    if _asked.wait(max(seconds, 0.0)):
        raise Stopped
