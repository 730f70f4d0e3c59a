"""The PDF by its share link without a login, and for members; each opening is logged."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.models import Report, ReportFile, ReportOpening
from tests.reports.reports import ready, share_path
from tests.support import factories
from tests.support.jobs import event_names, run_jobs
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> Report:
    return ready()


def openings(report: Report) -> list[str]:
    return list(ReportOpening.objects.of(report.organisation).order_by("pk").values_list("by", flat=True))


def member_path(report: Report) -> str:
    return reverse("report_pdf", args=[report.organisation.slug, report.pk])


@pytest.mark.world
def test_a_link_opens_the_pdf_of_just_this_version_and_is_logged(report: Report) -> None:
    response = Client().get(share_path(report))
    assert response.status_code == 200
    assert response.content == bytes(report.file.content)
    assert {name: response[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")} == {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'inline; filename="{report.code}-v1.pdf"',
        "Cache-Control": "no-store",
    }
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Content-Security-Policy"] == "frame-ancestors 'none'"
    opening = ReportOpening.objects.of(report.organisation).get()
    assert (opening.by, opening.link) == ("link", Link.objects.of(report.organisation).latest("pk"))
    assert event_names()[-1] == "report.opened"


def test_a_link_check_does_not_count_as_an_opening(report: Report) -> None:
    response = Client().head(share_path(report))
    assert (response.status_code, response.content) == (200, b"")
    assert int(response["Content-Length"]) == len(bytes(report.file.content))
    assert openings(report) == []


@pytest.mark.world
def test_a_link_opened_again_and_again_is_one_opening_in_five_minutes(report: Report) -> None:
    path, other = share_path(report), share_path(report)
    began = clock.now()
    for seconds, recorded in ((0, 1), (1, 1), (299, 1), (301, 2), (302, 2)):
        with time_machine.travel(began + timedelta(seconds=seconds), tick=False):
            for _ in range(3):
                assert Client().get(path).content == bytes(report.file.content)
        assert openings(report) == ["link"] * recorded
        assert event_names().count("report.opened") == recorded
    assert Client().get(other).status_code == 200  # another link is another reader
    assert openings(report) == ["link"] * 3
    who = factories.member(report.organisation)
    assert signed_in(who).get(member_path(report)).status_code == 200
    assert openings(report)[-1] == f"member:{who.pk}"


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_link_opened_by_many_at_once_is_one_opening(report: Report) -> None:
    path = share_path(report)

    def get(_: int) -> int:
        try:
            return Client().get(path).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as many:
        assert list(many.map(get, range(24))) == [200] * 24
    assert openings(report) == ["link"]


@pytest.mark.matrix
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_link_only_reads(report: Report, method: str) -> None:
    assert getattr(Client(), method)(share_path(report)).status_code == 405
    assert openings(report) == []


def test_an_expired_link_says_what_to_do(report: Report) -> None:
    path = share_path(report, expires_at=clock.now() - timedelta(seconds=1))
    response = Client().get(path)
    html = response.content.decode()
    assert (response.status_code, response["Cache-Control"]) == (410, "no-store")
    assert [
        said for said in ("It has expired", "rita@acme.example", report.code, "Sign in") if said not in html
    ] == []
    assert report.step_request.application.candidate.name not in html
    assert openings(report) == []


def test_a_revoked_link_says_so(report: Report) -> None:
    path = share_path(report)
    ended = links.end(
        organisation=report.organisation, purpose=Link.Purpose.REPORT, subject_id=report.pk, now=clock.now()
    )
    response = Client().get(path)
    assert (ended, response.status_code) == (1, 410)
    assert "It was revoked." in response.content.decode()


@pytest.mark.world
def test_a_member_at_an_expired_link_is_led_to_the_candidate(report: Report) -> None:
    path = share_path(report, expires_at=clock.now() - timedelta(seconds=1))
    html = signed_in(factories.member(report.organisation)).get(path).content.decode()
    assert "See the candidate&#x27;s page" in html or "See the candidate's page" in html


def test_a_member_who_may_not_see_the_candidate_is_led_to_no_missing_page(report: Report) -> None:
    stranger = signed_in(factories.member(report.organisation, kind="hiring_manager"))
    html = stranger.get(share_path(report, expires_at=clock.now() - timedelta(seconds=1))).content.decode()
    assert ("It has expired" in html, "/candidates/" in html) == (True, False)
    assert ("for a new link" in html, "open the candidate" in html) == (True, False)


@pytest.mark.matrix
@pytest.mark.parametrize("token", ["x", "b" * 43, "%00", "a" * 3000])
def test_an_unknown_link_shows_a_friendly_page(report: Report, token: str) -> None:
    response = Client().get(f"/s/{token}/")
    assert response.status_code == 404
    assert "This link doesn't work" in response.content.decode()


def test_links_of_other_kinds_or_undrawn_reports_open_nothing(report: Report) -> None:
    review = share_path(report, purpose=Link.Purpose.REVIEW).replace("/v/", "/s/")
    assert Client().get(review).status_code == 404
    path = share_path(report)
    Report.objects.of(report.organisation).update(state="building")
    assert Client().get(path).status_code == 404
    assert openings(report) == []


def test_an_opening_by_a_member_is_in_the_audit_log(report: Report) -> None:
    who = factories.member(report.organisation)
    response = signed_in(who).get(member_path(report))
    assert (response.status_code, response.content) == (200, bytes(report.file.content))
    assert openings(report) == [f"member:{who.pk}"]
    entry = AuditEntry.objects.of(report.organisation).latest("pk")
    assert (entry.member, entry.action, entry.details) == (who, "report.opened", {"report": report.pk})


def refused(report: Report, who: Membership | None, status: int) -> None:
    client = signed_in(who) if who else Client()
    assert client.get(member_path(report)).status_code == status
    assert openings(report) == []


def test_signed_out_people_and_other_organisations_are_refused(report: Report) -> None:
    refused(report, None, 302)
    elsewhere = factories.member(factories.organisation(), kind="admin")
    refused(report, elsewhere, 404)
    path = reverse("report_pdf", args=[elsewhere.organisation.slug, report.pk])
    assert signed_in(elsewhere).get(path).status_code == 404


def test_a_hiring_manager_opens_only_reports_of_their_roles(report: Report) -> None:
    manager = factories.member(report.organisation, kind="hiring_manager")
    refused(report, manager, 404)
    assert report.step_request.application.role is not None
    report.step_request.application.role.viewers.add(manager)
    assert signed_in(manager).get(member_path(report)).status_code == 200


def test_the_report_of_a_private_candidate_is_closed_to_other_recruiters(report: Report) -> None:
    candidate = report.step_request.application.candidate
    candidate.private = True
    candidate.save()
    refused(report, factories.member(report.organisation), 404)
    admin = factories.member(report.organisation, kind="admin")
    assert signed_in(admin).get(member_path(report)).status_code == 200


def failed(report: Report) -> str:
    """Mark the report as failed. Returns the URL of its retry button."""
    ReportFile.objects.of(report.organisation).delete()
    Report.objects.of(report.organisation).update(
        state="failed", error="It was tried several times.", rendering_attempts=4
    )
    return reverse("report_render_again", args=[report.organisation.slug, report.pk])


def state(report: Report) -> tuple[str, int, str]:
    report.refresh_from_db()
    return report.state, report.rendering_attempts, report.error


@pytest.mark.main_case
def test_a_failed_report_is_made_again_in_one_click(report: Report) -> None:
    who = factories.member(report.organisation)
    client, where = signed_in(who), failed(report)
    page = reverse("candidate", args=[report.organisation.slug, report.step_request.application_id])
    assert f'action="{where}"' in client.get(page).content.decode()
    for _ in range(2):
        assert client.post(where)["Location"] == page
    run_jobs()
    assert (state(report), ReportFile.objects.of(report.organisation).count()) == (("ready", 1, ""), 1)
    rebuilt = AuditEntry.objects.of(report.organisation).filter(action="report.rebuilt")
    assert [(entry.member, entry.details) for entry in rebuilt] == [(who, {"report": report.pk})]


def test_a_report_that_is_ready_is_not_made_again(report: Report) -> None:
    where = reverse("report_render_again", args=[report.organisation.slug, report.pk])
    signed_in(factories.member(report.organisation)).post(where)
    assert state(report) == ("ready", 1, "")


def test_a_hiring_manager_cannot_retry_a_report(report: Report) -> None:
    where = failed(report)
    manager = factories.member(report.organisation, kind="hiring_manager")
    assert report.step_request.application.role is not None
    report.step_request.application.role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    theirs = reverse("report_render_again", args=[stranger.organisation.slug, report.pk])
    answers = [
        Client().post(where),
        signed_in(manager).post(where),
        signed_in(stranger).post(where),
        signed_in(stranger).post(theirs),
        signed_in(factories.member(report.organisation)).get(where),
    ]
    assert [answer.status_code for answer in answers] == [302, 403, 404, 404, 405]
    assert state(report) == ("failed", 4, "It was tried several times.")
