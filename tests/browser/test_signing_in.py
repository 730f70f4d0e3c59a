"""The account page, an authenticator app, and passkeys with Chromium's virtual authenticator."""

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from goodword.accounts.models import AuditEntry
from tests.browser.looking import Looker
from tests.support import factories
from tests.support.second_factors import code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def virtual_authenticator(page: Page) -> None:
    """A device that creates and uses passkeys without user interaction."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_member_sets_up_an_app_and_a_passkey_and_signs_in_with_both(
    live_server: object, browser: Browser
) -> None:
    cache.clear()
    organisation = factories.organisation(
        name="Northwind Cycles", slug="northwind", requires_second_factor=True
    )
    rita = factories.member(organisation, kind="admin", email="rita@northwind.example", name="Rita Hansen")
    site = str(live_server).replace("127.0.0.1", "localhost")  # passkeys need a name
    looker, context = Looker(), browser.new_context()
    looker.watch(context)
    page = context.new_page()
    virtual_authenticator(page)

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    def enter_password() -> None:
        page.get_by_label("E-mail").fill(rita.user.email)
        page.get_by_label("Password").fill(factories.PASSWORD)
        page.get_by_label("Password").press("Enter")

    page.goto(f"{site}/o/northwind/roles/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    looker.look(page, "sign in")
    enter_password()
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    looker.look(page, "second factor needed")
    page.get_by_role("link", name="Set up an authenticator app").click()
    looker.look(page, "set up app")
    secret = page.locator("[data-copy-value]").inner_text()
    page.get_by_label("Code").fill(code(secret, seconds=15))
    page.get_by_label("Code").press("Enter")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    looker.look(page, "recovery codes")
    page.get_by_role("link", name="Continue").click()
    expect(page).to_have_url(f"{site}/o/northwind/home/setup/")

    page.goto(f"{site}/accounts/")
    page.get_by_role("link", name="Add passkey").click()
    looker.look(page, "add passkey")
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("rowheader", name="Laptop")).to_be_visible()
    looker.look(page, "account")
    page.get_by_role("link", name="Rename Laptop").click()
    looker.look(page, "rename passkey")
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("rowheader", name="Work laptop")).to_be_visible()
    page.goto(f"{site}/accounts/password/change/")
    looker.look(page, "change password")
    page.goto(f"{site}/o/northwind/settings/sign-in/")
    looker.look(page, "sign-in rules")

    page.goto(f"{site}/accounts/logout/")
    press("Sign out")
    page.goto(f"{site}/accounts/login/?next=/o/northwind/help/")
    press("Sign in with a passkey")
    expect(page).to_have_url(f"{site}/o/northwind/help/")

    page.goto(f"{site}/accounts/logout/")
    press("Sign out")
    page.goto(f"{site}/accounts/login/?next=/o/northwind/help/")
    enter_password()
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    looker.look(page, "second step")
    press("Use a passkey")
    expect(page).to_have_url(f"{site}/o/northwind/help/")

    page.goto(f"{site}/accounts/reauthenticate/passkey/?next=/o/northwind/roles/")
    looker.look(page, "confirm by passkey")
    press("Use a passkey")
    expect(page).to_have_url(f"{site}/o/northwind/roles/")
    page.goto(f"{site}/accounts/reauthenticate/?next=/o/northwind/roles/")
    looker.look(page, "confirm by password")
    context.close()

    methods = AuditEntry.objects.of(organisation).filter(action="sign_in.succeeded").order_by("pk")
    assert [entry.details["methods"] for entry in methods] == [
        ["password"],
        ["passkey"],
        ["password", "passkey"],
    ]
    assert (looker.wrong, looker.complaints) == ({}, [])
