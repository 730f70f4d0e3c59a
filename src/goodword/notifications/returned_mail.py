"""`goodword returned-mail`: one returned message from standard input, as a mail server's pipe alias gives it.

Anybody can send mail to this address, so every message is handled quickly and with one of two exit statuses: mail
servers take others for "return this", and that message would come back here in its turn.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from goodword.notifications.domain.returned import Returned

#: "try again later" to every mail server (EX_TEMPFAIL of sysexits.h): it keeps the message
TRY_LATER: Final = 75
#: of a processor, for one message; the longest that are known take less than one
MOST_SECONDS: Final = 20.0


class TooLong(BaseException):
    """Reading the message took too long. No `except Exception` on the way holds it up."""


def main(*, sent_to: str) -> int:
    """Take the message and say in one line what it came to.

    The status is 0 also for what is no returned message and for what cannot be read. 75 when the settings or the
    database are not there.
    """
    os.environ.setdefault("PGCONNECT_TIMEOUT", "20")
    try:
        import django

        django.setup()
        from goodword.core import clock
        from goodword.notifications.domain import returned

        raw = _standard_input(returned.MOST_BYTES)
        now = clock.now()
    except Exception as error:  # noqa: BLE001 - the border to a mail server: a traceback would return the message
        return _later(error)
    try:
        with _limited_time():
            found = returned.read(raw, sent_to=sent_to)
    except (Exception, TooLong) as error:  # noqa: BLE001 - as above; a later try would not read it either
        _say(f"This message cannot be read ({type(error).__name__}).")
        return 0
    return _keep(found, now=now)


def _keep(found: "Returned", *, now: datetime) -> int:
    from goodword.notifications.domain.returned import keep

    if found.email_id is None:
        _say("This is about no mail of Goodword.")
        return 0
    try:
        keep(found, now=now)
    except Exception as error:  # noqa: BLE001 - as above
        return _later(error)
    _say(f"Mail {found.email_id}: {found.said}.")
    return 0


def _standard_input(most: int) -> bytes:
    """Its first bytes. The rest is read and dropped, since a mail server that cannot write to its end tries again."""
    raw = b""
    while piece := sys.stdin.buffer.read(64 * 1024):
        raw += piece[: max(0, most - len(raw))]
    return raw


@contextlib.contextmanager
def _limited_time() -> Iterator[None]:
    def end(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _later(error: Exception) -> int:
    _say(f"goodword: {type(error).__name__}: {error}", error=True)
    return TRY_LATER


def _say(text: str, *, error: bool = False) -> None:
    """One line, if anybody listens; a closed pipe is no reason for another status."""
    stream = sys.stderr if error else sys.stdout
    try:
        print(text.encode("ascii", "replace").decode(), file=stream, flush=True)
    except (OSError, ValueError, AttributeError):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), stream.fileno()
            )  # so that flushing at the end fails no more
