"""/healthz: this process runs. /readyz: the installation's checks, within two seconds."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import psycopg
import pytest
from django.conf import settings as all_settings
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from goodword import cli
from goodword.core import clock, crypto
from goodword.core.doctor.database import SILENCE_LIMIT
from goodword.core.health import Readiness, broken_now
from goodword.core.models import Heartbeat
from goodword.greenhouse.client import V1Credentials
from goodword.greenhouse.models import Connection, Delivery
from goodword.notifications.models import Email, MailService
from tests.support import factories


@pytest.fixture(autouse=True)
def fresh_readiness(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discard the answer cached by an earlier test."""
    monkeypatch.setattr("goodword.core.health.readiness", Readiness())


@pytest.fixture
def database_settings() -> Iterator[dict[str, Any]]:
    """Database settings that the test can change, restored afterwards."""
    database = connection.settings_dict
    before = dict(database)
    yield database
    database.update(before)


def worker_seen(seconds: int = 0) -> None:
    Heartbeat.objects.create(program="worker", seen_at=Now() - timedelta(seconds=seconds))


def failing(behind: timedelta = timedelta(0)) -> list[str]:
    """Failing checks, run through the test's own connection."""
    line = connection.connection
    assert isinstance(line, psycopg.Connection)
    return sorted(finding.area for finding in broken_now(line, now=clock.now() - behind))


def asked() -> tuple[int, list[str]]:
    """The response of /readyz, which sees committed data only."""
    answer = Client().get("/readyz")
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["version"] == version("goodword")
    assert set(answer.json()) == {"status", "failing", "version"}
    return answer.status_code, answer.json()["failing"]


def email(**values: object) -> None:
    now = clock.now()
    Email.objects.create(
        **{
            "organisation": factories.organisation(),
            "kind": "test",
            "key": "test:1",
            "to_address": "ada@mail.example",
            "from_name": "Rita",
            "reply_to": "rita@acme.example",
            "template": "notifications/mail/undelivered",
            "not_before": now,
            "created_at": now,
        }
        | values
    )


def delivery(age: timedelta, state: str = "received") -> None:
    organisation, at = factories.organisation(), clock.now() - age
    link = Connection(organisation=organisation, endpoint_key="k" * 43, connected_at=at)
    link.set_credentials(V1Credentials("key"))
    link.save()
    Delivery.objects.create(
        organisation=organisation,
        connection=link,
        body=b"{}",
        received_at=at,
        not_before=clock.now() + timedelta(minutes=5),
        state=state,
    )


@pytest.mark.parametrize("method", ["get", "head"])
def test_healthz_does_not_use_the_database(method: str) -> None:
    """This test has no database access."""
    answer = getattr(Client(), method)("/healthz")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")


@pytest.mark.django_db
def test_readyz_is_ok_when_every_check_passes() -> None:
    worker_seen()
    email(not_before=clock.now() + timedelta(days=3), created_at=clock.now() - timedelta(days=1))
    delivery(timedelta(minutes=14))
    assert failing() == []


@pytest.mark.django_db
def test_readyz_reports_a_missing_worker() -> None:
    assert failing() == ["worker"]


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "found"), [(50, []), (70, ["worker"])])
def test_readyz_reports_a_worker_silent_for_a_minute(ago: int, found: list[str]) -> None:
    assert timedelta(minutes=1) == SILENCE_LIMIT  # as docs/operating.md says
    worker_seen(ago)
    assert failing() == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"not_before": clock.now() - timedelta(minutes=16)},
        {"state": "sending", "not_before": clock.now() - timedelta(minutes=16)},
    ],
)
def test_readyz_reports_overdue_mail(values: dict[str, object]) -> None:
    worker_seen()
    email(**values)
    assert failing() == ["mail"]


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize(("down", "excused", "found"), [(16, 5, ["mail"]), (14, 5, []), (16, 0, [])])
def test_readyz_reports_a_mail_server_outage_while_mail_waits(
    down: int, excused: int, found: list[str]
) -> None:
    """Probing mails become due repeatedly; greylisting is not a fault of the server."""
    worker_seen()
    MailService.objects.create(pk=1, down_since=clock.now() - timedelta(minutes=down))
    email(not_before=clock.now() + timedelta(minutes=3), attempts=5, excused=excused, last_error="refused")
    assert failing() == found


@pytest.mark.world
@pytest.mark.django_db
def test_readyz_reports_a_refused_password_of_the_mail_server_at_once() -> None:
    worker_seen()
    MailService.objects.create(pk=1, down_since=clock.now(), last_error="535 5.7.8 Authentication failed")
    assert failing() == []  # no mail waits
    email(not_before=clock.now() + timedelta(seconds=15), attempts=1, excused=1)
    assert failing() == ["mail"]


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "found"), [(10, ["clock"]), (-10, ["clock"]), (0.5, [])])
def test_readyz_reports_a_wrong_clock(minutes: float, found: list[str]) -> None:
    worker_seen()
    assert failing(behind=timedelta(minutes=minutes)) == found


@pytest.mark.django_db
def test_readyz_reports_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    worker_seen()
    monkeypatch.setattr("goodword.core.doctor.machine.NO_SPACE", 10**18)
    assert failing() == ["disk"]


@pytest.mark.django_db
def test_readyz_reports_overdue_deliveries() -> None:
    worker_seen()
    delivery(timedelta(minutes=16))
    assert failing() == ["deliveries"]


@pytest.mark.django_db
def test_readyz_ignores_settled_deliveries() -> None:
    worker_seen()
    delivery(timedelta(days=2), state="failed")
    assert failing() == []


@pytest.mark.django_db
def test_readyz_reports_every_failing_check() -> None:
    email(not_before=clock.now() - timedelta(hours=1))
    delivery(timedelta(hours=1))
    assert failing() == ["deliveries", "mail", "worker"]


@pytest.mark.django_db
def test_readyz_reports_a_mismatched_field_key(settings: Settings) -> None:
    worker_seen()
    crypto.check_field_keys()
    settings.GOODWORD_FIELD_KEYS = {"k2": b"2" * 32}
    assert failing() == ["field_key"]


@pytest.mark.django_db
def test_readyz_reports_missing_migrations() -> None:
    worker_seen()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core'")
    assert failing() == ["migrations"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "option",
    ["-c default_transaction_read_only=on", "-c temp_file_limit=100"],
    ids=["read only", "no room on the disk"],
)
def test_readyz_reports_an_unwritable_database(option: str, database_settings: dict[str, Any]) -> None:
    database_settings["OPTIONS"] = {**database_settings["OPTIONS"], "options": option}
    assert asked() == (503, ["database"])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_readyz_answers_within_two_seconds_when_the_database_hangs(
    database_settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    Client().get("/healthz")  # the first request of a process imports all pages
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts connections and never answers
        database_settings |= {"HOST": "127.0.0.1", "PORT": str(silent.getsockname()[1])}
        began = time.monotonic()
        assert asked() == (503, ["database"])
        assert time.monotonic() - began < 4  # two, on a machine that isn't busy
        again = time.monotonic()
        assert asked() == (503, ["database"])  # the same check is still running: checks don't pile up
        assert time.monotonic() - again < 1
    assert "has not responded" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_readyz_reveals_only_names_of_checks(
    database_settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    database_settings |= {"HOST": "127.0.0.1", "PORT": "9"}
    answer = Client().get("/readyz")
    assert answer.json() == {"status": "failing", "failing": ["database"], "version": version("goodword")}
    assert "127.0.0.1" in caplog.text  # the log has the reason
    assert [
        record.name for record in caplog.records if record.levelname == "ERROR"
    ] == []  # Sentry would get each probe


@pytest.mark.django_db(transaction=True)
def test_readyz_result_is_cached_for_a_second() -> None:
    worker_seen()
    answers = Readiness()
    assert answers.failing() == []
    Heartbeat.objects.all().delete()
    assert answers.failing() == []  # within the same second


def test_health_probes_are_not_redirected_to_https() -> None:
    assert {"^healthz$", "^readyz$"} <= set(all_settings.SECURE_REDIRECT_EXEMPT)


@pytest.mark.django_db(transaction=True)
def test_goodword_ready_asks_the_web_server_of_this_machine(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOODWORD_BASE_URL", "https://localhost")
    monkeypatch.setenv("GOODWORD_PORT", live_server.url.rpartition(":")[2])
    worker_seen()
    assert cli.main(["ready"]) == 0
    monkeypatch.setattr("goodword.core.health.readiness", Readiness())
    Heartbeat.objects.all().delete()
    assert cli.main(["ready"]) == 1
    monkeypatch.setenv("GOODWORD_PORT", "1")
    assert cli.main(["ready"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f'{{"status": "ok", "failing": [], "version": "{version("goodword")}"}}',
        f'{{"status": "failing", "failing": ["worker"], "version": "{version("goodword")}"}}',
        "No answer from the web server: [Errno 111] Connection refused",
    ]
