"""The first-run checklist."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from goodword.accounts.models import AuditEntry
from goodword.workspace.first_run import checklist, is_landing_page
from tests.greenhouse.setup.desk import Desk, open_desk, point
from tests.greenhouse.setup.test_connections import ping, webhooks_in_place
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None, settings: Settings) -> Iterator[Desk]:
    point(settings)
    made = open_desk("v3")
    yield made
    made.greenhouse.sandbox.close()


def test_an_admin_lands_on_it_until_the_first_invitation(desk: Desk) -> None:
    home, setup = desk.url("needs_you"), desk.url("first_run")
    assert desk.client(desk.admin).get(home)["Location"] == setup
    assert desk.client(desk.admin).get(home, {"roles": "all"}).status_code == 200
    assert desk.client(desk.recruiter).get(home).status_code == 200
    role = factories.role(desk.organisation, owner=desk.admin)
    factories.step_request(factories.application(role), "assessment")
    assert desk.client(desk.admin).get(home).status_code == 200


@pytest.mark.world
def test_its_boxes_are_ticked_automatically(desk: Desk) -> None:
    def ticks() -> list[bool]:
        return checklist(desk.organisation).ticks

    assert ticks() == [False] * 4
    connection = desk.connect()
    assert ticks() == [True, False, False, False]
    webhooks_in_place(connection)
    assert ticks() == [True, True, False, False]
    role = factories.role(desk.organisation, owner=desk.admin)
    assert checklist(desk.organisation).unmapped == role
    factories.automation(
        role, connection_id=connection.pk, job_id=31, stages={"assessment": (5, "Assessment")}
    )
    found = checklist(desk.organisation)
    assert (found.ticks, found.stages, found.current) == ([True, True, True, False], ("Assessment",), 4)
    factories.step_request(factories.application(role), "assessment")
    assert checklist(desk.organisation).complete
    assert "4 of 4 done" in desk.client(desk.admin).get(desk.url("first_run")).content.decode()


@pytest.mark.world
def test_the_open_page_shows_each_webhook(desk: Desk) -> None:
    desk.connect()
    client, progress = desk.client(desk.admin), desk.url("first_run_progress")
    assert "0 of 4 live." in client.get(progress).content.decode()
    assert ping(desk, name="Goodword Candidate Hired", action="hire_candidate") == 200
    assert "1 of 4 live." in client.get(progress).content.decode()


@pytest.mark.world
def test_three_open_jobs_are_offered(desk: Desk) -> None:
    desk.connect()
    page = desk.client(desk.admin).get(desk.url("first_run")).context
    assert len(page["jobs"]) == 3
    assert page["jobs_count"] > 3
    assert "SECRET" not in page["instructions"].upper().replace("SECRET%20KEY%3A%20ASK", "")


@pytest.mark.world
def test_an_outage_of_greenhouse_is_named(desk: Desk) -> None:
    desk.connect()
    desk.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/", "status": 503, "times": 9})
    page = desk.client(desk.admin).get(desk.url("first_run"))
    assert (page.status_code, "Jobs can't be loaded" in page.content.decode()) == (200, True)


def test_the_key_dialog_returns_to_it(desk: Desk) -> None:
    address = f"{desk.url('greenhouse_connect')}?api=v3&then=first_run"
    assert desk.client(desk.admin).post(address, desk.form())["Location"] == desk.url("first_run")


@pytest.mark.world
def test_dismissing_it_is_audited_once(desk: Desk) -> None:
    client = desk.client(desk.admin)
    for _ in range(2):
        assert client.post(desk.url("first_run_dismiss"))["Location"] == desk.url("needs_you")
    assert client.get(desk.url("needs_you")).status_code == 200
    assert AuditEntry.objects.of(desk.organisation).filter(action="setup.dismissed").count() == 1


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "method"), [("first_run", "get"), ("first_run_progress", "get"), ("first_run_dismiss", "post")]
)
def test_only_admins_have_it(name: str, method: str) -> None:
    organisation = factories.organisation()
    admin = factories.member(organisation, kind="admin")
    where = path(name, organisation)
    outsider = factories.member(factories.organisation(), kind="admin")
    for member, status in (
        (outsider, 404),
        (factories.member(organisation, kind="recruiter"), 403),
        (factories.member(organisation, kind="hiring_manager"), 403),
    ):
        assert getattr(signed_in(member), method)(where).status_code == status
    organisation.refresh_from_db()
    assert organisation.setup_dismissed_at is None
    assert is_landing_page(admin)
