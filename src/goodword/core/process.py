"""This process: setting up Django, stopping, notifying systemd, memory and stack."""

import ctypes
import gc
import linecache
import logging
import os
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from types import TracebackType
from typing import Final

import django

#: seconds before systemd is notified again after a failure
_AGAIN: Final = 1.0
#: holds a frame of 256 kB, for which CPython allocates 512 kB; the rest is for further calls
_SLOTS = 32 * 1024
#: from glibc's mallopt(3)
_M_ARENA_MAX = -8

_requested = threading.Event()
log = logging.getLogger(__name__)


class Stopped(BaseException):
    """This worker is stopping; another one will continue. Not an `Exception`, so handlers of single rows don't catch
    it."""


def request_stop() -> None:
    _requested.set()


def stop_requested() -> bool:
    return _requested.is_set()


def check_stop() -> None:
    """Raise Stopped if a stop was requested. Call it between rows or batches, when finished work is stored."""
    if _requested.is_set():
        raise Stopped


def pause(seconds: float) -> None:
    """Sleep. Raises Stopped as soon as a stop is requested."""
    if _requested.wait(max(seconds, 0.0)):
        raise Stopped


class Notifier:
    """Notifies systemd, for units with `Type=notify`, `NotifyAccess=all` and, optionally, `WatchdogSec`."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        watchdog = int(environment.get("WATCHDOG_USEC") or 0) / 1e6
        #: seconds between two messages; one is enough without a watchdog
        self.interval = watchdog / 3 if watchdog else float("inf")
        self._next = 0.0 if self._address else float("inf")

    @property
    def is_wanted(self) -> bool:
        return bool(self._address)

    def alive(self) -> None:
        """Call this from the watched loop at least once per interval."""
        now = time.monotonic()
        if now < self._next:
            return
        # a name that begins with @ is in the abstract namespace
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages:
                messages.sendto(b"READY=1\nWATCHDOG=1", address)
        except OSError:  # nobody is listening, which must not end the program
            self._next = now + _AGAIN
        else:
            self._next = now + self.interval


def set_up() -> None:
    """Set up Django without garbage collection, which would take a seventh of the time."""
    _limit_arenas()
    gc.disable()
    try:
        django.setup()
    finally:
        gc.enable()
    if threading.excepthook is threading.__excepthook__:  # not replaced by a test runner
        sys.excepthook = log_uncaught
        threading.excepthook = lambda found: log_uncaught(
            found.exc_type, found.exc_value, found.exc_traceback
        )
        sys.unraisablehook = log_ignored
        warnings.showwarning = log_warning  # type: ignore[assignment]  # always called with six arguments


def log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Log an uncaught exception like everything else. Python would print its message, which may quote names."""
    if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    log.critical("An unexpected error ends this program or thread", exc_info=(kind, error, trace))


def log_ignored(found: "sys.UnraisableHookArgs") -> None:
    """Like `log_uncaught`, for an exception that Python ignores, as in a finaliser."""
    error = found.exc_value or found.exc_type()
    log.error("An error was ignored", exc_info=(type(error), error, found.exc_traceback))


def log_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: object
) -> None:
    """Like `log_uncaught`, for a warning, whose message may quote a value. The line of code says what it is about."""
    warning = message if isinstance(message, Warning) else category(message)
    code = linecache.getline(filename, lineno).strip() or "source not found"
    log.warning("A warning at %s:%d (%s)", filename, lineno, code, exc_info=(category, warning, None))


def _limit_arenas() -> None:
    """Limit glibc to one heap, before the first thread. With one per thread, each would keep its peak memory."""
    with suppress(AttributeError):  # other C libraries have no such call
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def trim() -> None:
    """Return free memory to the system, which takes two milliseconds."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def freeze() -> None:
    """Exclude all current objects from garbage collection, which would pause some requests for a tenth of a second."""
    gc.collect()
    gc.freeze()


def in_one_piece[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` and everything it calls on one chunk of Python's stack.

    CPython keeps call frames in chunks of 16 KiB. It allocates a chunk when a call doesn't fit into the last one, and
    frees it when that call returns. A loop deep in Django that calls across such a boundary does this on each
    iteration, which takes a tenth of a page's time. The releases of 2026 keep one spare chunk
    (https://github.com/python/cpython/issues/142183): delete this function once older ones are unsupported.

    A chunk is rounded up to a power of two above its first frame, so this function claims a large frame.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=_SLOTS)
    return wraps(function)(call)
