"""The end of a member's session while a page is open."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from goodword.accounts.models import Membership
from goodword.roles.models import Role
from tests.browser.looking import WIDTHS, Looker
from tests.browser.test_connecting import desk
from tests.browser.windows import window
from tests.greenhouse.setup.desk import Desk
from tests.support import factories
from tests.workspace.applications import path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["desk"]

TITLE = "Senior Account Manager"


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Northwind"), name="Rita Hansen", kind="admin")


def typing(browser: Browser, rita: Membership, live_server: object, *, width: int = 1440) -> Page:
    page = window(browser, rita, live_server, width=width).new_page()
    page.clock.install()
    page.goto(f"{live_server}{path('role_new', rita.organisation)}")
    page.get_by_label("Title").fill(TITLE)
    return page


def pass_time(page: Page, *, left: timedelta) -> None:
    """Move the page's clock and the end of the session."""
    Session.objects.update(expire_date=timezone.now() + left)
    page.clock.fast_forward(int((timedelta(hours=8) - left).total_seconds() * 1000))


def sign_in_in_new_tab(page: Page, who: Membership) -> Page:
    """Press the dialog's button, which has the focus. Returns the new tab."""
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    other = opened.value
    other.get_by_label("E-mail").fill(who.user.email)
    other.get_by_label("Password").fill(factories.PASSWORD)
    other.get_by_label("Password").press("Enter")
    return other


def test_a_member_is_warned_and_stays_signed_in_by_one_key(
    browser: Browser, rita: Membership, live_server: object
) -> None:
    page = typing(browser, rita, live_server)
    pass_time(page, left=timedelta(minutes=4))
    warning = page.get_by_role("alertdialog", name="Your session is about to end")
    expect(warning).to_be_visible()
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    looker = Looker(*WIDTHS)
    looker.look(page, "session ending")
    with page.expect_response("**/accounts/session/"):
        page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(page.get_by_label("Title")).to_be_focused()
    assert Session.objects.get().expire_date > timezone.now() + timedelta(hours=7)
    assert looker.wrong == {}


def test_no_warning_is_shown_while_another_tab_is_in_use(
    browser: Browser, rita: Membership, live_server: object
) -> None:
    page = typing(browser, rita, live_server)
    with page.expect_response("**/accounts/session/"):
        page.clock.fast_forward(int(timedelta(hours=7, minutes=55).total_seconds() * 1000))
    expect(page.get_by_role("alertdialog")).to_be_hidden()


def test_what_was_typed_can_be_saved_after_signing_in_again(
    browser: Browser, rita: Membership, live_server: object
) -> None:
    page = typing(browser, rita, live_server)
    pass_time(page, left=timedelta(minutes=-1))
    ended = page.get_by_role("alertdialog", name="Your session has ended")
    expect(ended).to_be_visible()
    looker = Looker(*WIDTHS)
    looker.look(page, "session ended")
    page.keyboard.press("Escape")
    page.get_by_label("Title").press("Enter")
    expect(ended).to_be_visible()
    other = sign_in_in_new_tab(page, rita)
    expect(other.get_by_role("heading", name="You're signed in")).to_be_visible()
    looker.look(other, "signed in again")
    other.close()
    page.clock.fast_forward(60_000)
    expect(ended).to_be_hidden()
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    assert looker.wrong == {}


def test_a_form_sent_at_once_after_the_computer_slept_keeps_its_text(
    browser: Browser, rita: Membership, live_server: object
) -> None:
    page = typing(browser, rita, live_server)
    Session.objects.all().delete()
    page.clock.set_fixed_time(timezone.now() + timedelta(hours=9))
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_role("alertdialog", name="Your session has ended")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value(TITLE)


def test_a_script_does_not_lead_away_from_the_page_either(
    browser: Browser, live_server: LiveServer, desk: Desk
) -> None:
    desk.connect()
    page = window(browser, desk.admin, live_server, width=1440).new_page()
    page.clock.install()
    page.goto(f"{live_server}{desk.url('note_settings')}")
    Session.objects.all().delete()
    page.clock.set_fixed_time(timezone.now() + timedelta(hours=9))
    page.get_by_label("First line of a note").fill("{candidate} is through")
    expect(page.get_by_role("alertdialog", name="Your session has ended")).to_be_visible()
    expect(page.get_by_label("First line of a note")).to_have_value("{candidate} is through")


def polling(browser: Browser, live_server: LiveServer, desk: Desk) -> Page:
    """An admin's page that polls every three seconds, with a clock that the test controls."""
    connection = desk.connect()
    page = window(browser, desk.admin, live_server, width=1440).new_page()
    page.clock.install()
    page.goto(f"{live_server}{desk.url('greenhouse_webhooks', connection.pk)}")
    return page


def test_an_open_page_that_polls_is_warned_and_signed_out(
    browser: Browser, live_server: LiveServer, desk: Desk
) -> None:
    page = polling(browser, live_server, desk)
    with page.expect_request("**/pings/") as poll:
        page.clock.fast_forward(3_000)
    assert poll.value.headers["x-goodword"] == "poll"
    pass_time(page, left=timedelta(minutes=4))
    expect(page.get_by_role("alertdialog", name="Your session is about to end")).to_be_visible()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    Session.objects.all().delete()
    page.clock.fast_forward(250_000)
    expect(page.get_by_role("alertdialog", name="Your session has ended")).to_be_visible()


def test_a_page_that_polls_stays_open_once_its_member_has_signed_out_elsewhere(
    browser: Browser, live_server: LiveServer, desk: Desk
) -> None:
    page = polling(browser, live_server, desk)
    Session.objects.all().delete()
    page.clock.fast_forward(3_000)
    expect(page.get_by_role("alertdialog", name="Your session has ended")).to_be_visible()


def test_text_is_not_saved_in_the_name_of_another_member_who_signs_in_there(
    browser: Browser, rita: Membership, live_server: object
) -> None:
    ben = factories.member(rita.organisation, name="Ben Okafor", kind="recruiter")
    page = typing(browser, rita, live_server)
    pass_time(page, left=timedelta(minutes=-1))
    ended = page.get_by_role("alertdialog", name="Your session has ended")
    expect(ended).to_be_visible()
    other = sign_in_in_new_tab(page, ben)
    expect(other.get_by_text("You're signed in as Ben Okafor.")).to_be_visible()
    other.close()
    with page.expect_response("**/accounts/session/"):
        page.clock.fast_forward(60_000)
    page.keyboard.press("Escape")
    page.get_by_label("Title").press("Enter")
    expect(ended).to_be_visible()
    assert not Role.objects.of(rita.organisation).exists()
