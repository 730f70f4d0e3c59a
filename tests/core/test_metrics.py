"""/metrics: access, content, and the metrics that the samples in deploy/ use."""

import json
import os
import re
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.core import metrics
from goodword.core.middleware import Requests
from tests.notifications.mails import queued
from tests.support import factories
from tests.support.jobs import failed_job
from tests.support.pages import signed_in
from tests.support.ports import free_port

TOKEN = "0123456789abcdef01234567"
DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NAME = "Zuleika Nachtigall"


@pytest.fixture
def on(settings: Settings) -> Iterator[None]:
    settings.GOODWORD_METRICS_TOKEN = TOKEN
    metrics.own_measures.cache_clear()
    yield
    metrics.own_measures.cache_clear()


def scrape(client: Client, **headers: str) -> str:
    response = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"} | headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_without_settings_there_is_no_such_page(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


def test_a_wrong_or_missing_token_is_refused(on: None, client: Client) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}x"}).status_code == 401
    assert client.get("/metrics", headers={"authorization": f"Basic {TOKEN}"}).status_code == 401
    assert client.post("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 405


@pytest.mark.django_db
def test_the_scheme_may_be_in_any_case(on: None, client: Client) -> None:
    assert client.get("/metrics", headers={"authorization": f"bearer {TOKEN}"}).status_code == 200


def test_an_allowed_address_needs_no_token(settings: Settings) -> None:
    settings.GOODWORD_METRICS_FROM = [ip_network("10.1.0.0/16")]
    assert metrics.may_scrape("10.1.2.3", "")
    assert metrics.may_scrape("::ffff:10.1.2.3", "")
    assert not metrics.may_scrape("10.2.2.3", "")
    settings.GOODWORD_METRICS_FROM = [ip_network("::ffff:10.1.0.0/112")]
    assert metrics.may_scrape("::ffff:10.1.2.3", "")
    assert not metrics.may_scrape("", "")


@pytest.mark.django_db(transaction=True)
def test_rows_are_counted_when_prometheus_asks(on: None, client: Client) -> None:
    queued()
    failed_job("assessments.norms")
    failed_job("email.send")  # its sweep sends the mail
    text = scrape(client)
    for line in (
        'goodword_mails{state="queued"} 1.0',
        'goodword_jobs{state="failed",task="assessments.norms"} 1.0',
        'goodword_jobs{state="repeated",task="email.send"} 1.0',
        'goodword_jobs{state="waiting",task="email.send"} 1.0',
        "goodword_workers 0.0",
        "goodword_deliveries_oldest_seconds 0.0",
        "goodword_database_up 1.0",
        "goodword_metrics_failed 0.0",
    ):
        assert f"\n{line}\n" in text


@pytest.mark.world
@pytest.mark.django_db
def test_requests_are_measured_by_route_and_no_label_names_anybody(on: None) -> None:
    member = factories.member(factories.organisation(name=NAME, slug="zuleika"))
    client = signed_in(member)
    client.handler.load_middleware()  # which reads the settings
    client.get("/o/zuleika/roles/", {"q": NAME})
    client.get("/r/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG/")
    text = scrape(client)
    assert 'goodword_request_seconds_count{method="GET",route="roles",status="200"} 1.0' in text
    assert 'goodword_request_seconds_count{method="GET",route="referee",status="404"} 1.0' in text
    assert not re.search("zuleika|nachtigall|abcdef", text, re.IGNORECASE)


def test_measuring_costs_nothing_while_it_is_off() -> None:
    assert Requests(lambda _: None).measures is None  # type: ignore[arg-type,return-value]  # never called


@pytest.mark.programs
def test_a_full_disk_cannot_end_processes_that_share_their_numbers(on: None) -> None:
    """Writing to a file that is mapped into memory ends the process if the disk is full."""
    with metrics.shared_by_processes():
        folder = Path(os.environ.pop("PROMETHEUS_MULTIPROC_DIR"))
        assert folder.parent == Path("/dev/shm")
    assert not folder.exists()


@pytest.mark.programs
def test_numbers_of_a_killed_web_server_are_removed_by_the_next(on: None) -> None:
    left = Path(tempfile.mkdtemp(prefix="goodword-metrics-", dir="/dev/shm"))
    with metrics.shared_by_processes():
        used = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        assert not left.exists()
        with metrics.shared_by_processes():
            assert used.exists()
        os.environ.pop("PROMETHEUS_MULTIPROC_DIR")


@pytest.mark.programs
def test_web_servers_that_start_together_leave_each_other_their_folders(tmp_path: Path) -> None:
    def start(_: int) -> bool:
        metrics._remove_left_behind(tmp_path)
        folder, lock = metrics._locked_folder(tmp_path)
        time.sleep(0.001)
        is_there = Path(folder).exists()
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)
        return is_there

    with ThreadPoolExecutor(8) as together:
        assert set(together.map(start, range(400))) == {True}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_worker_serves_its_own_numbers(on: None, settings: Settings, host: str) -> None:
    port = free_port()
    settings.GOODWORD_WORKER_METRICS = (host, port)
    server = metrics.serve_worker()
    assert server is not None
    try:
        own = metrics.measures()
        assert own is not None
        own.jobs.labels("email.send", "done").observe(0.2)
        request = urllib.request.Request(
            f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics",
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        with urllib.request.urlopen(request) as response:
            text = response.read().decode()
    finally:
        server.shutdown()
        server.server_close()
    assert 'goodword_job_seconds_count{outcome="done",task="email.send"} 1.0' in text
    assert "goodword_mails" not in text


def names() -> set[str]:
    own = metrics.Instruments()
    measured = {family.name for family in own.registry.collect()}
    return {row.name for row in metrics.rows} | measured | {"goodword_database_up", "goodword_metrics_failed"}


def test_dashboard_and_alerts_use_existing_metrics_and_the_dashboard_shows_all() -> None:
    board = json.loads((DEPLOY / "grafana/goodword.json").read_text(encoding="utf-8"))
    shown = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    alerts = (DEPLOY / "prometheus/alerts.yml").read_text(encoding="utf-8")

    def used(text: str) -> set[str]:
        return {re.sub("_(bucket|count|sum)$", "", name) for name in re.findall(r"goodword_\w+", text)}

    assert used(shown) == names()
    assert used(alerts) <= names()


@pytest.mark.django_db
def test_every_query_runs() -> None:
    for row in metrics.rows:
        with connection.cursor() as cursor:
            cursor.execute(row.sql, [*row.values()] or None)
            assert len(cursor.description) == len(row.labels) + 1, row.name
