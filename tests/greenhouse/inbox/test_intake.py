"""Deliveries stored together: the same answers and rows as from the view, over real sockets."""

import http.client
import itertools
import json
import logging
import os
import re
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection as database
from pytest_django.fixtures import Settings

from goodword.core import clock, group_commit, metrics
from goodword.core.group_commit import Arrived
from goodword.greenhouse.inbox import endpoint, intake
from goodword.greenhouse.inbox.intake import Deliveries, Waker
from goodword.greenhouse.models import Connection, Delivery, WebhookSecret
from goodword.greenhouse.setup import connections
from greenhouse_sandbox.webhooks.delivery import signature
from tests.core.test_killed_worker import here, until
from tests.core.test_request_limits import Server
from tests.core.test_serve import Program
from tests.greenhouse.world import SECRET
from tests.support import factories
from tests.support.jobs import listening, waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs]

PAYLOADS = Path(__file__).resolve().parents[1] / "payloads"
BODY = json.dumps({"action": "job_deleted", "payload": {"id": 5}}).encode()
PATH = f"/hooks/greenhouse/{'k' * 43}/"


class Watched(Deliveries):
    """Counts what it has stored, and notices when it is idle."""

    stored = 0

    def __init__(self) -> None:
        super().__init__()
        self.idled = threading.Event()

    def idle(self) -> None:
        super().idle()
        self.idled.set()

    def store(self, arrived: Sequence[Arrived]) -> Sequence[Mapping[str, Any] | None]:
        found = super().store(arrived)
        self.stored += sum(one is not None for one in found)
        return found


class Web:
    """A connection to Greenhouse and the web server that takes its deliveries."""

    def __init__(self, first: bytes, **options: Any) -> None:
        self.connection = connect()
        self.deliveries = Watched()
        self.together = Server(get_wsgi_application(), intake=self.deliveries, **options)
        self.alone = Server(get_wsgi_application(), **options)
        self.first = first
        self.say(self.together, first)  # through the view, which caches the keys

    def say(self, server: Server, raw: bytes) -> bytes:
        """Send bytes. Returns everything the server sends until it closes the connection."""
        with server.connect() as line:
            line.sendall(raw)
            line.settimeout(60)
            read = b""
            while part := line.recv(65_536):
                read += part
        return read

    def status(self, raw: bytes) -> int:
        return int(self.say(self.together, raw).split()[1])

    def row(self, event_id: str) -> Delivery:
        return Delivery.objects.across_organisations().get(event_id=event_id)

    def close(self) -> None:
        self.together.close()
        self.alone.close()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    # without the pause after a failure in an earlier test
    monkeypatch.setattr(endpoint, "_memory", endpoint._Memory())
    made = Web(request(BODY, event_id="first"))
    yield made
    made.close()


def connect() -> Connection:
    made = Connection(
        organisation=factories.organisation(),
        endpoint_key="k" * 43,
        connected_at=factories.NOW,
        state=Connection.State.ACTIVE,
        last_event_at=clock.now(),
    )
    made.seal("credential", "{}")
    made.save()
    WebhookSecret.add(made, SECRET, now=factories.NOW)
    return made


def request(
    body: bytes, *, event_id: str = "", path: str = PATH, start: str = "", without: str = "", **headers: str
) -> bytes:
    """A signed delivery. `_` in a header's name stands for `-`; `without` omits a header."""
    sent = {
        "Host": "localhost",
        "Connection": "close",
        "Content-Length": str(len(body)),
        "Signature": signature(body, SECRET),
        **({"Greenhouse-Event-ID": event_id} if event_id else {}),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [start or f"POST {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in sent.items() if name != without]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
#: requests, and whether they are stored without the view
REQUESTS: dict[str, tuple[bytes, bool]] = {
    "as usual": (request(BODY, event_id="one"), True),
    "the same event again": (request(BODY, event_id="first"), True),
    "without an event id": (request(BODY), True),
    "with a long event id": (request(BODY, event_id="e" * 500), True),
    "with an odd event id": (request(BODY, event_id="é\u00a0ÿ"), True),
    "of an event that we do not follow": (request(b'{"action": "office_deleted", "payload": {}}'), True),
    "of type text/plain": (request(BODY, Content_Type="text/plain"), True),
    "without the final slash": (request(BODY, path=PATH.rstrip("/")), True),
    "by HTTP/1.0": (request(BODY, start=f"POST {PATH} HTTP/1.0"), True),
    "with Expect": (request(BODY, Expect="100-continue"), True),
    "to a port": (request(BODY, Host="localhost:8000"), True),
    "to a name in capitals": (request(BODY, Host="LOCALHOST"), True),
    "with a user agent, language and origin": (
        request(BODY, User_Agent="x", Accept_Language="de", Origin="https://evil.example", Referer="x"),
        True,
    ),
    "a few hundred kB": (request(BODY + b" " * 400_000), False),
    "the most": (request(BODY + b" " * (2 * 1024 * 1024 - len(BODY))), False),
    "too large": (request(BODY + b" " * (2 * 1024 * 1024 + 1 - len(BODY)))[:600], False),
    "much too large": (request(BODY, Content_Length="100000000000"), False),
    "with a negative length": (request(BODY, Content_Length="-5"), False),
    "chunked": (
        request(BODY, without="Content-Length", Transfer_Encoding="chunked").removesuffix(BODY) + CHUNKED,
        False,
    ),
    "chunked and with a length": (request(BODY, Transfer_Encoding="chunked"), False),
    "compressed": (request(BODY, Content_Encoding="gzip"), False),
    "no body": (request(b""), False),
    "not JSON": (request(b"{"), False),
    "not UTF-8": (request(b"\xff\xfe\xfd"), False),
    "deep JSON": (request(b"[" * 100_000), False),
    "without an action": (request(b"{}"), False),
    "about no application": (request(b'{"action": "hire_candidate", "payload": {}}'), False),
    "a test": (request(b'{"action": "goodword_test", "payload": {"nonce": "n"}}'), False),
    "unsigned": (request(BODY, without="Signature"), False),
    "wrongly signed": (request(BODY, Signature=signature(BODY, "another secret")), False),
    "with a short signature": (request(BODY, Signature="sha256 "), False),
    "with two signatures": (request(BODY, signature=signature(BODY, SECRET), Signature="sha256 0"), False),
    "to an unknown endpoint": (request(BODY, path="/hooks/greenhouse/nobody/"), False),
    "to a longer path": (request(BODY, path=f"{PATH}more/"), False),
    "with two slashes at the end": (request(BODY, path=f"{PATH}/"), False),
    "with a query": (request(BODY, path=f"{PATH}?a=%00"), False),
    "with an escaped path": (request(BODY, path=PATH.replace("hooks", "h%6foks")), False),
    "with an absolute address": (request(BODY, path=f"http://evil.example{PATH}"), False),
    "to another host": (request(BODY, Host="evil.example"), False),
    "to a host that is none": (request(BODY, Host="a b"), False),
    "without a host": (request(BODY, without="Host"), False),
    "with a cookie": (request(BODY, Cookie="goodword_session=x"), False),
    "GET": (request(b"", start=f"GET {PATH} HTTP/1.1"), False),
    "HEAD": (request(b"", start=f"HEAD {PATH} HTTP/1.1"), False),
    "PUT": (request(BODY, start=f"PUT {PATH} HTTP/1.1"), False),
    "a malformed header": (request(BODY).replace(b"Host:", b"Host :"), False),
}


def comparable(answer: bytes) -> bytes:
    """The response without times and random values."""
    return re.sub(
        rb"(?mi)^(Date|X-Request-ID): [^\r]+|expires=[^;]+|[A-Za-z0-9_-]{22,}|\d{4}-\d{4}", b"", answer
    )


def test_a_delivery_after_a_quiet_period_is_stored_immediately(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "IDLE_SECONDS", 0.05)
    assert web.status(request(BODY, event_id="before")) == 200  # the wait that this ends is longer
    assert web.status(request(BODY, event_id="earlier")) == 200
    assert web.deliveries.idled.wait(20)
    assert web.status(request(BODY, event_id="after")) == 200
    assert (web.row("after").state, web.deliveries.stored) == (web.row("before").state, 3)


def rows() -> list[dict[str, Any]]:
    """All stored values except ids and times."""
    found = []
    for row in Delivery.objects.across_organisations().order_by("pk").values():
        values: dict[str, Any] = {**row}
        moments = [
            values.pop("received_at"),
            values.pop("not_before"),
            values.pop("handled_at"),
            values.pop("id"),
        ]
        assert moments[0] == moments[1]
        found.append(values | {"body": bytes(values["body"]), "handled": moments[2] == moments[0]})
    return found


def compare(web: Web, requests: Mapping[str, tuple[bytes, bool]]) -> None:
    for name, (raw, is_stored_together) in requests.items():
        before, refused = web.deliveries.stored, [refusals()]
        answers, stored = [], []
        for server in (web.alone, web.together):
            Delivery.objects.across_organisations().exclude(event_id="first").delete()
            if server is web.together:
                web.say(web.alone, web.first)  # cached for this request
            answers.append(comparable(web.say(server, raw)))
            stored.append(rows())
            refused.append(refusals())
        assert answers[0] == answers[1], name
        assert stored[0] == stored[1], name
        assert refused[1] - refused[0] == refused[2] - refused[1], name
        assert bool(web.deliveries.stored - before) is is_stored_together, name


def test_answers_and_rows_are_the_same_as_from_the_view(web: Web) -> None:
    compare(web, REQUESTS)


def test_they_are_the_same_behind_a_proxy(settings: Settings) -> None:
    settings.SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_SSL_HOST, settings.SECURE_HSTS_SECONDS = "localhost", 31_536_000
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.GOODWORD_TRUSTED_PROXIES = 1
    endpoint.forget()
    web = Web(request(BODY, event_id="first", X_Forwarded_Proto="https"), trusted_proxies=1)
    forwarded = {
        "1.2.3.4": True,
        "1.2.3.4, 2001:db8::1": True,
        "1.2.3.4,10.0.0.1, fe80::a, 5.6.7.8": True,
        # anybody can send these through a proxy that adds an address; looking at them took days
        f"1.2.3.4{', 1' * 60}, x, 5.6.7.8": False,
        "::ffff:1.2.3.4": False,
        "unknown": False,
        '"1.2.3.4"': False,
        '"': False,
        "": False,
        ":5.": False,
    }
    try:
        compare(
            web,
            {
                "without both": (request(BODY), False),
                "by HTTP": (request(BODY, X_Forwarded_Proto="http"), False),
                "by FTP": (request(BODY, X_Forwarded_Proto="ftp"), False),
                "by HTTPS in capitals": (request(BODY, X_Forwarded_Proto="HTTPS"), False),
                "by two": (request(BODY, X_Forwarded_Proto="https, https"), False),
                "by HTTPS": (request(BODY, X_Forwarded_Proto="https"), True),
                "for another host": (
                    request(BODY, X_Forwarded_Proto="https", X_Forwarded_Host="evil.example"),
                    True,
                ),
                **{
                    f"for {address}": (
                        request(BODY, X_Forwarded_Proto="https", X_Forwarded_For=address),
                        is_stored_together,
                    )
                    for address, is_stored_together in forwarded.items()
                },
            },
        )
    finally:
        web.close()


def refusals() -> int:
    return Connection.objects.across_organisations().get().refused_count


def test_published_payloads_are_stored_as_by_the_view(web: Web) -> None:
    files = sorted(PAYLOADS.glob("*.json"))
    assert len(files) > 4
    for file in files:
        found = []
        for server in (web.alone, web.together):
            Delivery.objects.across_organisations().exclude(event_id="first").delete()
            web.say(server, request(file.read_bytes(), event_id="one"))
            found.append(rows())
        assert len(found[0]) == 2
        assert found[0] == found[1], file
    assert web.deliveries.stored > len(files) / 2


def test_a_burst_on_one_connection_is_answered_in_order_and_stored_once_per_event(web: Web) -> None:
    keep = {"Connection": "keep-alive"}
    raw = b"".join(request(BODY, event_id=f"event-{number % 20}", **keep) for number in range(40))
    answers = web.say(web.together, raw + request(BODY, event_id="last"))
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 41
    ids = Delivery.objects.across_organisations().exclude(event_id="first").order_by("pk")
    assert list(ids.values_list("event_id", flat=True)) == [
        *(f"event-{number}" for number in range(20)),
        "last",
    ]
    assert web.deliveries.stored == 41


def test_many_connections_at_once_lose_nothing_and_wake_the_worker(web: Web) -> None:
    def send(number: int) -> int:
        return web.status(request(BODY, event_id=f"event-{number // 2}"))

    with listening() as heard, ThreadPoolExecutor(16) as pool:
        assert set(pool.map(send, range(200))) == {200}
        time.sleep(intake.WAKE_EVERY)
        assert set(heard()) == {"greenhouse.inbox"}
    assert Delivery.objects.across_organisations().count() == 101
    assert web.deliveries.stored > 100
    assert waiting() == []


def test_a_rotated_key_is_refused_at_once(web: Web) -> None:
    admin = factories.member(web.connection.organisation, kind="admin")
    assert web.status(request(BODY, event_id="before")) == 200
    connections.rotate_secret(web.connection, keep_for=timedelta(0), member=admin, now=clock.now())
    assert web.status(request(BODY, event_id="after")) == 401
    new = WebhookSecret.valid(web.connection, now=clock.now()).get().reveal()
    assert web.status(request(BODY, event_id="new", Signature=signature(BODY, new))) == 200
    assert web.status(request(BODY, event_id="after")) == 401


def test_a_disconnected_endpoint_is_gone_at_once(web: Web) -> None:
    admin = factories.member(web.connection.organisation, kind="admin")
    connections.disconnect(web.connection, member=admin, now=clock.now())
    assert web.status(request(BODY, event_id="after")) == 404


def test_another_process_may_change_keys_and_is_obeyed_within_two_seconds(web: Web) -> None:
    WebhookSecret.objects.across_organisations().update(valid_until=factories.NOW)
    began = asked = time.monotonic()
    while web.status(request(BODY)) == 200:
        assert asked - began < 2.5
        asked = time.monotonic()
    assert web.status(request(BODY)) == 404


def test_data_read_before_a_change_is_not_cached_after_it() -> None:
    made = connect()
    since = endpoint.changes()
    found = endpoint.find_endpoint(made.endpoint_key, now=clock.now())
    assert found is not None
    endpoint.forget()
    endpoint.remember(made.endpoint_key, found, since=since)
    assert endpoint.known(made.endpoint_key) is None
    endpoint.remember(made.endpoint_key, found, since=endpoint.changes())
    assert endpoint.known(made.endpoint_key) is found


def test_a_failing_insert_is_answered_by_the_view(web: Web) -> None:
    """The view's INSERT fails as well, so nothing is acknowledged without being stored."""
    with database.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER no_rows BEFORE INSERT ON greenhouse_delivery EXECUTE FUNCTION no_rows()"
        )
    try:
        assert web.status(request(BODY, event_id="one")) == 500
    finally:
        with database.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_rows CASCADE")
    assert Delivery.objects.across_organisations().filter(event_id="one").count() == 0
    assert web.status(request(BODY, event_id="one")) == 200
    assert web.row("one").state == "received"


def test_a_lost_database_connection_loses_no_delivery(web: Web) -> None:
    assert web.status(request(BODY, event_id="one")) == 200
    with psycopg.connect(here()["DATABASE_URL"], autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND query LIKE '%%INTO greenhouse_delivery%%' AND pid NOT IN (pg_backend_pid(), %s)",
            [backend()],
        )
    stored = web.deliveries.stored
    assert web.status(request(BODY, event_id="two")) == 200
    assert (web.row("two").state, web.deliveries.stored) == ("received", stored)


def backend() -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("wanted", [True, False])
def test_the_insert_is_prepared_unless_a_pooler_cannot_keep_it(
    web: Web, settings: Settings, wanted: bool
) -> None:
    settings.GOODWORD_PREPARED_STATEMENTS = wanted
    assert web.status(request(BODY, event_id="one")) == 200
    assert web.deliveries.stored == 1
    line = web.deliveries._line
    assert line is not None
    prepared = line.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement ~ '^\\s*INSERT'")
    assert prepared.fetchone() == (1 if wanted else 0,)


def test_a_locked_table_delays_only_until_the_view_gets_through(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "INSERT_MILLISECONDS", 200)
    with psycopg.connect(here()["DATABASE_URL"]) as other, ThreadPoolExecutor() as pool:
        other.execute("LOCK TABLE greenhouse_delivery")
        answer = pool.submit(web.status, request(BODY, event_id="one"))
        time.sleep(1)
        assert not answer.done()
        other.rollback()
        assert answer.result(60) == 200
    assert web.row("one").state == "received"


@contextmanager
def broken(deliveries: Deliveries, error: BaseException) -> Iterator[None]:
    def store(arrived: Sequence[Arrived]) -> Sequence[Mapping[str, Any] | None]:
        raise error

    deliveries.store = store  # type: ignore[method-assign]  # of this instance only
    yield
    del deliveries.store


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_its_thread_all_goes_to_the_view(web: Web) -> None:
    with broken(web.deliveries, SystemExit()):
        assert web.status(request(BODY, event_id="one")) == 200
    assert web.status(request(BODY, event_id="two")) == 200
    assert {web.row("one").state, web.row("two").state} == {"received"}
    assert web.deliveries.stored == 0


def test_an_unexpected_error_leaves_the_request_to_the_view(web: Web) -> None:
    with broken(web.deliveries, ValueError()):
        assert web.status(request(BODY, event_id="one")) == 200
    assert web.row("one").state == "received"


class FullDisk(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.was_tried = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - logging's signature
        self.was_tried.set()
        raise OSError("No space left on device")


def test_deliveries_are_stored_together_after_one_could_not_be_logged(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    access_log, disk = logging.getLogger("goodword.access"), FullDisk()
    web.say(web.alone, web.first)  # cached for the next request
    with caplog.at_level(logging.INFO, logger=access_log.name):
        access_log.addHandler(disk)
        try:
            assert web.status(request(BODY, event_id="one")) == 200
            assert disk.was_tried.wait(60)
        finally:
            access_log.removeHandler(disk)
    # at most one of two goes through the view, which refreshes the cached keys
    assert {web.status(request(BODY, event_id=event_id)) for event_id in ("two", "three")} == {200}
    assert web.deliveries.stored > 1


def test_wake_ups_are_immediate_at_first_then_spaced_out_and_none_is_missing() -> None:
    calls: list[float] = []
    woken = threading.Event()

    def wake() -> None:
        calls.append(time.monotonic())
        woken.set()

    waker = Waker(wake)
    began = time.monotonic()
    waker.wake_soon()
    assert woken.wait(60)
    for _ in range(20):
        waker.wake_soon()
        time.sleep(0.01)
    last = time.monotonic()
    waker.wake_soon()
    waker.stop()
    assert calls[-1] >= last
    assert len(calls) <= 2 + (calls[-1] - began) / intake.WAKE_EVERY


def test_every_acknowledged_delivery_survives_the_death_of_its_web_process() -> None:
    connect()
    program = Program(2)
    acknowledged: list[str] = []
    over = threading.Event()

    def send(sender: int) -> None:
        headers = {"Host": "localhost", "Signature": signature(BODY, SECRET)}
        numbers = itertools.count()
        while not over.is_set():
            line = http.client.HTTPConnection("127.0.0.1", program.port, timeout=10)
            with suppress(OSError, http.client.HTTPException):
                while not over.is_set():
                    event_id = f"{sender}-{next(numbers)}"
                    line.request("POST", PATH, BODY, {**headers, "Greenhouse-Event-ID": event_id})
                    response = line.getresponse()
                    response.read()
                    if response.status == 200:
                        acknowledged.append(event_id)
            line.close()

    def more_than(enough: int) -> bool:
        return len(acknowledged) > enough

    try:
        with ThreadPoolExecutor(8) as pool:
            sending = [pool.submit(send, sender) for sender in range(8)]
            try:
                for _ in range(3):
                    enough = len(acknowledged) + 100
                    until(partial(more_than, enough))
                    os.kill(program.children()[0], signal.SIGKILL)
                for pid in program.children():
                    os.kill(pid, signal.SIGKILL)
            finally:
                over.set()
            for one in sending:
                one.result()
    finally:
        program.end()
    stored = set(Delivery.objects.across_organisations().values_list("event_id", flat=True))
    assert len(acknowledged) > 300
    assert set(acknowledged) <= stored


def test_they_are_logged_and_measured_like_those_of_the_view(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GOODWORD_METRICS_TOKEN = "0123456789abcdef01234567"
    metrics.own_measures.cache_clear()
    endpoint.forget()
    with caplog.at_level(logging.INFO, logger="goodword.access"):
        web = Web(request(BODY, event_id="first"))
        try:
            assert web.status(request(BODY, event_id="one")) == 200
            until(lambda: len(caplog.records) == 2)
        finally:
            web.close()
    assert web.deliveries.stored == 1
    from_view, ours = ({**vars(record)["facts"], "milliseconds": 0} for record in caplog.records)
    assert ours == from_view
    assert ours["path"] == "/hooks/greenhouse/[redacted]/"
    measured = 'goodword_request_seconds_count{method="POST",route="greenhouse_hook",status="200"} 2.0'
    assert measured in metrics.scraped(counted=False).decode()
    metrics.own_measures.cache_clear()
