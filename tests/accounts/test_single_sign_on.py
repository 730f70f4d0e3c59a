"""Single sign-on: who may sign in, members created by a claim, organisations that require it.
tests/browser/test_single_sign_on.py uses a real provider; here allauth gets a provider's response.
"""

import json
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.accounts.commands import lift_single_sign_on, remove_second_factors, unlink_single_sign_on
from goodword.accounts.models import AuditEntry, Membership, Organisation, User
from goodword.core.sign_on_settings import member_claim
from tests.support import factories, oidc
from tests.support.jobs import waiting
from tests.support.oidc import arrive, outcome
from tests.support.pages import signed_in
from tests.support.second_factors import with_app

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
RITA = {"sub": "1", "email": "rita@acme.example", "email_verified": True, "name": "Rita Hansen"}
NED = RITA | {"sub": "2", "email": "ned@acme.example", "name": "Ned"}
CLAIM = {
    "claim": "groups",
    "values": {
        "team": {"organisation": "acme", "kind": "recruiter"},
        "leads": {"organisation": "acme", "kind": "admin"},
        "gone": {"organisation": "no-such", "kind": "admin"},
    },
}
TOO_LATE = "Nothing was saved, because your confirmation has expired. Try again."
NO_LOGIN = "There is no account for rita@acme.example. Ask an admin of your organisation to invite you."


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = oidc.configuration("http://127.0.0.1:9/o")


@pytest.fixture
def acme() -> Organisation:
    return factories.organisation(name="Acme", slug="acme")


@pytest.fixture
def rita(acme: Organisation) -> Membership:
    return factories.member(acme, kind="admin", email="rita@acme.example", name="Rita")


def test_a_verified_address_of_a_user_signs_in_and_is_linked(rita: Membership) -> None:
    assert outcome(RITA) == ("rita@acme.example", [])
    assert list(SocialAccount.objects.values_list("user", "provider", "uid")) == [(rita.user_id, "oidc", "1")]
    rita.user.refresh_from_db()
    assert (rita.user.name, rita.user.check_password(factories.PASSWORD)) == ("Rita", True)


def test_the_link_lasts_when_the_address_changes(rita: Membership) -> None:
    arrive(RITA)
    assert outcome(RITA | {"email": "rita@elsewhere.example"}) == ("rita@acme.example", [])


@pytest.mark.matrix
@pytest.mark.parametrize("verified", [False, "false", None, ""])
def test_an_unverified_address_is_refused(rita: Membership, verified: object) -> None:
    sentence = "Northwind ID hasn't verified your e-mail address, so you can't sign in with it."
    assert outcome(RITA | {"email_verified": verified}) == ("", [sentence])
    assert not SocialAccount.objects.exists()


def test_addresses_at_trusted_domains_count_as_verified(rita: Membership, settings: Settings) -> None:
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"]["verified_email"] = ["acme.example"]
    silent = {name: value for name, value in RITA.items() if name != "email_verified"}
    for denied in (False, "false", 0, ""):
        assert outcome(silent | {"email_verified": denied})[0] == ""
    assert outcome(silent)[0] == "rita@acme.example"
    assert [(name, values["change"]) for name, values in waiting()] == [
        ("accounts.mail_security_change", "socialaccount/email/account_connected")
    ]
    factories.member(rita.organisation, email="rita@other.example")
    assert outcome({"sub": "2", "email": "rita@other.example"})[0] == ""


def test_another_person_with_the_same_address_is_refused(rita: Membership) -> None:
    arrive(RITA)
    sentence = (
        "rita@acme.example belongs to another account at Northwind ID. If you have a new account there, ask an "
        "admin to unlink the old one in Settings > Members, or write to help@goodword.example."
    )
    assert outcome(RITA | {"sub": "2"}) == ("", [sentence])
    assert SocialAccount.objects.count() == 1


@pytest.mark.world
@pytest.mark.parametrize("whose", ["RITA@acme.example", "all"])
def test_the_operator_lets_members_link_new_accounts(
    rita: Membership, capsys: pytest.CaptureFixture[str], whose: str
) -> None:
    ned = factories.member(rita.organisation, email="ned@acme.example")
    for claims in (RITA, NED):
        arrive(claims)
    before = signed_in(rita)
    assert [unlink_single_sign_on(one) for one in ("x@y.example", whose, whose)] == [2, 0, 0]
    assert before.get("/o/acme/roles/").status_code == 302
    still_linked = [] if whose == "all" else [ned.user_id]
    assert list(SocialAccount.objects.values_list("user", flat=True)) == still_linked
    assert outcome(RITA | {"sub": "3"}) == ("rita@acme.example", [])
    entries = AuditEntry.objects.of(rita.organisation).filter(action="sign_in.single_sign_on_unlinked")
    unlinked = [rita.pk, ned.pk] if whose == "all" else [rita.pk]
    assert [(one.actor, one.details) for one in entries.order_by("pk")] == [
        ("operator", {"member": pk}) for pk in unlinked
    ]
    assert "Nothing was changed." in capsys.readouterr().out


#: what case folding takes for rita.kiss@acme.example
LOOK_ALIKES = ("r\u0131ta.kiss@acme.example", "rita.ki\u017fs@acme.example", "rita.\u212aiss@acme.example")


@pytest.mark.matrix
@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_a_look_alike_address_signs_nobody_in_and_makes_no_user(
    acme: Organisation, settings: Settings, address: str
) -> None:
    factories.member(acme, email="rita.kiss@acme.example")
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    stranger = {"sub": "2", "email": address, "email_verified": True, "groups": ["leads"]}
    assert outcome(stranger) == (
        "",
        [f"{address} has a letter that only looks like i, s or k, so you can't sign in with it."],
    )
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)
    User.objects.all().delete()
    assert outcome(stranger)[0] == ""
    assert not User.objects.exists()


def test_strangers_do_not_become_users(acme: Organisation) -> None:
    assert outcome(RITA | {"groups": ["team"]}) == ("", [NO_LOGIN])
    assert not User.objects.exists()


def test_a_deactivated_user_is_not_let_in(rita: Membership) -> None:
    User.objects.filter(pk=rita.user_id).update(is_active=False)
    request, response = arrive(RITA)
    assert ("_auth_user_id" in request.session, response["Location"]) == (False, "/accounts/inactive/")


def test_accounts_are_not_added_to_another_login(rita: Membership) -> None:
    eve = factories.member(rita.organisation, email="eve@acme.example")
    assert outcome({"sub": "9", "email": "x@acme.example"}, process="connect", user=eve.user)[1] == [
        "This sign-in can't be used here."
    ]
    assert not SocialAccount.objects.exists()


# --- Members by a claim -----------------------------------------------------------------------------------------


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("groups", "kind"),
    [
        (["team"], "recruiter"),
        (["team", "leads"], "admin"),
        ("leads", "admin"),
        (["leads", "team", "gone"], "admin"),
    ],
)
def test_a_claim_makes_a_member(acme: Organisation, settings: Settings, groups: object, kind: str) -> None:
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    assert outcome(RITA | {"groups": groups}) == ("rita@acme.example", [])
    (member,) = Membership.objects.of(acme)
    assert (member.kind, member.user.name, member.user.has_usable_password()) == (kind, "Rita Hansen", False)
    entry = AuditEntry.objects.of(acme).get(action="member.added")
    assert (entry.actor, entry.details) == ("single sign-on", {"member": member.pk, "kind": kind})


@pytest.mark.parametrize("name", ["ANN admin", "Goodword"])
def test_a_claim_gives_nobody_the_name_of_a_colleague(
    acme: Organisation, settings: Settings, name: str
) -> None:
    factories.member(acme, name="Ann Admin")
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    assert outcome(RITA | {"groups": ["team"], "name": name})[0] == "rita@acme.example"
    assert User.objects.get(email="rita@acme.example").name == "rita@acme.example"


@pytest.mark.parametrize(
    ("claimed", "stored"),
    [
        ("\u202eRita", "Rita"),
        ("Rita\nHansen", "Rita Hansen"),
        ("", "rita@acme.example"),
        ("\u200b ", "rita@acme.example"),
    ],
)
def test_a_claimed_name_is_cleaned_and_never_empty(
    acme: Organisation, settings: Settings, claimed: str, stored: str
) -> None:
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    arrive(RITA | {"groups": ["team"], "name": claimed})
    assert User.objects.get(email="rita@acme.example").name == stored


def test_a_long_address_replaces_a_refused_name(acme: Organisation, settings: Settings) -> None:
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    address = f"rita@{'.'.join(3 * ['acme' * 14])}.example"
    assert outcome(RITA | {"groups": ["team"], "name": "Goodword", "email": address}) == (address, [])
    assert User.objects.get(email=address).name == address[:150]


@pytest.mark.matrix
@pytest.mark.parametrize("groups", [[], ["other"], "teams", ["gone"], None, {"team": 1}, [["team"]]])
def test_other_values_of_the_claim_let_nobody_in(
    acme: Organisation, settings: Settings, groups: object
) -> None:
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    assert outcome(RITA | {"groups": groups}) == ("", [NO_LOGIN])
    assert not User.objects.exists()


def test_a_claim_needs_a_verified_address(acme: Organisation, settings: Settings) -> None:
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    assert outcome(RITA | {"groups": ["team"], "email_verified": False})[0] == ""
    assert not User.objects.exists()


def test_a_claim_changes_nothing_for_members_and_former_ones(rita: Membership, settings: Settings) -> None:
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps(CLAIM))
    Membership.objects.of(rita.organisation).update(kind="hiring_manager", deactivated_at=factories.NOW)
    arrive(RITA | {"groups": ["leads"]})
    rita.refresh_from_db()
    assert (rita.kind, rita.deactivated_at) == ("hiring_manager", factories.NOW)


def test_a_claim_adds_a_user_to_a_further_organisation(rita: Membership, settings: Settings) -> None:
    other = factories.organisation(slug="other")
    values = {"team": {"organisation": "other", "kind": "hiring_manager"}}
    settings.GOODWORD_SSO_MEMBERS = member_claim(json.dumps({"claim": "groups", "values": values}))
    for _ in range(2):
        arrive(RITA | {"groups": ["team"]})
    assert [(member.user, member.kind) for member in Membership.objects.of(other)] == [
        (rita.user, "hiring_manager")
    ]


# --- Required ---------------------------------------------------------------------------------------------------


def require(organisation: Organisation) -> None:
    organisation.requires_single_sign_on = True
    organisation.save()


def test_a_password_is_refused_with_a_sentence(rita: Membership) -> None:
    require(rita.organisation)
    client = Client()
    page = client.post(LOGIN, {"login": rita.user.email, "password": factories.PASSWORD}, follow=True)
    assert "Acme requires single sign-on. Use “Sign in with Northwind ID”." in page.content.decode()
    assert "_auth_user_id" not in client.session
    wrong = Client().post(LOGIN, {"login": rita.user.email, "password": "wrong"}).content.decode()
    assert "requires single sign-on" not in wrong
    actions = AuditEntry.objects.of(rita.organisation).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["sign_in.refused_without_single_sign_on", "sign_in.failed"]


def test_a_session_by_password_opens_other_organisations_only(rita: Membership) -> None:
    require(rita.organisation)
    other = factories.organisation(slug="other")
    Membership.objects.create(organisation=other, user=rita.user, kind="admin", created_at=factories.NOW)
    client = Client()
    client.post(LOGIN, {"login": rita.user.email, "password": factories.PASSWORD})
    refused = client.get("/o/acme/roles/")
    assert (refused.status_code, client.get("/o/other/roles/").status_code) == (403, 200)
    page = refused.content.decode()
    assert "Acme can only be opened with single sign-on." in page
    assert "/accounts/oidc/oidc/login/?process=login&amp;next=%2Fo%2Facme%2Froles%2F" in page
    assert client.post("/o/acme/roles/new/", {"title": "x"}).status_code == 403


def test_a_session_by_single_sign_on_needs_no_second_factor(rita: Membership) -> None:
    require(rita.organisation)
    Organisation.objects.update(requires_second_factor=True)
    assert signed_in(rita, method="socialaccount").get("/o/acme/roles/").status_code == 200


def test_a_second_factor_set_up_here_is_needed_after_single_sign_on_too(rita: Membership) -> None:
    require(rita.organisation)
    with_app(rita.user)
    request, response = arrive(RITA)
    assert response["Location"] == "/accounts/login/code/"
    assert "_auth_user_id" not in request.session


def test_the_account_page_asks_for_a_second_factor_only_where_passwords_are_accepted(
    rita: Membership,
) -> None:
    require(rita.organisation)
    globex = factories.organisation(name="Globex")
    Membership.objects.create(organisation=globex, user=rita.user, kind="recruiter", created_at=factories.NOW)
    Organisation.objects.update(requires_second_factor=True)
    page = signed_in(rita, method="socialaccount").get("/accounts/").content.decode()
    found = re.findall("[^>]*requires a second factor[^<]*", page)
    assert found == ["Globex requires a second factor when you sign in with a password: an app or a passkey."]


def test_the_account_page_says_where_a_password_would_not_be_accepted(rita: Membership) -> None:
    sentence = "Acme requires single sign-on, so passwords and passkeys aren't accepted."
    said = []
    for required in (False, True):
        Organisation.objects.update(requires_single_sign_on=required)
        page = signed_in(rita, method="socialaccount").get("/accounts/").content.decode()
        said.append(sentence in page.replace("&#x27;", "'"))
    assert said == [False, True]


def test_the_settings_say_that_the_provider_handles_second_factors(acme: Organisation) -> None:
    page = signed_in(factories.member(acme, kind="admin")).get("/o/acme/settings/sign-in/").content.decode()
    assert "This doesn't apply to single sign-on" in page.replace("&#x27;", "'")


def test_only_an_admin_who_used_single_sign_on_can_require_it(rita: Membership) -> None:
    rules = "/o/acme/settings/sign-in/"
    refused = signed_in(rita).post(rules, {"requires_single_sign_on": "on"})
    assert refused.context["form"].errors["requires_single_sign_on"] == [
        "Sign in with single sign-on first, to avoid locking yourself out."
    ]
    assert not Organisation.objects.get().requires_single_sign_on
    assert (
        signed_in(rita, method="socialaccount").post(rules, {"requires_single_sign_on": "on"}).status_code
        == 302
    )
    assert Organisation.objects.get().requires_single_sign_on


# --- Reauthentication ----------------------------------------------------------------------------------------------


def test_confirming_is_for_the_same_person_who_was_asked_just_now(rita: Membership) -> None:
    eve = factories.member(rita.organisation, email="eve@acme.example")
    arrive(RITA)

    def confirmed(claims: dict[str, Any], user: User) -> tuple[bool, list[str]]:
        request, _ = arrive(claims, process="redirect", user=user)
        return "account_authentication_methods" in request.session, [
            str(message) for message in get_messages(request)
        ]

    assert confirmed(RITA, rita.user) == (True, [])
    assert confirmed(RITA | {"auth_time": int(time.time()) - 10}, rita.user) == (True, [])
    assert confirmed(RITA, eve.user) == (False, ["That was another account at Northwind ID."])
    assert confirmed(RITA | {"sub": "5"}, eve.user) == (False, ["That was another account at Northwind ID."])
    assert confirmed(RITA | {"auth_time": int(time.time()) - 1000}, rita.user) == (
        False,
        ["Northwind ID didn't ask you to sign in again. Sign out there, then try again."],
    )


def test_only_linked_providers_are_offered_for_confirming(rita: Membership) -> None:
    path = "/accounts/reauthenticate/with/oidc/"
    client = signed_in(rita, seconds_ago=901, method="socialaccount")
    assert client.get(path).status_code == 404
    SocialAccount.objects.create(user=rita.user, provider="oidc", uid="1")
    page = client.get(path + "?next=/o/acme/roles/").content.decode()
    assert "Continue with Northwind ID" in page
    assert "Use your password" in page
    assert client.post("/o/acme/settings/retention/")["Location"].startswith(path)
    assert (
        signed_in(rita, seconds_ago=901)
        .post("/o/acme/settings/retention/")["Location"]
        .startswith("/accounts/reauthenticate/?")
    )
    assert Client().get(path)["Location"].startswith(LOGIN)


def test_nothing_continues_without_a_confirmation(rita: Membership) -> None:
    SocialAccount.objects.create(user=rita.user, provider="oidc", uid="1")
    client = signed_in(rita, seconds_ago=901, method="socialaccount")
    rules = "/o/acme/settings/sign-in/"
    client.post(rules, {"requires_second_factor": "on"})
    for send, said in ((client.get, []), (client.post, [TOO_LATE])):
        page = send("/accounts/reauthenticate/continue/", {"next": rules})
        assert (page.status_code, page["Location"]) == (302, rules)
        assert [str(message) for message in get_messages(page.wsgi_request)] == said
    assert Organisation.objects.get().requires_second_factor is False
    assert Client().post("/accounts/reauthenticate/continue/")["Location"].startswith(LOGIN)


# --- Failures ---------------------------------------------------------------------------------------------------


def test_an_unreachable_provider_is_reported() -> None:
    client = Client()
    page = client.get("/accounts/oidc/oidc/login/?process=login", follow=True).content.decode()
    assert "Signing in with single sign-on didn&#x27;t work. Try again;" in page


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("error=access_denied&state=x", "Signing in with Northwind ID didn&#x27;t work."),
        ("code=forged&state=forged", "Signing in with Northwind ID didn&#x27;t work."),
        ("", "Signing in with Northwind ID didn&#x27;t work."),
    ],
)
def test_a_forged_answer_is_refused(rita: Membership, query: str, sentence: str) -> None:
    client = Client()
    page = client.get(f"/accounts/oidc/oidc/login/callback/?{query}", follow=True).content.decode()
    assert (sentence in page, "_auth_user_id" in client.session) == (True, False)


NUL, SURROGATE = "\\u0000", "\\ud800"  # in JSON


@pytest.mark.matrix
@pytest.mark.parametrize(
    "userinfo",
    [
        json.dumps(RITA | {"sub": "1~"}).replace("~", NUL),
        json.dumps(RITA | {"name": "Rita~"}).replace("~", NUL),
        json.dumps(RITA | {"groups": ["team", "~"]}).replace("~", NUL),
        json.dumps(RITA | {"sub": "1~"}).replace("~", SURROGATE),
        json.dumps(RITA | {"name": "Rita~"}).replace("~", SURROGATE),
        json.dumps(RITA | {"age": float("nan")}),
        json.dumps(RITA | {"sub": 200 * "1"}),
        json.dumps(RITA | {"email": 7}),
        json.dumps(RITA | {"name": {"given": "Rita"}}),
        json.dumps([RITA]),
        '"rita"',
        "null",
    ],
)
def test_claims_that_cannot_be_stored_are_refused(
    rita: Membership, settings: Settings, userinfo: str
) -> None:
    client = Client()
    with oidc.answering(userinfo) as url:
        settings.SOCIALACCOUNT_PROVIDERS = oidc.configuration(url)
        started = client.post("/accounts/oidc/oidc/login/?process=login")["Location"]
        [state] = parse_qs(urlsplit(started).query)["state"]
        page = client.get(f"/accounts/oidc/oidc/login/callback/?code=x&state={state}", follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "Signing in with single sign-on didn't work. Try again; if it keeps failing, write to help@goodword.example."
    ]
    assert ("_auth_user_id" in client.session, SocialAccount.objects.exists()) == (False, False)


def test_without_a_provider_there_is_no_button_and_no_page(rita: Membership, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Northwind ID" not in Client().get(LOGIN).content.decode()
    assert Client().get("/accounts/oidc/oidc/login/").status_code == 404
    require(rita.organisation)
    page = signed_in(rita).get("/o/acme/roles/").content.decode()
    assert "Single sign-on isn&#x27;t set up here." in page or "Single sign-on isn't set up here." in page


# --- The operator -----------------------------------------------------------------------------------------------


def test_the_operator_lifts_the_requirement(rita: Membership, capsys: pytest.CaptureFixture[str]) -> None:
    require(rita.organisation)
    assert [lift_single_sign_on("no-such"), lift_single_sign_on("acme"), lift_single_sign_on("acme")] == [
        2,
        0,
        0,
    ]
    client = Client()
    client.post(LOGIN, {"login": rita.user.email, "password": factories.PASSWORD})
    assert client.get("/o/acme/roles/").status_code == 200
    entry = AuditEntry.objects.of(rita.organisation).get(action="organisation.sign_in_changed")
    assert (entry.actor, entry.details) == (
        "operator",
        {"changed": {"requires_single_sign_on": [True, False]}},
    )
    assert "Nothing was changed." in capsys.readouterr().out


def test_the_operator_removes_second_factors(rita: Membership, capsys: pytest.CaptureFixture[str]) -> None:
    with_app(rita.user)
    before = signed_in(rita)
    assert [remove_second_factors(one) for one in ("x@y.example", "RITA@acme.example", rita.user.email)] == [
        2,
        0,
        0,
    ]
    assert before.get("/o/acme/roles/").status_code == 302
    client = Client()
    client.post(LOGIN, {"login": rita.user.email, "password": factories.PASSWORD})
    assert "_auth_user_id" in client.session
    assert AuditEntry.objects.of(rita.organisation).filter(action="sign_in.factors_removed").count() == 1
