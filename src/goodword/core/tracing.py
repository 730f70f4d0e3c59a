"""Errors to Sentry and traces to OpenTelemetry. Each needs a setting and an extra package; neither gets personal data.

Everything about one application is one trace, from the webhook delivery to the note on the Activity Feed. Its id is
derived from the application's, so it need not be passed through rows, jobs and restarts.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.conf import settings

from goodword.core import logs
from goodword.core.version import VERSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

log = logging.getLogger(__name__)
LAST_SECONDS = 2
#: parts of a Sentry event that never contain personal data
_KEPT = ("event_id", "timestamp", "level", "logger", "platform", "release", "environment", "sdk")
_FRAME = ("filename", "function", "module", "lineno", "in_app", "context_line", "pre_context", "post_context")

_provider: "TracerProvider | None" = None
_trace_id: ContextVar[int | None] = ContextVar("goodword.tracing.trace_id", default=None)


def start(program: str) -> None:
    """Call it once in each process, after any fork. `program`: web or worker."""
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
    kept["tags"] = {key: str(value) for key, value in logs.ids().items()}
    if (record := hint.get("log_record")) is not None:
        kept["logentry"] = {"message": logs.safe_message(record)}
        if reference := getattr(getattr(record, "request", None), "error_reference", ""):
            kept["tags"]["reference"] = reference
    if found := event.get("exception"):
        kept["exception"] = {"values": [_without_message(one) for one in found["values"]]}
    return kept


def _without_message(exception: dict[str, Any]) -> dict[str, Any]:
    frames = (exception.get("stacktrace") or {}).get("frames") or []
    return {
        "type": exception.get("type"),
        "module": exception.get("module"),
        "stacktrace": {"frames": [{key: one[key] for key in _FRAME if key in one} for one in frames]},
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


def record(
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
    return {f"goodword.{key}": value for key, value in {**logs.ids(), **more}.items()}


def name(made: Any, name: str, *, status: int) -> None:
    if made is not None:
        made.update_name(name)
        made.set_attribute("http.response.status_code", status)


def trace_id(application_id: int) -> int:
    """A trace id that is the same in every process and differs between installations."""
    seed = hashlib.sha256(f"{settings.GOODWORD_BASE_URL} application {application_id}".encode()).digest()
    return int.from_bytes(seed[:16], "big") or 1
