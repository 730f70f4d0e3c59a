"""`goodword returned-mail`: handles a returned message from standard input. It exits with 0 or 75, since with any other
status the mail server would bounce the message."""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from goodword.notifications.domain.bounces import Returned

#: "try again later" (EX_TEMPFAIL of sysexits.h): the mail server keeps the message
TRY_LATER: Final = 75
#: processor time for one message; the slowest known ones take less than one
MOST_SECONDS: Final = 20.0


class TooLong(BaseException):
    """Reading the message took too long. Not an Exception, so that no `except Exception` catches it."""


def main(*, sent_to: str) -> int:
    """Handle a returned message. Returns 0, even if it is unreadable, or 75 if the settings or the database are
    missing."""
    os.environ.setdefault("PGCONNECT_TIMEOUT", "20")
    try:
        import django

        django.setup()
        from goodword.core import clock
        from goodword.notifications.domain import bounces

        raw = _standard_input(bounces.MOST_BYTES)
        now = clock.now()
    except Exception as error:  # noqa: BLE001 - a traceback would make the mail server return the message
        return _later(error)
    try:
        with _limited_time():
            found = bounces.read_returned(raw, sent_to=sent_to)
    except (Exception, TooLong) as error:  # noqa: BLE001 - as above; retrying would not help
        _say(f"This message cannot be read ({type(error).__name__}).")
        return 0
    return _keep(found, now=now)


def _keep(found: "Returned", *, now: datetime) -> int:
    from goodword.core import installation
    from goodword.core.environment import SettingError
    from goodword.notifications.domain.bounces import keep_returned

    if found.email_id is None:
        _say("This message is not about a mail from Goodword.")
        return 0
    try:
        if installation.mode():
            raise SettingError("This database is a copy.")
        keep_returned(found, now=now)
    except Exception as error:  # noqa: BLE001 - as above
        return _later(error)
    _say(f"Mail {found.email_id}: {found.outcome}.")
    return 0


def _standard_input(most: int) -> bytes:
    """Return the first bytes of the input, but read it all: the mail server would retry if it can't write the rest."""
    raw = b""
    while piece := sys.stdin.buffer.read(64 * 1024):
        raw += piece[: max(0, most - len(raw))]
    return raw


@contextlib.contextmanager
def _limited_time() -> Iterator[None]:
    def end(_: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code.co_name == "__del__" or "importlib" in frame.f_code.co_filename:
                return  # Python would ignore it or leave a module half imported, so wait for the next signal
            frame = frame.f_back
        raise TooLong

    collects = gc.isenabled()
    gc.disable()  # an exception raised during garbage collection would be ignored too
    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS, MOST_SECONDS / 10)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if collects:
            gc.enable()


def _later(error: Exception) -> int:
    _say(f"goodword: {type(error).__name__}: {error}", error=True)
    return TRY_LATER


def _say(text: str, *, error: bool = False) -> None:
    """Print one line. A closed pipe must not change the exit status."""
    stream = sys.stderr if error else sys.stdout
    try:
        print(text.encode("ascii", "replace").decode(), file=stream, flush=True)
    except (OSError, ValueError, AttributeError):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # else flushing at exit would fail
