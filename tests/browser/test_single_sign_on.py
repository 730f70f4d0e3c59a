"""Single sign-on with a real OpenID Connect provider in a separate process."""

import json
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Browser, expect
from pytest_django.fixtures import Settings

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.core.sign_on_settings import member_claim
from tests.browser.looking import Looker
from tests.support import factories, oidc

pytestmark = [pytest.mark.browser, pytest.mark.programs, pytest.mark.django_db(transaction=True)]
PEOPLE = {
    "rita": {"email": "rita@northwind.example", "email_verified": True, "name": "Rita Hansen"},
    "ned": {
        "email": "ned@northwind.example",
        "email_verified": True,
        "name": "Ned New",
        "groups": ["everybody", "talent-team"],
    },
    "eve": {"email": "eve@northwind.example", "email_verified": True, "name": "Eve", "groups": ["everybody"]},
}
CLAIM = {"claim": "groups", "values": {"talent-team": {"organisation": "northwind", "kind": "recruiter"}}}


def test_members_sign_in_with_a_provider(
    live_server: object, browser: Browser, settings: Settings, tmp_path: Path
) -> None:
    cache.clear()
    site = str(live_server).replace("127.0.0.1", "localhost")
    organisation = factories.organisation(name="Northwind Cycles", slug="northwind")
    rita = factories.member(organisation, kind="admin", email="rita@northwind.example", name="Rita Hansen")
    roles, rules = f"{site}/o/northwind/roles/", f"{site}/o/northwind/settings/sign-in/"
    looker, context = Looker(), browser.new_context()
    looker.watch(context)
    page = context.new_page()

    def at_the_provider(name: str) -> None:
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(oidc.PASSWORD)
        page.get_by_role("button", name="Log in").click()

    def start() -> None:
        page.get_by_role("link", name="Sign in with Northwind ID").click()

    def a_while_later() -> None:
        for row in Session.objects.all():
            session = SessionStore(row.session_key)
            for record in session.get("account_authentication_methods", []):
                record["at"] -= 901
            session.save()

    callback = f"{site}/accounts/oidc/oidc/login/callback/"
    with oidc.provider(tmp_path, redirect_uri=callback, people=PEOPLE) as issuer:
        settings.SOCIALACCOUNT_PROVIDERS = oidc.configuration(issuer)
        page.goto(roles)
        looker.look(page, "sign in with a provider")
        start()
        at_the_provider("rita")
        expect(page).to_have_url(roles)

        # an admin who has used it makes it mandatory
        page.goto(rules)
        page.get_by_label("Require single sign-on").check()
        looker.look(page, "require single sign-on")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()

        # a sensitive action later: the provider asks again, then the submitted form continues
        page.get_by_label("Require a second factor").check()
        a_while_later()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Confirm it's you")).to_be_visible()
        looker.look(page, "confirm with the provider")
        page.get_by_role("link", name="Continue with Northwind ID").click()
        at_the_provider("rita")
        expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()
        looker.look(page, "continue")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        saved = Organisation.objects.get()
        assert (saved.requires_single_sign_on, saved.requires_second_factor) == (True, True)

        # passwords no longer work
        page.goto(f"{site}/accounts/logout/")
        page.get_by_role("button", name="Sign out").click()
        page.goto(f"{site}/accounts/login/")
        page.get_by_label("E-mail").fill(rita.user.email)
        page.get_by_label("Password").fill(factories.PASSWORD)
        page.get_by_label("Password").press("Enter")
        expect(page.get_by_text("Northwind Cycles requires single sign-on.")).to_be_visible()
        looker.look(page, "password refused")
        context.clear_cookies()

        # claims don't create members unless the operator allows it
        page.goto(roles)
        start()
        at_the_provider("ned")
        expect(page.get_by_text("There is no account for ned@northwind.example.")).to_be_visible()
        context.clear_cookies()

        settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
        page.goto(roles)
        start()
        at_the_provider("ned")
        expect(page).to_have_url(roles)
        context.clear_cookies()
        page.goto(roles)
        start()
        at_the_provider("eve")
        expect(page.get_by_text("There is no account for eve@northwind.example.")).to_be_visible()
    start()  # the provider is down
    expect(page.get_by_text("Signing in with single sign-on didn't work.")).to_be_visible()
    context.close()

    members = (
        Membership.objects.of(organisation).order_by("pk").values_list("user__email", "user__name", "kind")
    )
    assert list(members) == [
        ("rita@northwind.example", "Rita Hansen", "admin"),
        ("ned@northwind.example", "Ned New", "recruiter"),
    ]
    trail = AuditEntry.objects.of(organisation).order_by("pk").values_list("action", "details__methods")
    assert list(trail) == [
        ("sign_in.single_sign_on_linked", None),
        ("sign_in.succeeded", ["single sign-on"]),
        ("organisation.sign_in_changed", None),
        ("organisation.sign_in_changed", None),
        ("sign_in.ended", None),
        ("sign_in.refused_without_single_sign_on", None),
        ("member.added", None),
        ("sign_in.succeeded", ["single sign-on"]),
    ]
    assert (looker.wrong, looker.complaints) == ({}, [])
