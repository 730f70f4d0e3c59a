"""Role settings in a browser: rename by keyboard, archive and restore."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from goodword.roles.models import Role, Step
from tests.browser.looking import WIDTHS, Looker
from tests.browser.windows import window
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_role_is_renamed_archived_and_restored(browser: Browser, live_server: Any) -> None:
    org = factories.organisation(name="Northwind", slug="northwind")
    rita = factories.member(org, name="Rita Sommer", email="rita.sommer@northwind.example")
    role = factories.role(org, title="Senior Account Manager", owner=rita)
    factories.role(org, title="Data Engineer", owner=rita)
    looker = Looker(*WIDTHS)
    context = window(browser, rita, live_server, width=WIDTHS[-1])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/o/northwind/roles/{role.pk}/settings/")
    looker.look(page, "role settings")
    title = page.get_by_label("Title").first
    title.fill("Key Account Manager")
    title.press("Enter")
    expect(page.get_by_role("heading", name="Key Account Manager")).to_be_visible()
    page.goto(f"{live_server.url}/o/northwind/roles/{role.pk}/settings/")
    page.get_by_role("button", name="Archive role").click()
    page.get_by_role("link", name="Archived").click()
    looker.look(page, "archived roles")
    page.get_by_role("link", name="Key Account Manager").click()
    looker.look(page, "archived role")
    page.get_by_role("button", name="Restore role").click()
    expect(page.get_by_text("Restored. Candidates are invited automatically again.")).to_be_visible()
    assert not Role.objects.of(org).exclude(archived_at=None).exists()


def test_the_pages_of_a_reference_check_are_previewed(browser: Browser, live_server: Any) -> None:
    org = factories.organisation(name="Northwind", slug="northwind")
    role = factories.role(org, title="Senior Account Manager")
    step = factories.step(role, Step.Kind.REFERENCE_CHECK)
    looker = Looker()
    context = window(browser, role.owner, live_server, width=WIDTHS[-1])
    looker.watch(context)
    page = context.new_page()
    page.goto(f"{live_server.url}/o/northwind/roles/{role.pk}/steps/{step.pk}/")
    page.get_by_role("link", name="Preview pages").click()
    for name in ("Name a referee", "Check and send", "Referee: start", "Page 2"):
        page.get_by_role("link", name=name, exact=True).click()
        looker.look(page, f"check preview {name}")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text("2 of 6", exact=True)).to_be_visible()
    page.get_by_role("link", name="Leave preview").click()
    page.get_by_role("link", name="Preview e-mails").click()
    page.get_by_text("Reminder to the referee", exact=True).click()
    looker.look(page, "mails of a reference check")
    page.get_by_role("link", name="Deutsch").click()
    expect(page.locator(".sent-mail[open] dd.strong")).to_contain_text("Ihre Referenzen")
    page.get_by_role("link", name="Reference check settings").click()
    expect(page.get_by_role("heading", name="Reference check settings")).to_be_visible()
