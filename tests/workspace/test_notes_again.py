"""A note that could not be written: one click when the reason has gone. And whether the house is well."""

import pytest
from django.test import Client

from goodword.accounts.models import Membership
from goodword.greenhouse.models import Connection, FeedPost
from goodword.reports.models import Report
from goodword.roles.models import Role
from tests.support import factories
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


def test_a_failed_note_is_tried_again_by_one_click(role: Role, report: Report) -> None:
    post = failed_note(report)
    client = signed_in(factories.member(role.organisation))
    page = client.get(path("candidate", role.organisation, report.start.application_id)).content.decode()
    assert "Greenhouse says that this may not be written." in page
    client.post(path("report_note_again", role.organisation, report.pk))
    post.refresh_from_db()
    assert (post.state, post.attempts) == (FeedPost.State.QUEUED, 0)


def test_others_change_nothing(role: Role, report: Report) -> None:
    name = "report_note_again"
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
    post.refresh_from_db()
    assert answers == [302, 404, 404, 403, 405]
    assert post.state == FeedPost.State.FAILED


def test_the_health_address_answers_anybody() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
