"""Errors go to Sentry and traces to a collector, both without personal data."""

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
import sentry_sdk
from django.db import transaction
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pytest_django.fixtures import Settings

from goodword.core import clock, environment, events, telemetry
from tests.support import factories

NAME, ADDRESS = "Zuleika Nachtigall", "zuleika@nachtigall.example"
pytestmark = pytest.mark.programs


class Receiver(ThreadingHTTPServer):
    """Accepts everything that is posted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, bytes]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(
            self.headers.get("Content-Encoding", ""), bytes
        )
        self.server.got.append((self.path, unpack(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_sentry_gets_class_places_and_ids_and_no_personal_data(receiver: Receiver) -> None:
    telemetry.start_sentry(f"http://key@{receiver.address}/1")
    try:
        with telemetry.about(request="5f0c", organisation=7):
            try:
                email = ADDRESS
                raise ValueError(f"{NAME} <{email}>")
            except ValueError as error:
                logging.getLogger("goodword.tests").exception(
                    "%s failed for %s: %s", "import", ADDRESS, error
                )
        sentry_sdk.flush(timeout=60)
    finally:
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)
    ((path, body),) = receiver.got
    event = json.loads(body.splitlines()[2])
    assert path == "/api/1/envelope/"
    (shown,) = event["exception"]["values"]
    assert (shown["type"], shown.get("value")) == ("ValueError", None)
    assert (
        shown["stacktrace"]["frames"][-1]["function"]
        == test_sentry_gets_class_places_and_ids_and_no_personal_data.__name__
    )
    assert event["logentry"]["message"] == "import failed for [address]: ValueError"
    assert event["tags"] == {"request": "5f0c", "organisation": "7"}
    assert not {"request", "user", "extra", "server_name", "breadcrumbs"} & event.keys()
    assert NAME.encode() not in body
    assert ADDRESS.encode() not in body


def spans(receiver: Receiver) -> list[Any]:
    requests = [
        ExportTraceServiceRequest.FromString(body) for path, body in receiver.got if path == "/v1/traces"
    ]
    return [
        span
        for request in requests
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


@pytest.mark.django_db
def test_events_of_an_application_are_one_trace(receiver: Receiver) -> None:
    application = factories.application(factories.role(factories.organisation(name=NAME)))
    telemetry.start_traces(f"http://{receiver.address}", program="worker")
    try:
        with transaction.atomic():
            events.record(
                "candidate.changed",
                organisation_id=application.organisation_id,
                application_id=application.pk,
                actor="greenhouse",
                at=clock.now(),
            )
        with telemetry.about(job=4), telemetry.span("event.react"):
            while events.run_due(now=clock.now()):
                pass
            with pytest.raises(ValueError, match=NAME), telemetry.span("note", of=lambda: application.pk):
                raise ValueError(NAME)
        telemetry.record_span("delivery", since=1, of=lambda: application.pk, delivery=3)
    finally:
        telemetry.end_traces()
    found = spans(receiver)
    whole = telemetry.trace_id(application.pk).to_bytes(16, "big")
    mine = {one.name for one in found if one.trace_id == whole}
    assert {"candidate.changed", "note", "delivery"} <= mine
    assert "event.react" not in mine
    (failed,) = (one for one in found if one.name == "note")
    assert {attribute.key: attribute.value.string_value for attribute in failed.attributes}[
        "error.type"
    ] == "ValueError"
    assert not any(NAME.encode() in body for _, body in receiver.got)


def test_a_setting_without_its_package_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(environment.SettingError) as refused:
        environment.only_with_extra("GOODWORD_OTLP_URL", "http://x", module="not_there.at_all", extra="otel")
    assert str(refused.value) == (
        "GOODWORD_OTLP_URL needs an optional package: install goodword[otel], or remove the setting."
    )
    assert environment.only_with_extra("GOODWORD_OTLP_URL", "", module="not_there", extra="otel") == ""


def test_without_settings_nothing_is_loaded_or_traced(settings: Settings) -> None:
    telemetry.start("web")
    with telemetry.span("delivery", of=lambda: 1 // 0) as made:
        assert made is None
    telemetry.end()
