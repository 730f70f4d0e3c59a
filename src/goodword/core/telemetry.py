"""Log lines, errors to Sentry and traces to OpenTelemetry.

Log lines are text or JSON, with the ids of their context: request, job, delivery, event, organisation. JSON lines
contain no personal data: exceptions are reduced to class and traceback without the message, SQL errors to code and
constraint. Link and endpoint tokens are removed from both formats.

Sentry and OpenTelemetry each need a setting and an extra package; neither gets personal data. Everything about one
application is one trace, from the webhook delivery to the note on the Activity Feed. Its id is derived from the
application's, so it need not be passed through rows, jobs and restarts.
"""

import copy
import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.urls import ResolverMatch

from goodword.core.version import VERSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

#: names of URL arguments that are secret
SECRET_ARGUMENTS: Final = ("token", "endpoint_key", "key")
#: paths that contain a secret, to find them in texts and unknown paths
_SECRET_PATHS = re.compile(
    r"/(p|r|v|s|a|d|dr|e|i|m|t|hooks/greenhouse)/[A-Za-z0-9_-]{16,}|/(accounts/password/reset/key)/[A-Za-z0-9_-]+"
)
#: parts of unknown paths that are as long as a token
_LONG_PART = re.compile(r"(?<![^/])[^/]{16,}")
#: characters that could start a new line in the log
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
#: starts at the start of a word, so that the search is linear: paths can be long
_ADDRESS = re.compile(r"(?<![^\s\"'<>(),:;@=])[^\s\"'<>(),:;@=]++@[^\s\"'<>(),:;@]+")
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
        path = _LONG_PART.sub(_BLOTTED, redacted(path))
        path = "/".join("[address]" if "@" in part else part for part in path.split("/"))
    else:
        for name in SECRET_ARGUMENTS:
            if value := match.kwargs.get(name):
                path = path.replace(str(value), _BLOTTED)
    return _CONTROL.sub("?", path)


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
    if record.name == "asyncio" and record.exc_info:  # the next lines describe the task, and quote its error
        return without_addresses(redacted(record.getMessage().partition("\n")[0]))
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
    """Logs a refused request as one line without a traceback, since anyone can send any number of them, and without the
    secrets of its path."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        if getattr(record, "status_code", 500) >= 500:
            return record
        line = copy.copy(record)
        line.exc_info = line.exc_text = None
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(line.args, tuple):
            path = safe_path(request.path, request.resolver_match)
            escaped = request.path.encode("unicode_escape").decode()  # by Django, if it logs the refusal
            line.args = tuple(path if arg in (request.path, escaped) else arg for arg in line.args)
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


LAST_SECONDS = 2
#: parts of a Sentry event that never contain personal data
_KEPT = ("event_id", "timestamp", "level", "logger", "platform", "release", "environment", "sdk")
_FRAME = ("filename", "function", "module", "lineno", "in_app", "context_line", "pre_context", "post_context")

_provider: "TracerProvider | None" = None
_trace_id: ContextVar[int | None] = ContextVar("goodword.tracing.trace_id", default=None)


def start(program: str) -> None:
    """Start reporting. Call it once in each process, after any fork. `program`: web or worker."""
    if settings.GOODWORD_SENTRY_DSN:
        start_sentry(settings.GOODWORD_SENTRY_DSN)
    if settings.GOODWORD_OTLP_URL:
        start_traces(settings.GOODWORD_OTLP_URL, program=program)


def end() -> None:
    if settings.GOODWORD_SENTRY_DSN:
        import sentry_sdk

        sentry_sdk.flush(timeout=LAST_SECONDS)
    end_traces()


def start_sentry(dsn: str) -> None:
    """Report logged errors. Integrations and send_default_pii stay off, since they would add requests and variables."""
    import sentry_sdk
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=dsn,
        release=VERSION,
        environment=settings.GOODWORD_ENV,
        default_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR)],
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        before_send=scrubbed,
    )


def scrubbed(event: Any, hint: dict[str, Any]) -> Any:
    """Reduce the event to parts without personal data: classes, places in the code, ids."""
    kept = {key: event[key] for key in _KEPT if key in event}
    kept["tags"] = {key: str(value) for key, value in ids().items()}
    if (record := hint.get("log_record")) is not None:
        kept["logentry"] = {"message": safe_message(record)}
        if reference := getattr(getattr(record, "request", None), "error_reference", ""):
            kept["tags"]["reference"] = reference
    if found := event.get("exception"):
        kept["exception"] = {"values": [_without_message(value) for value in found["values"]]}
    return kept


def _without_message(exception: dict[str, Any]) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames") or []
    return {
        "type": exception.get("type"),
        "module": exception.get("module"),
        "stacktrace": {"frames": [{key: frame[key] for key in _FRAME if key in frame} for frame in frames]},
    }


def start_traces(url: str, *, program: str) -> None:
    global _provider  # noqa: PLW0603 - one for the process
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            return _trace_id.get() or super().generate_trace_id()

    names = {"service.name": f"goodword-{program}", "service.version": VERSION}
    _provider = TracerProvider(resource=Resource(names), id_generator=Ids())
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces", timeout=5)))


def end_traces() -> None:
    global _provider  # noqa: PLW0603 - one for the process
    if _provider is not None:
        _provider.force_flush(LAST_SECONDS * 1000)
        _provider.shutdown()
        _provider = None


@contextmanager
def span(name: str, *, of: Callable[[], int | None] | None = None, **attributes: str | int) -> Iterator[Any]:
    """Open a span in the trace of the application whose id `of` returns, or below the current span. Errors are reduced
    to their class."""
    if _provider is None:
        yield None
        return
    application_id = of() if of is not None else None
    from opentelemetry.context import Context
    from opentelemetry.trace import Status, StatusCode

    context = None
    token = None
    if application_id is not None:
        token = _trace_id.set(trace_id(application_id))
        context = Context()  # not below the span of a request or job, which may concern many applications
    try:
        tracer = _provider.get_tracer("goodword")
        with tracer.start_as_current_span(
            name,
            context=context,
            attributes=_attributes(attributes),
            record_exception=False,
            set_status_on_exception=False,
        ) as made:
            try:
                yield made
            except BaseException as error:
                made.set_attribute("error.type", type(error).__name__)
                made.set_status(Status(StatusCode.ERROR))
                raise
    finally:
        if token is not None:
            _trace_id.reset(token)


def record_span(
    name: str,
    *,
    since: int,
    of: Callable[[], int | None],
    status: int | None = None,
    **attributes: str | int,
) -> None:
    """Record a span from `since` (time.time_ns) until now, for an application not known before. `status`: HTTP."""
    if _provider is None:
        return
    from opentelemetry.context import Context

    application_id = of()
    token = _trace_id.set(None if application_id is None else trace_id(application_id))
    try:
        made = _provider.get_tracer("goodword").start_span(
            name, context=Context(), start_time=since, attributes=_attributes(attributes)
        )
        if status is not None:
            made.set_attribute("http.response.status_code", status)
        made.end()
    finally:
        _trace_id.reset(token)


def _attributes(more: dict[str, str | int]) -> dict[str, str | int]:
    return {f"goodword.{key}": value for key, value in {**ids(), **more}.items()}


def name_span(made: Any, name: str, *, status: int) -> None:
    if made is not None:
        made.update_name(name)
        made.set_attribute("http.response.status_code", status)


def trace_id(application_id: int) -> int:
    """A trace id that is the same in every process and differs between installations."""
    seed = hashlib.sha256(f"{settings.GOODWORD_BASE_URL} application {application_id}".encode()).digest()
    return int.from_bytes(seed[:16], "big") or 1
