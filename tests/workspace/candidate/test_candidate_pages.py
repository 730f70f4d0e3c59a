"""Candidates, a candidate's page, and results to review."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.candidates.models import Candidate
from goodword.core.events import record
from goodword.core.report_blocks import OutcomeAnswer, OutcomeRow
from goodword.roles.models import Role
from goodword.workflow.models import StepRequest
from goodword.workspace.candidate.invitations import why_not
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, invited, named, path, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


@pytest.fixture
def role(organisation: Organisation) -> Role:
    return factories.role(organisation, title="Baker")


@pytest.fixture
def rita(organisation: Organisation) -> Membership:
    return factories.member(organisation)


def names(client: Client, organisation: Organisation, query: str = "") -> list[str]:
    rows = client.get(path("candidates", organisation), {"q": query}).context["listing"].rows
    return [row.application.candidate.name for row in rows]


def queries(client: Client, where: str) -> int:
    client.get(where)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(where).status_code == 200
    return len(seen)


@pytest.mark.slow
def test_all_candidates_are_searched_by_name_address_and_role(role: Role, rita: Membership) -> None:
    other = factories.role(role.organisation, title="Sailor")
    named(role, "Ada", "Zorn", email="a@zorn.example")
    named(other, "Bo", "Abel")
    named(factories.role(factories.organisation()), "Cy", "Elsewhere")
    client = signed_in(rita)
    assert sorted(names(client, role.organisation)) == ["Ada Zorn", "Bo Abel"]
    assert names(client, role.organisation, "ZORN.ex") == ["Ada Zorn"]
    assert names(client, role.organisation, "sail") == ["Bo Abel"]
    assert names(client, role.organisation, "cy") == []


@pytest.mark.matrix
@pytest.mark.parametrize(
    "query", ["'; drop table", "\\", "_", "<script>alert(1)</script>", "a\x00b", "é" * 500]
)
def test_unusual_searches_do_not_break_the_page(role: Role, rita: Membership, query: str) -> None:
    named(role, "Ada", "Zorn")
    response = signed_in(rita).get(path("candidates", role.organisation), {"q": query})
    assert (response.status_code, response.context["listing"].rows) == (200, [])
    assert b"<script>alert" not in response.content


@pytest.mark.world
def test_private_candidates_are_visible_only_to_members_of_the_role(role: Role, rita: Membership) -> None:
    hidden = named(role, "Hidden", "Bo", private=True)
    reported(hidden)
    admin = factories.member(role.organisation, kind="admin")
    viewer = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(viewer)
    where = path("candidate", role.organisation, hidden.pk)
    for who, sees in ((rita, False), (admin, True), (viewer, True), (role.owner, True)):
        client = signed_in(who)
        assert names(client, role.organisation) == (["Hidden Bo"] if sees else [])
        assert names(client, role.organisation, "hidden") == (["Hidden Bo"] if sees else [])
        results = client.get(path("results", role.organisation), {"show": "all"})
        assert len(results.context["rows"]) == sees
        assert client.get(where).status_code == (200 if sees else 404)
        assert len(client.get(path("role", role.organisation, role.pk)).context["listing"].rows) == sees


@pytest.mark.main_case
def test_the_page_shows_steps_results_reports_and_timeline(role: Role, rita: Membership) -> None:
    application = named(role, "Ada", "Zorn")
    report = reported(application)
    response = signed_in(rita).get(path("candidate", role.organisation, application.pk))
    assert [result.label for result in response.context["results"]] == ["Assessment"]
    assert list(response.context["reports"]) == [report]
    assert sorted(entry.title for entry in response.context["timeline"]) == sorted(
        [
            "Assessment assigned",
            "Started the assessment on Tue 3 Mar",
            "Finished the assessment",
            f"Report {report.code} ready, version 1",
            "E-mail sent: notice to the recruiter that the report is ready",
        ]
    )
    html = response.content.decode()
    assert report.code in html
    assert path("report_pdf", role.organisation, report.pk) in html
    [overview] = BeautifulSoup(html, "html.parser").select(".overview")
    assert [tag.get_text(" ", strip=True) for tag in overview.select(".kv__row")] == [
        f"{scale} 3.0 (scale from 1 to 5)"
        for scale in ("Contact with others", "Give and take", "Planning and order", "New and proven ways")
    ]


def test_screen_readers_are_told_who_gave_an_answer() -> None:
    """A tooltip names the referee of a letter, which they don't read."""
    answer = OutcomeAnswer("Yes", by=[("M", "Maria Schmidt, manager"), ("M", "Omar Haddad, manager")])
    html = render_to_string(
        "workspace/candidate/outcome.html", {"outcome": [OutcomeRow("Would work together again", [answer])]}
    )
    page = BeautifulSoup(html, "html.parser")
    for letter in page.select("[aria-hidden=true]"):
        letter.decompose()
    spoken = " ".join(page.get_text(" ").split())
    assert spoken == "Would work together again Maria Schmidt, manager; Omar Haddad, manager; Yes"


def test_an_address_adds_no_recipients_to_a_members_mail(role: Role, rita: Membership) -> None:
    application = named(role, "Ada", "Zorn", email="ada?bcc=eve%40evil.example&x@zorn.example")
    html = signed_in(rita).get(path("candidate", role.organisation, application.pk)).content
    page = BeautifulSoup(html, "html.parser")
    links = {str(link["href"]) for link in page.select("a[href^='mailto:ada']")}
    assert links == {"mailto:ada%3Fbcc%3Deve%2540evil.example%26x@zorn.example"}


@pytest.mark.world
def test_sections_can_be_linked_to_and_details_are_folded(role: Role, rita: Membership) -> None:
    application = named(role, "Ada", "Zorn")
    reported(application)
    page = BeautifulSoup(
        signed_in(rita).get(path("candidate", role.organisation, application.pk)).content, "html.parser"
    )
    tabs = {str(tab["href"]): " ".join(tab.get_text(" ").split()) for tab in page.select(".tab")}
    assert tabs == {
        "#results": "Results",
        "#flags": f"Flags to review {len(page.select('.flags__run > .flags > .flag'))}",
        "#comments": "Comments 0",
        "#timeline": "Timeline 5",
        "#data": "Data",
    }
    assert all(page.select_one(anchor) is not None for anchor in tabs)
    assert page.select("details[open]") == []
    outcome = page.select_one("#assessment .outcome")
    assert outcome is not None
    assert " ".join(outcome.get_text(" ").split()) == "Work style 4 scales, no total"


@pytest.mark.world
def test_only_the_last_eight_events_are_shown_and_mails_open_to_their_recipient(
    role: Role, rita: Membership
) -> None:
    application = named(role, "Ada", "Zorn")
    reported(application)
    with transaction.atomic():
        for number in range(8):
            record(
                "application.entered_stage",
                organisation_id=role.organisation_id,
                application_id=application.pk,
                actor="greenhouse",
                at=factories.NOW - timedelta(days=number + 1),
                data={"stage_name": "Offer"},
            )
    page = BeautifulSoup(
        signed_in(rita).get(path("candidate", role.organisation, application.pk)).content, "html.parser"
    )
    assert len(page.select("#timeline .card__body > .events > .event")) == 8
    assert len(page.select("#timeline .more .event")) == 5
    mail = page.select_one("#timeline details.event__what")
    assert mail is not None
    assert "To Rita Recruiter <rita@acme.example> Subject Ada Zorn has finished" in " ".join(
        mail.get_text(" ").split()
    )


@pytest.mark.world
def test_hiring_managers_do_not_see_the_recipients_of_mails(role: Role) -> None:
    application = named(role, "Ada", "Zorn")
    reported(application)
    viewer = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(viewer)
    response = signed_in(viewer).get(path("candidate", role.organisation, application.pk))
    entries = response.context["timeline"]
    assert "E-mail sent: notice to the recruiter that the report is ready" in {
        entry.title for entry in entries
    }
    assert [entry.details for entry in entries if entry.details] == []
    assert "Ada Zorn has finished" not in response.content.decode()


@pytest.mark.world
def test_arrows_lead_to_the_neighbours_on_the_role_that_the_member_may_see(
    role: Role, rita: Membership
) -> None:
    first, second, _, last = (
        named(role, name, "Zorn", private=name == "Cy") for name in ("Ada", "Bo", "Cy", "Dee")
    )
    named(factories.role(role.organisation), "Eve", "Elsewhere")
    client = signed_in(rita)
    pages = {
        application.candidate.short_name: client.get(
            path("candidate", role.organisation, application.pk)
        ).context["neighbours"]
        for application in (first, second, last)
    }
    shown = {name: (one.previous, one.next) for name, one in pages.items()}
    assert shown == {"Ada": (second, None), "Bo": (last, first), "Dee": (None, second)}


@pytest.mark.world
def test_arrows_and_breadcrumbs_keep_the_filters_and_the_order_of_the_list(
    role: Role, rita: Membership
) -> None:
    for first, last in (("Ada", "Zorn"), ("Bo", "Abel"), ("Cy", "Moss"), ("Dee", "Kay")):
        named(role, first, last, stage_name="Offer" if first == "Dee" else "Assessment")

    def soup(response: Any) -> BeautifulSoup:
        return BeautifulSoup(response.content, "html.parser")

    client, where = signed_in(rita), path("role", role.organisation, role.pk) + "?stage=Assessment&sort=-name"
    links = soup(client.get(where)).select("tbody th a")
    assert [link.get_text() for link in links] == ["Ada Zorn", "Cy Moss", "Bo Abel"]

    def around(response: Any) -> list[str]:
        return [
            str(link["aria-label"]) for link in soup(response).select("main a[aria-label*=' candidate: ']")
        ]

    page = client.get(str(links[1]["href"]))
    assert around(page) == ["Previous candidate: Ada Zorn", "Next candidate: Bo Abel"]
    assert where in [link["href"] for link in soup(page).select("nav a")]
    following = soup(page).select_one("a[aria-label^='Next candidate']")
    assert following is not None
    assert around(client.get(str(following["href"]))) == ["Previous candidate: Cy Moss"]
    # a form on the page redirects to its plain address
    plain = str(links[1]["href"]).partition("?")[0]
    assert around(client.get(plain, headers={"Referer": f"https://goodword.test{links[1]['href']}"})) == [
        "Previous candidate: Ada Zorn",
        "Next candidate: Bo Abel",
    ]
    listed = client.get(path("candidates", role.organisation) + "?q=zorn")
    page = client.get(str(soup(listed).select("tbody th a")[0]["href"]))
    assert around(page) == []
    assert path("candidates", role.organisation) + "?q=zorn" in [
        link["href"] for link in soup(page).select("nav a")
    ]


@pytest.mark.world
def test_viewing_results_is_audited(role: Role, rita: Membership) -> None:
    done, fresh = named(role, "Ada", "Zorn"), named(role, "Bo", "Abel")
    reported(done)
    AuditEntry.objects.of(role.organisation).delete()
    client = signed_in(rita)
    client.get(path("candidate", role.organisation, fresh.pk))
    client.get(path("candidate", role.organisation, done.pk))
    entries = AuditEntry.objects.of(role.organisation)
    assert list(entries.values_list("member", "action", "details")) == [
        (rita.pk, "result.viewed", {"application": done.pk})
    ]


@pytest.mark.world
def test_candidates_of_others_are_not_found_and_not_audited(role: Role) -> None:
    application = named(role, "Ada", "Zorn")
    reported(application)
    AuditEntry.objects.of(role.organisation).delete()
    where = path("candidate", role.organisation, application.pk)
    manager = factories.member(role.organisation, kind="hiring_manager")
    stranger = factories.member(factories.organisation(), kind="admin")
    assert Client().get(where).status_code == 302
    assert signed_in(manager).get(where).status_code == 404
    assert signed_in(stranger).get(where).status_code == 404
    assert (
        signed_in(stranger).get(path("candidate", stranger.organisation, application.pk)).status_code == 404
    )
    assert AuditEntry.objects.across_organisations().filter(action="result.viewed").count() == 0


@pytest.mark.world
def test_waiting_steps_show_the_reason_and_the_remedy(role: Role, rita: Membership) -> None:
    application = named(role, "Ada", "Zorn", email="")
    factories.step_request(
        application, "assessment", state="waiting", waiting_reason="no_address", started_at=None
    )
    html = signed_in(rita).get(path("candidate", role.organisation, application.pk)).content.decode()
    assert "No usable e-mail address in Greenhouse. Add one there" in html


@pytest.mark.world
def test_candidates_from_greenhouse_link_to_their_profile(
    role: Role, rita: Membership, settings: Settings
) -> None:
    settings.GOODWORD_GREENHOUSE_APP_URL = "https://app.greenhouse.example/"
    application = named(role, "Ada", "Zorn")
    where = path("candidate", role.organisation, application.pk)
    client = signed_in(rita)
    assert client.get(where).context["greenhouse_url"] == (
        f"https://app.greenhouse.example/people/{application.candidate.remote_id}"
        f"?application_id={application.remote_id}"
    )
    application.candidate.remote_id = None
    application.candidate.save()
    assert client.get(where).context["greenhouse_url"] == ""


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_content(role: Role, rita: Membership) -> None:
    application = named(role, "Ada", "Zorn")
    invited(application)
    checked(application)
    where, client = path("candidate", role.organisation, application.pk), signed_in(rita)
    before = queries(client, where)
    with transaction.atomic():
        for _ in range(30):
            record(
                "application.entered_stage",
                organisation_id=role.organisation_id,
                application_id=application.pk,
                actor=f"member:{rita.pk}",
                at=factories.NOW,
                data={"stage_name": "Offer {x}"},
            )
    assert queries(client, where) == before


@pytest.mark.world
def test_results_list_the_latest_version_with_constant_queries(role: Role, rita: Membership) -> None:
    client, where = signed_in(rita), path("results", role.organisation) + "?show=all"
    first = named(role, "Ada", "Zorn")
    reported(first)
    before = queries(client, where)
    second = reported(first)
    shown = client.get(where).context["rows"]
    assert [(row.review.report, row.news) for row in shown] == [(second, "Assessment, version 2")]
    for last in ("B", "C"):
        reported(named(role, "Ada", last))
    assert len(client.get(where).context["rows"]) == 3
    assert queries(client, where) == before


@pytest.mark.world
def test_inviting_again_sends_an_invitation_and_is_audited(role: Role, rita: Membership) -> None:
    application = named(role, "Ada", "Zorn")
    attempt = invited(application)
    where = path("step_invite_again", role.organisation, application.pk, attempt.step_request_id)
    response = signed_in(rita).post(where, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["New invitation on its way."]
    assert list(
        AuditEntry.objects.of(role.organisation).filter(member=rita).values_list("action", "details")
    ) == [("step.invited_again", {"step_request": attempt.step_request_id})]
    assert attempt.step_request.attempts.count() == 2


@pytest.mark.world
def test_inviting_again_needs_a_recruiter_and_a_post(role: Role, rita: Membership) -> None:
    application = named(role, "Ada", "Zorn")
    attempt = invited(application)
    where = path("step_invite_again", role.organisation, application.pk, attempt.step_request_id)
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    theirs = path("step_invite_again", stranger.organisation, application.pk, attempt.step_request_id)
    answers = [
        signed_in(rita).get(where),
        Client().post(where),
        signed_in(manager).post(where),
        signed_in(stranger).post(where),
        signed_in(stranger).post(theirs),
        signed_in(rita).post(
            path("step_invite_again", role.organisation, application.pk, attempt.step_request_id + 99)
        ),
    ]
    assert [answer.status_code for answer in answers] == [200, 302, 403, 404, 404, 404]
    assert attempt.step_request.attempts.count() == 1


@pytest.mark.world
def test_steps_of_another_candidate_are_not_found(role: Role, rita: Membership) -> None:
    mine, other = named(role, "Ada", "Zorn"), named(role, "Bo", "Abel")
    invited(mine)
    step_request = invited(other).step_request
    where = path("step_invite_again", role.organisation, mine.pk, step_request.pk)
    assert signed_in(rita).post(where).status_code == 404
    assert step_request.attempts.count() == 1


NOT_ACTIVE = "Only active candidates can be invited."
NOT_BEGUN = "This step has not started yet."
NO_ADDRESS = "This candidate has no usable e-mail address, or is marked “Do not e-mail”."
PROSPECT = "Prospects are never e-mailed. Convert this person to a candidate in Greenhouse."
SUSPICIOUS_NAME = "The candidate's name looks like a link. Correct it, or confirm it here."


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["assessment", "reference_check"])
@pytest.mark.parametrize(
    ("application", "state", "said"),
    [
        ({"status": "rejected"}, "started", NOT_ACTIVE),
        ({}, "waiting", NOT_BEGUN),
        ({"email": ""}, "started", NO_ADDRESS),
        ({"can_email": False}, "started", NO_ADDRESS),
        ({"prospect": True}, "started", PROSPECT),
        ({"preferred_name": "evil.example"}, "started", SUSPICIOUS_NAME),
    ],
)
def test_the_page_says_why_a_candidate_cannot_be_invited(
    role: Role, kind: str, application: dict[str, str], state: str, said: str
) -> None:
    who = named(role, "Ada", "Zorn", **application)
    step_request = factories.step_request(who, kind, state=StepRequest.State(state))
    response = signed_in(role.owner).post(
        path("step_invite_again", role.organisation, who.pk, step_request.pk), follow=True
    )
    assert [str(message) for message in response.context["messages"]] == [said]
    assert (step_request.attempts.count(), step_request.checks.count(), who.emails.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("rejected", NOT_ACTIVE),
        ("not_started", NOT_BEGUN),
        ("may_not_email", NO_ADDRESS),
        ("prospect", PROSPECT),
    ],
)
def test_a_rejected_candidate_is_not_reported_as_lacking_an_address(reason: str, said: str) -> None:
    assert why_not(reason) == said


@pytest.mark.world
def test_huge_ids_are_not_found(role: Role, rita: Membership) -> None:
    for name in ("role", "candidate", "report_pdf"):
        assert signed_in(rita).get(path(name, role.organisation, 10**30)).status_code == 404


@pytest.mark.world
def test_the_page_reads_no_row_twice_for_its_steps(role: Role, rita: Membership) -> None:
    application = named(role, "Ada", "Zorn")
    invited(application)
    checked(application)
    client, where = signed_in(rita), path("candidate", role.organisation, application.pk)
    client.get(where)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(where).status_code == 200
    for table in ("workflow_steprequest", "candidates_application", "accounts_organisation"):
        one_row = f'WHERE "{table}"."id" = '
        assert not [query["sql"] for query in seen.captured_queries if one_row in query["sql"]]


@pytest.mark.world
def test_a_candidate_whose_id_is_another_persons_has_no_link_to_greenhouse(
    role: Role, rita: Membership
) -> None:
    ada = named(role, "Ada", "Zorn")
    client, where = signed_in(rita), path("candidate", role.organisation, ada.pk)
    notice = "this candidate's ID belongs to another person"
    for taken in (False, True):
        Candidate.objects.of(role.organisation).update(id_taken_at=factories.NOW if taken else None)
        page = client.get(where).content.decode()
        assert ("Open in Greenhouse" in page, notice in page) == (not taken, taken)
