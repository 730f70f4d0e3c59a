"""How many calls to Greenhouse one piece of work makes, whatever clients it uses on its way."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Meter:
    """The calls so far."""

    calls: int = 0


_running: ContextVar[Meter | None] = ContextVar("greenhouse_meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Count the calls that are made in the block, by this thread."""
    meter = Meter()
    token = _running.set(meter)
    try:
        yield meter
    finally:
        _running.reset(token)


def count() -> None:
    """One call was made."""
    meter = _running.get()
    if meter is not None:
        meter.calls += 1
