"""Members' pages by keyboard and screen reader: the focus, Enter, and announcements."""

import pytest
from playwright.sync_api import Browser, Page, expect

from goodword.accounts.models import Membership
from goodword.questionnaires.domain.drafts import add_question
from tests.browser.windows import window
from tests.questionnaires.editor.support import LED, SIZE, made, url
from tests.support import factories
from tests.workspace.applications import invited, named, path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rita(transactional_db: None) -> Membership:
    return factories.member(factories.organisation(name="Northwind Cycles"), name="Rita Hansen")


def list_of_two(rita: Membership) -> str:
    role = factories.role(rita.organisation, title="Shop lead", owner=rita)
    factories.automation(role, connection_id=1, job_id=31, stages={"assessment": (501, "Assessment")})
    for first_name in ("Noor", "Quinn"):
        invited(named(role, first_name, "Haddad", stage_name="Assessment"))
    return path("candidates", rita.organisation)


def visible(page: Page, selector: str) -> bool:
    """Whether the middle of this element is on the screen, not cut off by an element around it."""
    return bool(
        page.locator(selector).evaluate(
            """element => {
              const { left, top, width, height } = element.getBoundingClientRect();
              return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
            }"""
        )
    )


def test_an_alert_is_announced_after_the_page_has_loaded(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    """An alert that is there when the page loads isn't read."""
    ours = made(rita, LED, SIZE)
    page = window(browser, rita, live_server, width=1440).new_page()
    page.goto(f"{live_server}{url('questionnaire_question', ours, 'led')}")
    add_question(questionnaire=ours, entry={"type": "number", "text": "How many people?"})
    page.add_init_script(
        """window.read = [];
        addEventListener("DOMContentLoaded", () => {
          const seen = (changes) => changes.forEach(({ target }) => read.push(target.textContent));
          const alert = document.querySelector("[role=alert]");
          new MutationObserver(seen).observe(alert, { childList: true, subtree: true });
        });"""
    )
    page.locator("textarea[name=text]").fill("Did they lead people?")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_function("() => read.includes('Not saved: the draft has changed')")


def test_enter_on_a_checkbox_of_a_list_presses_no_button(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    page = window(browser, rita, live_server, width=1440).new_page()
    page.goto(f"{live_server}{list_of_two(rita)}")
    page.get_by_role("checkbox", name="Choose Noor Haddad").check()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Extend").click()
    expect(page.locator("input[name=act]")).to_have_value("extend")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Candidates")


def test_the_number_of_chosen_rows_is_announced(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    page = window(browser, rita, live_server, width=1440).new_page()
    page.goto(f"{live_server}{list_of_two(rita)}")
    status = page.locator("[data-bulk-status]")
    expect(status).to_have_text("")
    page.get_by_role("checkbox", name="Choose all on this page").check()
    expect(status).to_have_text("2 selected")


def test_cells_of_a_list_keep_their_column_on_a_phone(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    page = window(browser, rita, live_server, width=390).new_page()
    page.goto(f"{live_server}{list_of_two(rita)}")
    columns = page.locator("thead").get_by_role("columnheader").count()
    row = page.locator("tbody tr").first
    assert row.locator("td:empty").count() > 0
    assert row.get_by_role("cell").count() + row.get_by_role("rowheader").count() == columns


def test_links_that_sort_a_list_are_visible_with_the_focus_on_a_phone(
    browser: Browser, live_server: object, rita: Membership
) -> None:
    page = window(browser, rita, live_server, width=320).new_page()
    page.goto(f"{live_server}{list_of_two(rita)}")
    sort, first = "thead a[href*='sort=stage']", "tbody [data-open] >> nth=0"
    assert not visible(page, sort)
    page.locator(sort).focus()
    assert visible(page, sort)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.locator(first).focus()
    assert not visible(page, sort)
