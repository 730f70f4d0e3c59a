"""Failed and duplicate notes on the candidate's page."""

import pytest
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.greenhouse.models import ActivityFeedNote, Connection
from goodword.reports.models import Report
from goodword.roles.models import Role
from tests.support import factories
from tests.workspace.applications import NOW, named, path, reported

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


def failed_note(report: Report) -> ActivityFeedNote:
    connection = Connection.objects.create(
        organisation=report.organisation,
        api="v3",
        state="active",
        credential="sealed",
        endpoint_key=f"key-{report.pk}",
        connected_at=NOW,
    )
    return ActivityFeedNote.objects.create(
        organisation=report.organisation,
        connection=connection,
        report=report,
        marker=report.code,
        visibility="private",
        state=ActivityFeedNote.State.FAILED,
        last_error="Greenhouse says that this may not be written.",
        not_before=NOW,
        created_at=NOW,
    )


@pytest.mark.main_case
def test_a_failed_note_is_retried_in_one_click(role: Role, report: Report) -> None:
    post = failed_note(report)
    client = signed_in(factories.member(role.organisation))
    page = client.get(
        path("candidate", role.organisation, report.step_request.application_id)
    ).content.decode()
    assert "Greenhouse says that this may not be written." in page
    client.post(path("report_note_again", role.organisation, report.pk))
    post.refresh_from_db()
    assert (post.state, post.attempts) == (ActivityFeedNote.State.QUEUED, 0)


@pytest.mark.world
def test_a_note_that_cannot_be_posted_is_discarded_in_one_click(role: Role, report: Report) -> None:
    post = failed_note(report)
    ActivityFeedNote.objects.of(role.organisation).update(
        failure_reason=ActivityFeedNote.FailureReason.DELETED
    )
    client = signed_in(factories.member(role.organisation))
    page = client.get(
        path("candidate", role.organisation, report.step_request.application_id)
    ).content.decode()
    assert "Discard note" in page
    assert "Retry" not in page
    client.post(path("report_note_drop", role.organisation, report.pk))
    post.refresh_from_db()
    assert post.state == ActivityFeedNote.State.CANCELLED
    audited = AuditEntry.objects.of(role.organisation).values_list("action", flat=True)
    assert "note.dropped" in audited
    page = client.get(
        path("candidate", role.organisation, report.step_request.application_id)
    ).content.decode()
    assert "no note" in page


@pytest.mark.world
def test_a_duplicate_note_is_shown_until_dismissed(role: Role, report: Report) -> None:
    failed_note(report)
    posts = ActivityFeedNote.objects.of(role.organisation)
    posts.update(state=ActivityFeedNote.State.SENT, remote_id=7, duplicate_remote_ids=[8])
    client = signed_in(factories.member(role.organisation))
    here = path("candidate", role.organisation, report.step_request.application_id)
    assert "The note appears twice on the Activity Feed." in client.get(here).content.decode()
    client.post(path("report_note_seen", role.organisation, report.pk))
    assert posts.get().duplicates_seen_at is not None
    assert "The note appears twice on the Activity Feed" not in client.get(here).content.decode()


@pytest.mark.world
@pytest.mark.parametrize("name", ["report_note_again", "report_note_drop", "report_note_seen"])
def test_only_recruiters_can_retry_notes(role: Role, report: Report, name: str) -> None:
    post = failed_note(report)
    ActivityFeedNote.objects.of(role.organisation).update(duplicate_remote_ids=[8])
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
    assert (post.state, post.duplicates_seen_at) == (ActivityFeedNote.State.FAILED, None)
