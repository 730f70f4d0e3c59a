"""Requests for a manager's rating: their pages and the members', by keyboard."""

import pytest
from playwright.sync_api import Browser, expect

from goodword.core import clock
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.workspace.validity.support import (
    DAY,
    address,
    asking_role,
    hired,
    manager_of,
    request_of,
    state_of,
    sweep,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_manager_rates_by_keyboard_and_members_see_the_state(browser: Browser, live_server: object) -> None:
    now = clock.now()
    role = asking_role()
    role.asks_for_ratings_since = now - 200 * DAY
    role.save()
    nobody = hired(role, begun_at=now - 120 * DAY, hired_at=now - 90 * DAY)
    sweep(now)
    manager_of(role)
    ada = hired(role, begun_at=now - 120 * DAY, hired_at=now - 90 * DAY)
    sweep(now)
    looker = Looker()
    context = browser.new_context(viewport={"width": WIDTHS[0], "height": 900})
    looker.watch(context)
    page = context.new_page()
    here = f"{live_server}{address(ada, now=now)}"
    page.goto(here)
    page.get_by_text("Who sees it, and how long it is kept").click()
    looker.look(page, "rating by a link")
    page.get_by_role("link", name="I can't rate").click()
    page.get_by_role("button", name="Send answer").click()
    looker.look(page, "rater cannot rate")
    page.goto(here)
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    for name in page.locator("fieldset, [role=radiogroup]").all()[1:]:
        name.get_by_role("radio").last.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Save rating").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    looker.look(page, "rated by a link")
    assert state_of(ada) == ("given", "")
    members = window(browser, role.owner, live_server, width=WIDTHS[0])
    looker.watch(members)
    page = members.new_page()
    slug = role.organisation.slug
    page.goto(f"{live_server}/o/{slug}/candidates/{nobody.pk}/rating/request/")
    page.get_by_role("button", name="Ask by e-mail").click()
    expect(page.get_by_role("link", name="Enter the manager's name.")).to_be_visible()
    looker.look(page, "request for a rating")
    page.get_by_label("Manager's name").fill("Bo Boss")
    page.get_by_label("E-mail address").fill("bo@acme.example")
    page.get_by_role("button", name="Ask by e-mail").click()
    expect(page.get_by_text("Bo Boss will be asked by e-mail.")).to_be_visible()
    looker.look(page, "candidate with a request")
    assert request_of(nobody).rater_email == "bo@acme.example"
    page.goto(f"{live_server}/o/{slug}/roles/{role.pk}/settings/")
    looker.look(page, "role with ratings")
    page.goto(f"{live_server}/o/{slug}/settings/validity/")
    looker.look(page, "validity with requests")
    assert looker.wrong == {}
