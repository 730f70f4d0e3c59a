"""Reauthentication before sensitive actions, which continue afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from goodword.accounts.models import Membership, Organisation
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.second_factors import code, with_app

pytestmark = pytest.mark.django_db
RULES, PASSWORD, CODE = (
    "/o/acme/settings/sign-in/",
    "/accounts/reauthenticate/",
    "/accounts/reauthenticate/code/",
)
KEY = "/o/acme/settings/integrations/greenhouse/key/"
NEXT = f"?next={RULES.replace('/', '%2F')}"


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(slug="acme"), kind="admin")


def required(who: Membership) -> bool:
    return Organisation.objects.get(pk=who.organisation_id).requires_second_factor


def test_a_recent_sign_in_is_enough(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=890)
    assert client.get(RULES).status_code == 200
    client.post(RULES, {"requires_second_factor": "on"})
    assert required(rita)


@pytest.mark.world
def test_a_submitted_form_continues_after_the_password(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=901)
    asked = client.post(RULES, {"requires_second_factor": "on"})
    assert (asked["Location"], required(rita)) == (PASSWORD + NEXT, False)
    wrong = client.post(PASSWORD, {"password": "wrong", "next": RULES})
    assert (wrong.status_code, required(rita)) == (200, False)
    done = client.post(PASSWORD, {"password": factories.PASSWORD, "next": RULES})
    assert (done["Location"], required(rita)) == (RULES, True)


def test_a_form_confirmed_too_late_leads_back_to_its_page_and_says_so(rita: Membership) -> None:
    deactivate = f"/o/acme/settings/members/{rita.pk}/deactivate/"
    client = signed_in(rita, seconds_ago=901)
    client.post(deactivate, headers={"Referer": "http://testserver/o/acme/settings/members/?q=ann"})
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16), tick=False):
        late = client.post(PASSWORD, {"password": factories.PASSWORD, "next": deactivate}, follow=True)
    assert late.redirect_chain == [("/o/acme/settings/members/?q=ann", 302)]
    assert "Nothing was saved, because your confirmation has expired. Try again." in late.content.decode()


def test_a_submitted_form_is_not_readable_in_the_session(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=901)
    client.post(RULES, {"requires_second_factor": "on", "client_secret": "hush"})
    (row,) = Session.objects.all()
    assert "hush" not in str(row.get_decoded())


def test_a_cancelled_action_does_not_continue(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=901)
    client.post(RULES, {"requires_second_factor": "on"})
    client.get(KEY)  # asks for confirmation of this page instead
    assert client.post(PASSWORD, {"password": factories.PASSWORD, "next": RULES})["Location"] == RULES
    assert not required(rita)


def test_an_action_replaced_by_another_tabs_leads_back_to_its_page_and_says_so(rita: Membership) -> None:
    deactivate = f"/o/acme/settings/members/{rita.pk}/deactivate/"
    members = "/o/acme/settings/members/?q=ann"
    client = signed_in(rita, seconds_ago=901)
    client.post(deactivate, headers={"Referer": f"http://testserver{members}"})
    client.post(RULES, {"requires_second_factor": "on"}, headers={"Referer": f"http://testserver{RULES}"})
    lost = "Nothing was saved, because you started another change in the meantime. Try again."
    for path, page in ((deactivate, members), (RULES, RULES)):
        confirmed = client.post(PASSWORD, {"password": factories.PASSWORD, "next": path}, follow=True)
        assert confirmed.redirect_chain == [(page, 302)]
        assert lost in confirmed.content.decode()
    assert not required(rita)
    client.post(RULES, {"requires_second_factor": "on"})
    assert required(rita)


def test_it_continues_only_where_it_was_asked_for(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=901)
    client.post(RULES, {"requires_second_factor": "on"})
    elsewhere = client.post(PASSWORD, {"password": factories.PASSWORD, "next": "/o/acme/roles/"})
    assert (elsewhere["Location"], required(rita)) == ("/o/acme/roles/", False)


def test_members_who_lost_permission_meanwhile_are_refused(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=901)
    client.post(RULES, {"requires_second_factor": "on"})
    Membership.objects.of(rita.organisation).update(kind="recruiter")
    assert client.post(PASSWORD, {"password": factories.PASSWORD, "next": RULES}).status_code == 403
    assert not required(rita)


def test_a_code_confirms(rita: Membership) -> None:
    secret = with_app(rita.user)
    client = signed_in(rita, seconds_ago=901, method="mfa")
    assert client.post(RULES, {"requires_second_factor": "on"})["Location"] == CODE + NEXT
    assert client.post(CODE, {"code": code(secret), "next": RULES})["Location"] == RULES
    assert required(rita)


def test_redirects_to_other_sites_are_ignored(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=901)
    client.get(KEY)
    done = client.post(PASSWORD, {"password": factories.PASSWORD, "next": "https://evil.example/"})
    assert done["Location"] == "/"


@pytest.mark.world
def test_wrong_passwords_are_limited(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=901)
    for _ in range(5):
        client.post(PASSWORD, {"password": "wrong", "next": RULES})
    client.post(PASSWORD, {"password": factories.PASSWORD, "next": RULES})
    assert client.get(KEY)["Location"].startswith(PASSWORD)


@pytest.mark.matrix
@pytest.mark.parametrize("path", [PASSWORD, CODE, "/accounts/reauthenticate/passkey/"])
def test_confirming_needs_a_sign_in(path: str) -> None:
    assert Client().get(path)["Location"].startswith("/accounts/login/")
    assert Client().post(path, {"password": "x"})["Location"].startswith("/accounts/login/")


@pytest.mark.matrix
@pytest.mark.parametrize(
    "path",
    [
        *("settings/integrations/greenhouse/key/", "settings/integrations/greenhouse/1/key/"),
        "settings/integrations/greenhouse/1/disconnect/",
        *("settings/integrations/greenhouse/1/secret/", "settings/retention/", "settings/sign-in/"),
        *("candidates/1/erase/", "candidates/1/referees/1/erase/"),
        *("settings/members/", "settings/members/1/", "settings/members/1/deactivate/"),
    ],
)
def test_sensitive_changes_ask_for_confirmation(rita: Membership, path: str) -> None:
    client = signed_in(rita, seconds_ago=901)
    assert client.post(f"/o/acme/{path}")["Location"].startswith(PASSWORD)


@pytest.mark.matrix
@pytest.mark.parametrize("path", ["settings/sign-in/", "settings/members/", "settings/retention/"])
def test_viewing_a_page_asks_for_no_confirmation(rita: Membership, path: str) -> None:
    assert signed_in(rita, seconds_ago=901).get(f"/o/acme/{path}").status_code == 200


def test_htmx_is_led_to_the_whole_page(rita: Membership) -> None:
    client = signed_in(rita, seconds_ago=901)
    response = client.post(RULES, headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (200, PASSWORD + NEXT)
