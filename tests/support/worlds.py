"""Helpers that need a whole world are for tests outside `make quick`: see docs/testing.md."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import pytest

#: markers of tests that may use such helpers
MARKERS = ("world", "main_case", "browser", "programs", "proxy", "slow", "exhaustive")

_running: list[pytest.Item] = []
_preparing: list[bool] = []


def whole_world[**P, R](helper: Callable[P, R]) -> Callable[P, R]:
    """Decorates a helper. It fails tests without one of the markers, unless it prepares rows for many tests."""

    @wraps(helper)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        for item in _running:
            if not _preparing and not any(item.get_closest_marker(name) for name in MARKERS):
                pytest.fail(
                    f"{helper.__name__} needs a whole world: mark the test `world`, or `main_case` if it is the main "
                    "case of a behaviour (docs/testing.md)."
                )
        return helper(*args, **kwargs)

    return checked


@contextmanager
def running(item: pytest.Item) -> Iterator[None]:
    _running.append(item)
    try:
        yield
    finally:
        _running.remove(item)


@contextmanager
def preparing() -> Iterator[None]:
    """A context in which rows are prepared once for many tests."""
    _preparing.append(True)
    try:
        yield
    finally:
        _preparing.pop()
