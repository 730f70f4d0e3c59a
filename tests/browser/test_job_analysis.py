"""Role > Job analysis on a phone and a desktop."""

import pytest
from playwright.sync_api import Browser, expect

from goodword.roles.domain import job_analysis
from tests.assessments.plans import REASONING, WORK_STYLE, asked_on
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_requirement_is_added_and_the_matrix_confirmed(browser: Browser, live_server: object) -> None:
    admin = factories.member(factories.organisation(name="Acme"), kind="admin", name="Ann Admin")
    role = factories.role(admin.organisation, title="Account Manager")
    asked_on(role, WORK_STYLE, REASONING)
    for text in ("Keeps the dates agreed with customers", "Works with others"):
        job_analysis.add(role=role, text=text, measures=[], by=admin, now=factories.NOW)
    looker = Looker()
    context = window(browser, admin, live_server, width=WIDTHS[0])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server}/o/{role.organisation.slug}/roles/{role.pk}/job-analysis/")
    page.get_by_role("link", name="Keeps the dates").click()
    page.get_by_role("checkbox", name="Planning and order").check()
    page.get_by_role("checkbox", name="Reliability").check()
    page.get_by_label("How important is it for the job as a whole?").select_option("5, essential")
    page.get_by_label("How much harm does it do if done badly?").select_option("4, serious harm")
    page.get_by_label("When is it needed?").select_option("On the first day")
    page.get_by_label("Who judged this, and on what basis?").fill("Two incumbents, in March.")
    looker.look(page, "job requirement")
    page.get_by_label("Requirement").press("Tab")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Confirm job analysis").click()
    expect(page.get_by_role("link", name="Say what the requirements are based on.")).to_be_visible()
    page.get_by_label("What are the requirements based on?").fill("Talked to three incumbents in May.")
    page.get_by_role("button", name="Confirm job analysis").click()
    expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()
    looker.look(page, "job analysis")
    page.get_by_role("link", name="Version 1").click()
    page.set_viewport_size({"width": WIDTHS[1], "height": 900})
    looker.look(page, "job analysis version")
    assert looker.wrong == {}
