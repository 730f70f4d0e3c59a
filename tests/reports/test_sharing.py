"""Share links that members pass on."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application, Candidate
from goodword.core.models import Event
from goodword.notifications.models import Link
from goodword.reports.models import Report, ReportOpening
from tests.reports.reports import ready
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db
NOW = factories.NOW


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.core.clock.now", lambda: NOW + timedelta(days=1))


@pytest.fixture
def report() -> Report:
    """A report of an application without ATS."""
    made = ready()
    application = made.step_request.application
    Application.objects.of(made.organisation).update(connection_id=None, remote_id=None)
    Candidate.objects.of(made.organisation).filter(pk=application.candidate_id).update(
        connection_id=None, remote_id=None
    )
    return (
        Report.objects.of(made.organisation)
        .select_related("step_request__application__candidate", "step_request__application__role")
        .get(pk=made.pk)
    )


@pytest.fixture
def rita(report: Report) -> Membership:
    return factories.member(report.organisation, name="Rita Recruiter")


def create(client: Client, report: Report, days: str = "90") -> Any:
    return client.post(path("report_links", report.organisation, report.pk), {"days": days})


def revoke(client: Client, report: Report, link: Link) -> Any:
    return client.post(path("report_link_revoke", report.organisation, report.pk, link.pk))


def local(url: str) -> str:
    return url.removeprefix("http://localhost:8000")


def test_a_link_opens_the_report_without_a_login(report: Report, rita: Membership) -> None:
    response = create(signed_in(rita), report)
    assert response.headers["Cache-Control"] == "no-store"
    link = Link.objects.of(report.organisation).get(purpose="report")
    assert (link.created_by, link.expires_at) == (rita, NOW + timedelta(days=91))
    opened = Client().get(local(response.context["url"]))
    assert opened.content.startswith(b"%PDF")
    assert ReportOpening.objects.of(report.organisation).get().link == link
    page = signed_in(rita).get(path("report_links", report.organisation, report.pk))
    assert "1 time, last" in page.content.decode() and "Rita Recruiter" in page.content.decode()
    assert response.context["url"] not in page.content.decode()
    assert AuditEntry.objects.of(report.organisation).get(action="report.shared").member == rita
    assert Event.objects.get(name="report.shared").data["code"] == report.code


@pytest.mark.world
def test_a_reloaded_page_creates_no_second_link(report: Report, rita: Membership) -> None:
    client, where = signed_in(rita), path("report_links", report.organisation, report.pk)
    sent = {"days": "90", "seen": client.get(where).context["seen"]}
    assert client.post(where, sent).context["url"]
    again = client.post(where, sent, follow=True)
    assert "You have already created this link." in again.content.decode().replace("&#x27;", "'")
    assert Link.objects.of(report.organisation).filter(purpose="report").count() == 1
    assert client.post(where, sent | {"seen": again.context["seen"]}).context["url"]


@pytest.mark.world
def test_a_revoked_link_says_who_to_ask(report: Report, rita: Membership) -> None:
    url = create(signed_in(rita), report).context["url"]
    link = Link.objects.of(report.organisation).get(purpose="report")
    revoke(signed_in(rita), report, link)
    revoke(signed_in(rita), report, link)
    ended = Client().get(local(url))
    assert ended.status_code == 410 and "It was revoked." in ended.content.decode()
    assert AuditEntry.objects.of(report.organisation).filter(action="report.link_revoked").count() == 1


@pytest.mark.world
def test_a_link_works_as_long_as_chosen(
    report: Report, rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = create(signed_in(rita), report, "7").context["url"]
    monkeypatch.setattr("goodword.core.clock.now", lambda: NOW + timedelta(days=8, seconds=1))
    assert Client().get(local(url)).status_code == 410


def set_private(report: Report, since: datetime | None) -> None:
    people = Candidate.objects.of(report.organisation)
    people.update(private=since is not None, private_since=since)


@pytest.mark.main_case
@pytest.mark.world
def test_links_from_before_a_candidate_became_private_do_not_work_meanwhile(
    report: Report, rita: Membership
) -> None:
    report.step_request.application.role.viewers.add(rita)  # type: ignore[union-attr]  # it has a role
    client, where = signed_in(rita), path("report_links", report.organisation, report.pk)
    old = local(create(client, report).context["url"])
    set_private(report, NOW + timedelta(days=1, seconds=1))
    stopped = Client().get(old)
    page = stopped.content.decode()
    assert (stopped.status_code, "no longer opens the report" in page) == (410, True)
    assert "private" not in page.lower()
    assert "See the candidate's page" in client.get(old).content.decode()
    listed = client.get(where).content.decode()
    assert listed.count("Stopped: the candidate is private") == 1
    assert "A new link opens the report for anyone who has it." in listed and "Revoke" in listed
    set_private(report, NOW + timedelta(hours=1))  # created since
    assert Client().get(old).status_code == 200
    set_private(report, NOW + timedelta(days=2))
    assert Client().get(old).status_code == 410
    set_private(report, None)
    assert Client().get(old).status_code == 200
    assert "private" not in client.get(where).content.decode().lower()


def test_an_unknown_number_of_days_is_refused_at_its_field(report: Report, rita: Membership) -> None:
    response = create(signed_in(rita), report, "9999")
    assert response.status_code == 422
    assert response.context["form"].errors == {"days": ["Choose how long."]}
    assert not Link.objects.of(report.organisation).filter(purpose="report").exists()


@pytest.mark.world
def test_erasing_the_person_ends_every_link(report: Report, rita: Membership) -> None:
    url = create(signed_in(rita), report).context["url"]
    person = report.step_request.application.candidate
    erasure = request_erasure(of=person, reason=Reason.MEMBER, now=NOW, by="member", member=rita, due_at=NOW)
    carry_out_erasure(erasure_id=erasure.pk, now=NOW, member=rita)
    assert Client().get(local(url)).status_code == 404
    assert create(signed_in(rita), report).status_code == 404


@pytest.mark.world
def test_the_candidate_page_leads_to_the_links_and_mentions_no_greenhouse(
    report: Report, rita: Membership
) -> None:
    application = report.step_request.application
    html = signed_in(rita).get(path("candidate", report.organisation, application.pk)).content.decode()
    assert path("report_links", report.organisation, report.pk) in html
    assert "in Greenhouse" not in html and "Activity Feed" not in html


@pytest.mark.world
def test_others_are_refused(report: Report, rita: Membership) -> None:
    create(signed_in(rita), report)
    link = Link.objects.of(report.organisation).get(purpose="report")
    application = report.step_request.application
    assert application.role is not None
    manager = factories.member(report.organisation, kind="hiring_manager")
    application.role.viewers.add(manager)
    for client, expected in (
        (signed_in(manager), 403),
        (signed_in(factories.member(factories.organisation())), 404),
        (Client(), 302),
    ):
        assert create(client, report).status_code == expected
        assert revoke(client, report, link).status_code == expected
        assert client.get(path("report_links", report.organisation, report.pk)).status_code == expected
    link.refresh_from_db()
    assert link.ended_at is None
    html = signed_in(manager).get(path("candidate", report.organisation, application.pk)).content.decode()
    assert path("report_links", report.organisation, report.pk) not in html
