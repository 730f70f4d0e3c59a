"""A permission is withdrawn in Greenhouse and granted again: noticed, nothing erased, work resumed."""

from datetime import timedelta

import pytest

from goodword.core import clock
from goodword.greenhouse import jobs
from goodword.greenhouse.client import HarvestError, Priority
from goodword.greenhouse.models import ActivityFeedNote, Connection, Delivery, Permission
from goodword.greenhouse.setup import permissions
from goodword.greenhouse.sync.harvest import BRIEFLY, harvest
from tests.greenhouse.setup.desk import Desk
from tests.support import factories
from tests.support.jobs import run_jobs, waiting

LEFT = ("Applications", "Candidates", "Activity Feed", "Jobs", "Job Posts", "Rejection Reasons", "Users")
HOUR = timedelta(hours=1, minutes=1)


def everything(desk: Desk) -> list[str]:
    row = desk.greenhouse.row
    return list(row.permissions if desk.greenhouse.version == "v1" else row.scopes)


def give_back(desk: Desk, ticked: list[str]) -> None:
    if desk.greenhouse.version == "v1":
        desk.greenhouse.row.permissions = ticked
    else:
        desk.greenhouse.row.scopes = ticked


def missing(desk: Desk) -> list[str]:
    rows = Permission.objects.of(desk.organisation).filter(state="missing", required=True)
    return list(rows.order_by("position").values_list("name", flat=True))


def sweep(desk: Desk) -> None:
    """Run the next scheduled check."""
    Connection.objects.of(desk.organisation).update(check_at=clock.now() - timedelta(seconds=1))
    jobs.sweep_checks.run()
    run_jobs()


@pytest.mark.world
def test_a_withdrawn_permission_is_noticed_within_the_hour_and_named_on_card_and_health_page(
    either: Desk,
) -> None:
    connection, ticked = either.connect(), everything(either)
    assert connection.check_at is not None
    assert not permissions.due(now=factories.NOW + timedelta(minutes=59)).exists()
    assert permissions.due(now=factories.NOW + HOUR).get() == connection
    either.greenhouse.tick(*LEFT)
    sweep(either)
    assert (either.connection().state, missing(either)) == ("incomplete", ["Job Stages"])
    client = either.client(either.recruiter)
    for page in (either.url("integrations"), either.own("greenhouse_health")):
        assert "tick everything under: Job Stages." in client.get(page).content.decode()
    give_back(either, ticked)
    sweep(either)
    assert (either.connection().state, missing(either)) == ("active", [])
    assert either.audited() == ["greenhouse.connected", "greenhouse.checked", "greenhouse.checked"]


@pytest.mark.main_case
def test_waiting_work_resumes_once_the_permission_is_back(desk: Desk) -> None:
    connection, ticked = desk.connect(), everything(desk)
    run_jobs()
    later = clock.now() + timedelta(hours=3)
    event = Delivery.objects.create(
        organisation=desk.organisation,
        connection=connection,
        action="offer_created",
        body=b'{"action": "offer_created", "payload": {}}',
        attempts=6,
        not_before=later,
        received_at=clock.now(),
    )
    desk.greenhouse.tick(*LEFT)
    sweep(desk)
    event.refresh_from_db()
    assert event.not_before == later
    give_back(desk, ticked)
    sweep(desk)
    event.refresh_from_db()
    assert event.state == "handled"


@pytest.mark.world
def test_a_refusal_brings_the_check_forward(desk: Desk) -> None:
    connection = desk.connect()
    desk.greenhouse.tick(*LEFT)
    Connection.objects.of(desk.organisation).update(check_at=clock.now() + HOUR)
    with pytest.raises(HarvestError), harvest(connection, priority=Priority.PERSON, retry=BRIEFLY) as api:
        list(api.job_stages([1]))
    assert permissions.due(now=clock.now()).get() == connection
    jobs.sweep_checks.run()
    run_jobs()
    assert desk.connection().state == "incomplete"


@pytest.mark.world
def test_an_outage_changes_no_permission(desk: Desk) -> None:
    desk.connect()
    known = list(Permission.objects.of(desk.organisation).values())
    desk.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/", "status": 503, "times": 99})
    sweep(desk)
    row = desk.connection()
    assert (row.state, list(Permission.objects.of(desk.organisation).values())) == ("active", known)
    assert row.check_at is not None
    assert row.check_at > clock.now()


@pytest.mark.world
def test_a_revoked_key_shows_no_old_permissions_and_recovers_automatically(desk: Desk) -> None:
    desk.connect()
    row = desk.greenhouse.row
    desk.greenhouse.store.oauth_clients.delete(row.id)
    Connection.objects.of(desk.organisation).update(token="")
    sweep(desk)
    assert desk.connection().state == "broken"
    page = desk.client(desk.recruiter).get(desk.url("integrations")).content.decode()
    assert "Greenhouse refuses the key, so its permissions are unknown." in page
    assert "Granted" not in page
    desk.greenhouse.store.oauth_clients.insert(row)
    sweep(desk)
    assert desk.connection().state == "active"


def test_two_workers_check_once(desk: Desk) -> None:
    connection = desk.connect()
    desk.line.calls.clear()
    for _ in range(2):
        permissions.check_if_due(connection.pk, now=factories.NOW + HOUR)
    assert desk.line.reads.count("GET /v3/jobs") == 1


@pytest.mark.world
def test_a_disconnected_account_is_not_checked(desk: Desk) -> None:
    desk.connect()
    desk.client(desk.admin).post(desk.own("greenhouse_disconnect"))
    Connection.objects.of(desk.organisation).update(check_at=None)
    jobs.sweep_checks.run()
    assert ("greenhouse.check", {"connection_id": desk.connection().pk}) not in waiting()
    assert ActivityFeedNote.objects.of(desk.organisation).count() == 0
