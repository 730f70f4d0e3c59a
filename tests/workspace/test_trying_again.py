"""A report that could not be drawn, and a note that could not be written: one click when the reason has gone."""

import pytest
from django.test import Client

from goodword.accounts.models import Membership
from goodword.greenhouse.models import Connection, FeedPost
from goodword.reports.models import Report
from goodword.roles.models import Role
from tests.support import factories
from tests.support.jobs import waiting
from tests.workspace.people import NOW, named, path, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation())


@pytest.fixture
def report(role: Role) -> Report:
    return reported(named(role, "Ada", "Lovelace"))


def signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def failed_note(report: Report) -> FeedPost:
    connection = Connection.objects.create(
        organisation=report.organisation,
        api="v3",
        state="active",
        credential="sealed",
        endpoint_key=f"key-{report.pk}",
        connected_at=NOW,
    )
    return FeedPost.objects.create(
        organisation=report.organisation,
        connection=connection,
        report=report,
        marker=report.code,
        visibility="private",
        state=FeedPost.State.FAILED,
        last_error="Greenhouse says that this may not be written.",
        not_before=NOW,
        created_at=NOW,
    )


def test_a_failed_report_is_drawn_again_by_one_click(role: Role, report: Report) -> None:
    Report.objects.of(role.organisation).update(state=Report.State.FAILED, error="no")
    client = signed_in(factories.member(role.organisation))
    page = client.get(path("candidate", role.organisation, report.start.application_id)).content.decode()
    assert "Make the report again" in page
    client.post(path("report_draw_again", role.organisation, report.pk))
    report.refresh_from_db()
    assert (report.state, report.error) == (Report.State.BUILDING, "")
    assert ("report.draw", {"report_id": report.pk}) in waiting()


def test_a_report_that_is_ready_is_not_drawn_again(role: Role, report: Report) -> None:
    before = waiting()
    signed_in(factories.member(role.organisation)).post(
        path("report_draw_again", role.organisation, report.pk)
    )
    report.refresh_from_db()
    assert (report.state, waiting()) == (Report.State.READY, before)


def test_a_failed_note_is_tried_again_by_one_click(role: Role, report: Report) -> None:
    post = failed_note(report)
    client = signed_in(factories.member(role.organisation))
    page = client.get(path("candidate", role.organisation, report.start.application_id)).content.decode()
    assert "Greenhouse says that this may not be written." in page
    client.post(path("report_note_again", role.organisation, report.pk))
    post.refresh_from_db()
    assert (post.state, post.attempts) == (FeedPost.State.QUEUED, 0)


@pytest.mark.parametrize("name", ["report_draw_again", "report_note_again"])
def test_others_change_nothing(role: Role, report: Report, name: str) -> None:
    Report.objects.of(role.organisation).update(state=Report.State.FAILED)
    post = failed_note(report)
    stranger = factories.member(factories.organisation(), kind="admin")
    looker = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(looker)
    here = path(name, role.organisation, report.pk)
    answers = [
        Client().post(here).status_code,
        signed_in(stranger).post(here).status_code,
        signed_in(stranger).post(path(name, stranger.organisation, report.pk)).status_code,
        signed_in(looker).post(here).status_code,
        signed_in(factories.member(role.organisation)).get(here).status_code,
    ]
    report.refresh_from_db()
    post.refresh_from_db()
    assert answers == [302, 404, 404, 403, 405]
    assert (report.state, post.state) == (Report.State.FAILED, FeedPost.State.FAILED)


def test_the_health_address_answers_anybody() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
