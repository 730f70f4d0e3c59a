"""Typesets and signs reports in a child process, which runs `typesetting.py`.

Its libraries and fonts take 100 MB, and a fault in one of them ends the process that it runs in. Each process that
makes reports has its own child, which exits after a minute without requests. Certificates' private keys are
only ever passed through its pipe (docs/decisions/0057-*).
"""

import atexit
import base64
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from goodword.reports.pdf import fonts
from goodword.reports.pdf.fonts import Coverage, FontsMissingError

#: without a request, until the child ends
IDLE_SECONDS: Final = 60.0
#: limit for a request; a long report takes a fifth of a second
MOST_SECONDS: Final = 120.0
#: limit for the process, in bytes; six references with a hundred answers of 10,000 characters each take 1.5 GB
MOST_MEMORY: Final = 2 * 1024**3
_PROGRAM: Final = "goodword.reports.pdf.typesetting"
#: settings with secrets that the child doesn't need
_SECRET: Final = ("GOODWORD_", "DATABASE_URL", "PGPASSWORD")

log = logging.getLogger(__name__)


class TypesetterFailed(RuntimeError):
    """The child process can't be started, ended, or failed for a reason that isn't in the report."""


class _EndedError(TypesetterFailed):
    """The child ended instead of answering."""


class TypesettingError(RuntimeError):
    """Typst refuses this report. The message quotes its text, so don't log it."""


class SigningError(RuntimeError):
    """The file can't be signed with this key and certificate. The message says why."""


@dataclass(frozen=True, slots=True)
class FontList:
    """`families`, in the order tried, and what each `coverage` can draw. `problems`: sentences for admins about fonts
    that can't be used."""

    families: tuple[str, ...]
    coverage: tuple[Coverage, ...]
    problems: tuple[str, ...]


class Typesetter:
    """Runs one request at a time, in any thread. If the child ends without answering, a new one tries once more."""

    def __init__(
        self,
        *,
        idle_seconds: float = IDLE_SECONDS,
        most_seconds: float = MOST_SECONDS,
        most_memory: int = MOST_MEMORY,
    ) -> None:
        self._idle_seconds, self._most_seconds, self._most_memory = idle_seconds, most_seconds, most_memory
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._fonts: FontList | None = None  # the current child's
        self._idle_from = 0.0
        self._logged: set[str] = set()

    @property
    def pid(self) -> int | None:
        process = self._process  # read once: another thread may end it
        return None if process is None else process.pid

    def fonts(self) -> FontList:
        """Return the fonts. Raises FontsMissingError and TypesetterFailed."""
        with self._lock:
            if self._fonts is None:
                result = self._ask("fonts")
                self._fonts = FontList(
                    families=tuple(result["families"]),
                    coverage=tuple(Coverage(base64.b64decode(encoded)) for encoded in result["coverage"]),
                    problems=tuple(result["problems"]),
                )
            return self._fonts

    def typeset(self, inputs: Mapping[str, str], *, made_at: datetime) -> bytes:
        """The PDF of these `sys.inputs` of the template. Raises TypesettingError, FontsMissingError and
        TypesetterFailed."""
        with self._lock:
            file = self._ask("typeset", inputs=inputs, made_at=made_at.isoformat())
        return base64.b64decode(file)

    def can_draw(self, *, data: str, form: str) -> bool:
        """Whether Typst can draw this logo. Raises TypesetterFailed."""
        with self._lock:
            return bool(self._ask("can_draw", data=data, form=form))

    def sign(
        self, pdf: bytes, *, certificate: bytes, chain: Sequence[bytes], key: bytes, now: datetime
    ) -> tuple[bytes, str]:
        """The signed file, and the SHA-256 (hex) of what the signature covers. Raises SigningError and
        TypesetterFailed."""
        with self._lock:
            content, covered = self._ask(
                "sign",
                pdf=_text(pdf),
                certificate=_text(certificate),
                chain=[_text(issuer) for issuer in chain],
                key=_text(key),
                now=now.isoformat(),
            )
        return base64.b64decode(content), covered

    def end(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, act: str, **arguments: Any) -> Any:
        line = json.dumps({"act": act, **arguments}).encode() + b"\n"
        try:
            answer = self._answer(line)
        except _EndedError:
            answer = self._answer(line)
        for level, name, text in answer["log"]:
            if text not in self._logged:  # each child reports the same problems with fonts
                self._logged.add(text)
                logging.getLogger(name).log(level, "%s", text)
        if "error" in answer:
            raise _error(act, answer)
        return answer["result"]

    def _answer(self, line: bytes) -> dict[str, Any]:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(line)
                process.stdin.flush()
            answer = process.stdout.readline()
        except BaseException:  # such as Ctrl-C: the next request must not read this answer
            process.kill()
            self._end()
            raise
        self._idle_from = time.monotonic()
        if answer.endswith(b"\n"):
            found: dict[str, Any] = json.loads(answer)
            return found
        status = self._end()
        if status == -signal.SIGALRM:
            raise TypesetterFailed(
                f"The typesetting process took more than {self._most_seconds:.0f} seconds."
            )
        ended = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        log.warning("The typesetting process %s", ended)
        raise _EndedError(f"The typesetting process {ended}.")

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}
        limits = (str(self._most_seconds), str(self._most_memory))
        try:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-m", _PROGRAM, *limits, *fonts.SYSTEM_FOLDERS],
                env=kept | {"PYTHONPATH": os.pathsep.join(sys.path)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        except OSError as error:
            raise TypesetterFailed(f"The typesetting process can't be started: {error.strerror}.") from error
        self._process, self._fonts, self._idle_from = process, None, time.monotonic()
        threading.Thread(target=self._end_when_idle, args=(process,), name="typesetter", daemon=True).start()
        return process

    def _end_when_idle(self, process: subprocess.Popen[bytes]) -> None:
        wait = self._idle_seconds
        while wait > 0:
            time.sleep(wait)
            with self._lock:
                if self._process is not process:
                    return
                wait = self._idle_from + self._idle_seconds - time.monotonic()
                if wait <= 0:
                    self._end()

    def _end(self) -> int:
        """Close the child's standard input, which ends it, and return its exit status."""
        process, self._process, self._fonts = self._process, None, None
        if process is None:
            return 0
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()
        return process.wait()


def _error(act: str, answer: Mapping[str, Any]) -> Exception:
    message = str(answer["message"])
    if answer["error"] == FontsMissingError.__name__:
        return FontsMissingError(message)
    if answer["error"] == "TypstError":
        return TypesettingError(message)
    log.error("%s in the typesetting process: %s", answer["error"], ", ".join(answer["at"]))
    reason = message or str(answer["error"])
    return SigningError(reason) if act == "sign" else TypesetterFailed(reason)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


typesetter: Final = Typesetter()
atexit.register(typesetter.end)


def font_problems() -> tuple[str, ...]:
    """Sentences for admins."""
    try:
        return typesetter.fonts().problems
    except FontsMissingError as error:
        return (str(error),)
    except TypesetterFailed:
        log.exception("The fonts of reports can't be checked")
        return ("The fonts can't be checked. Details are in the log.",)
