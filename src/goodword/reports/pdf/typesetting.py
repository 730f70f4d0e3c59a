"""The program that typesets and signs reports: Typst, fontTools and pyHanko with everything they load.

`typesetter.py` starts it with the seconds that a request may take, the bytes of memory that it may use and the folders
of system fonts. It reads requests from standard input and answers on standard output, one JSON object per line, until
standard input ends. So it doesn't outlive its parent, and a parent that is asked to stop can finish a report. It
imports no Django.
"""

import base64
import json
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

from goodword.reports.pdf.fonts import Coverage, load_fonts
from goodword.reports.pdf.logo import ReportLogo, draw

TEMPLATE: Final = Path(__file__).parent / "template"
STANDARDS: Final[list[Any]] = ["ua-1", "a-2a"]
#: number of compilations for which Typst keeps its intermediate results, eight megabytes a report
_REMEMBERED: Final = 10
_MOST_FRAMES: Final = 10


class Lines(logging.Handler):
    """Collects log lines for the parent, which has the handlers."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._lines: list[tuple[int, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:  # without its message, which may quote texts
            text += f" ({type(record.exc_info[1]).__name__}: {', '.join(_frames(record.exc_info[1]))})"
        self._lines.append((record.levelno, record.name, text))

    def taken(self) -> list[tuple[int, str, str]]:
        lines, self._lines = self._lines, []
        return lines


def main(seconds: float, memory: int, *system_folders: str) -> None:
    _limit_memory(memory)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})  # blocked if a web process started this one
    signal.setitimer(signal.ITIMER_REAL, seconds)
    answers = os.fdopen(os.dup(1), "wb")
    # Nothing else may write to standard output. If Typst panics, its message may quote a person's answers.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    lines = Lines()
    logging.basicConfig(level=logging.WARNING, handlers=[lines])
    for line in sys.stdin.buffer:
        signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends the process, whatever it is doing
        answer = _answer(json.loads(line), system_folders) | {"log": lines.taken()}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit_memory(most: int) -> None:
    """Limit this process's memory. Without a limit, the kernel might end another process instead, such as PostgreSQL. A
    lower limit of the service stays, since only root could raise it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _answer(request: dict[str, Any], system_folders: tuple[str, ...]) -> dict[str, Any]:
    try:
        return {"result": _ACTS[request["act"]](request, system_folders)}
    except Exception as error:  # noqa: BLE001 - only this request fails, and the parent logs it
        return {"error": type(error).__name__, "message": str(error), "at": _frames(error)}


def _frames(error: BaseException) -> list[str]:
    frames = extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def _fonts(request: dict[str, Any], system_folders: tuple[str, ...]) -> dict[str, Any]:  # noqa: ARG001
    fonts = load_fonts(system_folders)
    return {
        "families": fonts.families,
        "coverage": [_text(Coverage.of(codes).bitmap) for codes in fonts.coverage],
        "problems": fonts.problems,
    }


def _typeset(request: dict[str, Any], system_folders: tuple[str, ...]) -> str:
    import typst

    fonts = load_fonts(system_folders)
    file: bytes = typst.compile(
        TEMPLATE / "main.typ",
        root=TEMPLATE,
        font_paths=fonts.typst,
        format="pdf",
        sys_inputs=request["inputs"],
        pdf_standards=STANDARDS,
        timestamp=datetime.fromisoformat(request["made_at"]),
    )
    for _ in range(_REMEMBERED):  # so that Typst forgets this report; about one millisecond each
        typst.compile(b"", font_paths=fonts.typst, format="pdf")
    return _text(file)


def _can_draw(request: dict[str, Any], system_folders: tuple[str, ...]) -> bool:  # noqa: ARG001
    return draw(ReportLogo(request["data"], request["form"]), "pdf") is not None


def _sign(request: dict[str, Any], system_folders: tuple[str, ...]) -> tuple[str, str]:  # noqa: ARG001
    from goodword.reports.signing.pades import sign_pdf  # takes 0.5 s, so not before the first report

    content, covered = sign_pdf(
        base64.b64decode(request["pdf"]),
        certificate=base64.b64decode(request["certificate"]),
        chain=[base64.b64decode(issuer) for issuer in request["chain"]],
        key=base64.b64decode(request["key"]),
        now=datetime.fromisoformat(request["now"]),
    )
    return _text(content), covered


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


_ACTS: Final[dict[str, Callable[[dict[str, Any], tuple[str, ...]], Any]]] = {
    "fonts": _fonts,
    "typeset": _typeset,
    "can_draw": _can_draw,
    "sign": _sign,
}

if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
    os._exit(0)  # without first freeing a hundred megabytes
