"""Single sign-on with a SAML provider on another site, whose posts arrive without our session cookie."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Browser, expect
from pytest_django.fixtures import Settings

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.core.sign_on_settings import MemberClaim, Place
from tests.browser.looking import Looker
from tests.support import factories, saml

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    # of python3-saml
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]


def test_members_sign_in_with_a_saml_provider(
    live_server: object, browser: Browser, settings: Settings
) -> None:
    cache.clear()
    organisation = factories.organisation(slug="acme")
    factories.member(organisation, kind="admin", email="rita@acme.example", name="Rita Hansen")
    settings.GOODWORD_SSO_MEMBERS = MemberClaim(
        claim="groups", places={"talent-team": Place(organisation="acme", kind="recruiter")}
    )
    roles = f"{live_server}/o/acme/roles/?status=open"
    looker, context = Looker(), browser.new_context()
    looker.watch(context)
    page = context.new_page()

    def start() -> None:
        context.clear_cookies()
        page.goto(roles)
        page.get_by_role("link", name="Sign in with Northwind ID").click()

    person = {"email": "rita@acme.example", "uid": "rita-1"}
    with saml.provider(site=f"{live_server}/accounts/saml/saml/", person=person) as sso:
        settings.SOCIALACCOUNT_PROVIDERS = saml.configuration(sso)
        start()
        expect(page).to_have_url(roles)

        # a sensitive action later: the provider confirms it, then the submitted form continues
        page.goto(f"{live_server}/o/acme/settings/sign-in/")
        page.get_by_label("Require single sign-on").check()
        [row] = Session.objects.all()
        session = SessionStore(row.session_key)
        for record in session["account_authentication_methods"]:
            record["at"] -= 901
        session.save()
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Continue with Northwind ID").click()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert Organisation.objects.get().requires_single_sign_on

        # from the provider's list of apps
        context.clear_cookies()
        page.goto(sso)
        expect(page.get_by_role("link", name="Roles")).to_be_visible()

        # somebody whose groups make them a member, and a stranger
        person |= {"email": "ned@acme.example", "uid": "ned-1", "groups": "talent-team"}
        start()
        expect(page).to_have_url(roles)
        person |= {"email": "eve@acme.example", "uid": "eve-1", "groups": "everybody"}
        start()
        expect(page.get_by_text("There is no account for eve@acme.example.")).to_be_visible()

    members = Membership.objects.of(organisation).order_by("pk").values_list("user__email", "kind")
    assert list(members) == [("rita@acme.example", "admin"), ("ned@acme.example", "recruiter")]
    trail = AuditEntry.objects.of(organisation).order_by("pk").values_list("action", flat=True)
    assert list(trail) == [
        "sign_in.single_sign_on_linked",
        "sign_in.succeeded",
        "organisation.sign_in_changed",
        "sign_in.succeeded",
        "member.added",
        "sign_in.succeeded",
    ]
    assert looker.complaints == []
