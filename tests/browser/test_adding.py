"""Without an ATS: candidates added manually and from a file, a report shared by link."""

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from goodword.roles.models import Step
from tests.browser.looking import Looker
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path, reported

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILE = (
    b"First name,Last name,E-mail,Language,Phone\nAda,Zorn,ada@mail.example,de,1\nBo,Yard,bo@mail.example,,2\n"
    b"Cy,Xu,cy at mail,,3\nAda,Again,ADA@mail.example,,4\n"
    b"Rita,Hansen,rita.hansen@northwind.example,,5\nBo,Yard,bo.yard@other.example,,6\nMadonna,,madonna@mail.example,,7\n"
)


def test_candidates_are_added_by_hand_and_from_a_file(browser: Browser, live_server: object) -> None:
    rita = factories.member(
        factories.organisation(name="Northwind"),
        name="Rita Hansen",
        kind="admin",
        email="rita.hansen@northwind.example",
    )
    role = factories.role(rita.organisation, title="Senior Account Manager", owner=rita)
    Step.objects.of(role.organisation).filter(role=role, kind="assessment").update(requirement="Sells")
    session = signed_in(rita).cookies["goodword_session"].value
    looker = Looker()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}{path('role', role.organisation, role.pk)}")
    looker.look(page, "adding role")
    page.get_by_role("link", name="Import candidates").click()
    page.get_by_role("button", name="Check file").press("Enter")
    looker.look(page, "adding upload")
    file = FilePayload(name="list.csv", mimeType="text/csv", buffer=FILE)
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Check file").click()
    expect(page.get_by_role("heading", name="4 candidates can be imported")).to_be_visible()
    expect(page.get_by_label("Leave out line 6")).to_be_checked()
    looker.look(page, "adding check")
    page.get_by_label("Leave out line 7").check()
    page.get_by_label("Leave out line 8").check()
    page.get_by_label("Assessment").check()
    page.get_by_label("Reference check").check()
    page.get_by_role("button", name="Import 4 candidates").click()
    expect(page.get_by_role("button", name="Import 2 candidates and send 4 e-mails")).to_be_visible()
    looker.look(page, "adding confirm")
    page.get_by_role("link", name="Back", exact=True).click()
    page.get_by_role("button", name="Import none").click()
    page.get_by_role("link", name="Add candidate", exact=True).first.click()
    page.get_by_label("First name").fill("Noor")
    page.get_by_label("E-mail", exact=True).press("Enter")
    looker.look(page, "adding form")
    assert looker.wrong == {}
    page.goto(f"{live_server}{path('role_candidate_add', role.organisation, role.pk)}")
    page.get_by_label("First name").fill("Noor")
    page.get_by_label("Last name").fill("Haddad")
    page.get_by_label("E-mail", exact=True).fill("noor@mail.example")
    page.get_by_label("E-mail", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Noor Haddad")
    looker.look(page, "adding candidate")
    here = page.url
    for more in ("edit", "status/rejected", "status/hired"):
        page.goto(f"{here}{more}/")
        looker.look(page, f"adding {more.replace('/', ' ')}")
    page.goto(f"{live_server}{path('candidate_add', role.organisation)}")
    looker.look(page, "adding choice of role")
    assert looker.wrong == {}
    context.close()


def test_a_report_is_shared_by_a_link(browser: Browser, live_server: object) -> None:
    rita = factories.member(factories.organisation(name="Northwind"), name="Rita Hansen", kind="admin")
    role = factories.role(rita.organisation, title="Senior Account Manager", owner=rita)
    report = reported(factories.application(role, connection_id=None, remote_id=None))
    session = signed_in(rita).cookies["goodword_session"].value
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "goodword_session", "value": session, "url": str(live_server)}])
    page, looker = context.new_page(), Looker()
    where = path("candidate", role.organisation, report.step_request.application_id)
    page.goto(f"{live_server}{where}")
    looker.look(page, "sharing candidate")
    page.get_by_role("link", name=f"Share {report.code}").first.click()
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_role("textbox", name="Link to the report")).to_contain_text("/s/")
    looker.look(page, "sharing link")
    page.get_by_role("button", name="Revoke").first.click()
    expect(page.get_by_text("Link revoked.")).to_be_visible()
    assert looker.wrong == {}
    context.close()
