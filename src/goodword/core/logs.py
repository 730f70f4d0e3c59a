"""Log lines, as text or JSON.

Lines contain the ids of their context: request, job, delivery, event, organisation. JSON lines contain no personal
data: exceptions are reduced to class and traceback without the message, SQL errors to code and constraint. Link and
endpoint tokens are removed from both formats.
"""

import copy
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.urls import ResolverMatch

#: names of URL arguments that are secret
SECRET_ARGUMENTS: Final = ("token", "endpoint_key", "uidb36", "key")
#: paths that contain a secret, to find them in texts and unknown paths
_SECRET_PATHS = re.compile(
    r"/(p|r|v|s|a|d|dr|e|i|m|t|hooks/greenhouse)/[A-Za-z0-9_-]{16,}|/(accounts/password/reset/key)/[A-Za-z0-9_-]+"
)
#: parts of unknown paths that are as long as a token
_LONG_PART = re.compile(r"(?<=/)[^/]{16,}")
_ADDRESS = re.compile(r"[^\s\"'<>(),:;@=]+@[^\s\"'<>(),:;@]+")
_MOST_FRAMES = 40
_BLOTTED = "[redacted]"

_about: ContextVar[Mapping[str, Any] | None] = ContextVar("goodword.logs.about", default=None)


@contextmanager
def about(**ids: Any) -> Iterator[None]:
    reset = _about.set({**(_about.get() or {}), **ids})
    try:
        yield
    finally:
        _about.reset(reset)


def note(**ids: Any) -> None:
    _about.set({**(_about.get() or {}), **ids})


def ids() -> Mapping[str, Any]:
    return _about.get() or {}


def redacted(text: str) -> str:
    return _SECRET_PATHS.sub(lambda found: f"/{found[1] or found[2]}/{_BLOTTED}", text)


def safe_path(path: str, match: ResolverMatch | None) -> str:
    """A request's path without secrets, according to the URL configuration."""
    if match is None:
        return _LONG_PART.sub(_BLOTTED, redacted(path))
    for name in SECRET_ARGUMENTS:
        if value := match.kwargs.get(name):
            path = path.replace(str(value), _BLOTTED)
    return path


def without_addresses(text: str) -> str:
    return _ADDRESS.sub("[address]", text)


def _plain(value: Any) -> Any:
    """An argument of a message. Errors and rows may contain names, so only their class and id are kept."""
    if isinstance(value, BaseException):
        return _name_of(value)
    if isinstance(value, Model):
        return f"{value._meta.object_name} {value.pk}"
    return value


def safe_message(record: logging.LogRecord) -> str:
    if isinstance(record.msg, BaseException):
        return _name_of(record.msg)
    line = copy.copy(record)
    if isinstance(line.args, Mapping):
        line.args = {key: _plain(value) for key, value in line.args.items()}
    elif line.args:
        line.args = tuple(_plain(value) for value in line.args)
    return without_addresses(redacted(line.getMessage()))


def _name_of(error: BaseException) -> str:
    state = getattr(error, "sqlstate", None)
    return type(error).__name__ + (f" ({state})" if state else "")


def described(error: BaseException) -> list[dict[str, Any]]:
    """An exception and its causes, outermost first, without their messages."""
    found: list[dict[str, Any]] = []
    one: BaseException | None = error
    while one is not None and len(found) < 10:
        facts: dict[str, Any] = {"type": f"{type(one).__module__}.{type(one).__qualname__}"}
        if state := getattr(one, "sqlstate", None):
            facts["sqlstate"] = state
            facts["constraint"] = getattr(getattr(one, "diag", None), "constraint_name", None)
        facts["at"] = _places(one.__traceback__)
        found.append(facts)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _places(trace: TracebackType | None) -> list[str]:
    return [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in extract_tb(trace)[-_MOST_FRAMES:]
    ]


def _short(filename: str) -> str:
    parts = Path(filename).parts
    return "/".join(parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else parts[-3:])


class RedactingFormatter(logging.Formatter):
    """Removes link and endpoint tokens from log lines, including tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": safe_message(record),
            **getattr(record, "facts", {}),
            **ids(),
        }
        request = getattr(record, "request", None)
        if reference := getattr(request, "error_reference", ""):
            line["reference"] = reference
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


class OneLineRefusals(logging.Filter):
    """Logs a refused request as one line without a traceback, since anyone can send any number of them."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        if getattr(record, "status_code", 500) >= 500:
            return record
        line = copy.copy(record)
        line.exc_info = line.exc_text = None
        return line


class ErrorReference(logging.Filter):
    """Adds the reference number shown on the error page to the log line."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        reference = getattr(getattr(record, "request", None), "error_reference", "")
        if not reference:
            return record
        line = copy.copy(record)
        line.msg = f"[reference {reference}] {record.msg}"
        return line


class WrongHost(logging.Filter):
    """Replaces Django's traceback for a wrong Host header, which recommends a setting that doesn't exist here."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        host = request.META.get("HTTP_HOST", "") if isinstance(request, HttpRequest) else ""
        record.msg = (
            "Refused a request for the host %.100r: people reach this installation at %s (GOODWORD_BASE_URL)."
        )
        record.args = (host, settings.GOODWORD_BASE_URL)
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        return True
