"""Creating the first organisation of a new installation by keyboard."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from goodword.accounts.first_admin import code
from goodword.accounts.models import Membership
from tests.browser.looking import Looker
from tests.support.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_first_organisation_is_created_from_the_installations_address(
    browser: Browser, live_server: LiveServer
) -> None:
    looker = Looker()
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(live_server.url)
    looker.look(page, "first-admin")
    page.get_by_label("Code").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Enter the code from the log.")
    looker.look(page, "first-admin-empty")
    page.get_by_label("Code").fill(code())
    page.get_by_label("Organisation").fill("Northwind")
    page.get_by_label("Time zone").select_option("Europe/London")
    page.get_by_label("Your name").fill("Ann Admin")
    page.get_by_label("Your e-mail").fill("ann@northwind.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert Membership.objects.across_organisations().get().organisation.name == "Northwind"
    assert looker.wrong == {}
    context.close()
