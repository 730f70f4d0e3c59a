"""SAML, with responses signed by the tests as an identity provider would."""

from base64 import b64decode, b64encode
from itertools import product
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from pytest_django.fixtures import Settings

from goodword.accounts.models import AuditEntry, Membership, User
from tests.support import factories, saml
from tests.support.pages import signed_in

pytestmark = [
    pytest.mark.django_db,
    # of python3-saml
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]
AGAIN, ACS = "/accounts/saml/saml/login/?process=login", "/accounts/saml/saml/acs/"
START = f"{AGAIN}&next=/o/acme/roles/"
HOST = {"host": "testserver"}
OURS = f"{saml.SITE}metadata/"
REFUSED = "This sign-in took too long, was already used or began in another browser. Try again."


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = saml.configuration()


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(slug="acme"), email="rita@acme.example")


def settings_of_saml() -> dict[str, Any]:
    [app] = django_settings.SOCIALACCOUNT_PROVIDERS["saml"]["APPS"]
    found: dict[str, Any] = app["settings"]
    return found


def browser() -> Client:
    return Client(HTTP_HOST="testserver")


def started() -> tuple[Client, str]:
    """A browser redirected to the identity provider, and the ID of its request."""
    client = browser()
    location = client.get(START)["Location"]
    assert location.startswith(f"{saml.SSO_URL}?SAMLRequest=")
    return client, saml.request_id(location)


def posted(client: Client, response: str, *, follow: bool = False) -> Any:
    """Post the provider's answer. Returns the response to it."""
    kept = client.post(ACS, {"SAMLResponse": response}, headers={"origin": saml.IDP})
    assert kept["Location"] == f"{ACS}finish/"
    return client.get(f"{ACS}finish/", follow=follow)


def answer(client: Client, response: str) -> str:
    """Post the provider's answer. Returns the page that follows."""
    page: str = posted(client, response, follow=True).content.decode()
    return page


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_signed_answer_signs_in(rita: Membership) -> None:
    client, request_id = started()
    answer(client, saml.response(email="rita@acme.example", to=request_id))
    assert is_signed_in(client)
    assert list(SocialAccount.objects.values_list("user", "provider", "uid")) == [
        (rita.user_id, "saml", "rita-1")
    ]
    entry = AuditEntry.objects.of(rita.organisation).get(action="sign_in.succeeded")
    assert entry.details["methods"] == ["single sign-on"]
    assert "Sign in with Northwind ID" in browser().get("/accounts/login/").content.decode()


@pytest.mark.parametrize("signer", [None, "somebody else"])
def test_an_answer_without_the_providers_signature_is_refused(rita: Membership, signer: str | None) -> None:
    client, request_id = started()
    page = answer(client, saml.response(email="rita@acme.example", to=request_id, signer=signer))
    assert "Signing in with Northwind ID didn&#x27;t work." in page
    assert not is_signed_in(client)


@pytest.mark.matrix
@pytest.mark.parametrize("audiences", [[], ["https://other.example"], [OURS, "https://other.example"]])
def test_an_assertion_that_is_not_restricted_to_goodword_is_refused(
    rita: Membership, audiences: list[str]
) -> None:
    client, request_id = started()
    page = answer(client, saml.response(email="rita@acme.example", to=request_id, audiences=audiences))
    assert "didn&#x27;t work." in page
    assert (is_signed_in(client), SocialAccount.objects.exists()) == (False, False)


def test_a_nul_which_xml_forbids_is_refused(rita: Membership) -> None:
    client, request_id = started()
    signed = b64decode(saml.response(email="rita@acme.example", to=request_id))
    page = answer(client, b64encode(signed.replace(b"rita-1", b"rita-1&#0;")).decode())
    assert "Signing in with single sign-on didn&#x27;t work." in page
    assert (is_signed_in(client), SocialAccount.objects.exists()) == (False, False)


@pytest.mark.world
def test_an_answer_works_once_and_only_where_it_was_asked_for(rita: Membership) -> None:
    client, request_id = started()
    response = saml.response(email="rita@acme.example", to=request_id)
    elsewhere = browser()
    assert REFUSED in answer(elsewhere, response)
    assert not is_signed_in(elsewhere)
    answer(client, response)
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    assert REFUSED in answer(client, response)
    assert not is_signed_in(client)


def test_a_response_is_refused_after_ten_minutes(rita: Membership) -> None:
    client, request_id = started()
    session = client.session
    session["socialaccount_states"][request_id][1] -= 601
    session.save()
    assert REFUSED in answer(client, saml.response(email="rita@acme.example", to=request_id))
    assert not is_signed_in(client)


def test_another_attempt_leads_to_the_same_page_as_the_first(rita: Membership) -> None:
    again = "/accounts/login/?next=/o/acme/roles/"
    client, request_id = started()
    unsigned = saml.response(email="rita@acme.example", to=request_id, signer=None)
    stranger = saml.response(email="eve@acme.example", uid="eve-1", to=request_id)
    assert [posted(client, one)["Location"] for one in (unsigned, stranger)] == [again, again]
    assert "process=login&amp;next=%2Fo%2Facme%2Froles%2F" in client.get(again).content.decode()
    settings_of_saml()["idp"]["sso_url"] = "idp.northwind.example"
    assert client.get(START)["Location"] == again


def test_a_sign_in_that_the_provider_starts_is_started_again(rita: Membership) -> None:
    client = browser()
    answered = posted(client, saml.response(email="rita@acme.example"))
    assert (answered["Location"], is_signed_in(client)) == (AGAIN, False)
    request_id = saml.request_id(client.get(AGAIN)["Location"])
    answer(client, saml.response(email="rita@acme.example", to=request_id))
    assert is_signed_in(client)


def test_unsolicited_responses_do_not_cause_a_redirect_loop(rita: Membership) -> None:
    client = browser()
    assert posted(client, saml.response(email="rita@acme.example"))["Location"] == AGAIN
    client.get(AGAIN)
    page = answer(client, saml.response(email="rita@acme.example"))
    assert "Signing in with Northwind ID didn&#x27;t work." in page
    assert not is_signed_in(client)


def test_a_browser_without_cookies_is_not_sent_to_the_provider_forever() -> None:
    assert browser().get(f"{ACS}finish/")["Location"] == "/accounts/login/"


def test_addresses_outside_the_trusted_domains_are_not_verified(rita: Membership) -> None:
    factories.member(rita.organisation, email="rita@elsewhere.example")
    client, request_id = started()
    page = answer(client, saml.response(email="rita@elsewhere.example", to=request_id))
    assert "Northwind ID hasn&#x27;t verified your e-mail address" in page
    assert not is_signed_in(client)


@pytest.mark.parametrize("address", ["r\u0131ta@acme.example", "rita@acme.example.\u212aid.example"])
def test_a_look_alike_address_is_refused(rita: Membership, address: str) -> None:
    User.objects.filter(pk=rita.user_id).update(email=address.replace("\u0131", "i").replace("\u212a", "k"))
    app = settings_of_saml()
    app["verified_email"] = [address.rpartition("@")[2].replace("\u212a", "k")]
    client, request_id = started()
    page = answer(client, saml.response(email=address, to=request_id, uid="another"))
    assert "has a letter that only looks like i, s or k" in page
    assert (is_signed_in(client), SocialAccount.objects.exists()) == (False, False)


def test_an_address_that_the_provider_calls_unverified_is_refused(rita: Membership) -> None:
    settings_of_saml()["attribute_mapping"] = {"email": "mail", "email_verified": "mail"}  # not a boolean
    client, request_id = started()
    page = answer(client, saml.response(email="rita@acme.example", to=request_id))
    assert "Northwind ID hasn&#x27;t verified your e-mail address" in page
    assert not is_signed_in(client)


BOMB = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))


@pytest.mark.matrix
@pytest.mark.parametrize(
    "sent",
    [
        "",
        "!!",
        *(b64encode(one.encode()).decode() for one in ("hello", "<a>", f"<!DOCTYPE a [{BOMB}]><a>&e9;</a>")),
    ],
)
def test_invalid_responses_are_refused_with_a_message(rita: Membership, sent: str) -> None:
    client, _ = started()
    page = answer(client, sent)
    assert "didn&#x27;t work. Try again; if it keeps failing, write to" in page
    assert not is_signed_in(client)


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("name", ["SAMLRequest", "SAMLResponse"])
@pytest.mark.parametrize("sent", ["", "abc", "!!", "aGVsbG8="])
def test_invalid_sign_outs_are_refused_with_a_message(rita: Membership, name: str, sent: str) -> None:
    client = signed_in(rita)
    link = f"/accounts/saml/saml/sls/?{name}={sent}&Signature=aGVsbG8%3D"
    answered = client.get(link, follow=True, headers=HOST)
    assert (answered.status_code, is_signed_in(client)) == (200, True)
    assert (
        "Signing out through single sign-on didn&#x27;t work. Use “Sign out” here."
        in answered.content.decode()
    )
    assert "didn&#x27;t work" in browser().get(link, follow=True).content.decode()


@pytest.mark.world
def test_strangers_cannot_fill_the_database_with_responses() -> None:
    assert browser().post(ACS, {"SAMLResponse": "a" * 600_000})["Location"] == "/accounts/login/"
    answers = [browser().post(ACS, {"SAMLResponse": "a" * 300})["Location"] for _ in range(62)]
    assert answers == [f"{ACS}finish/"] * 59 + ["/accounts/login/"] * 3
    assert Session.objects.count() == 59


@pytest.mark.world
@pytest.mark.parametrize("name", ["SAMLRequest", "SAMLResponse"])
@pytest.mark.parametrize("signer", [None, "somebody else", "northwind"])
def test_only_the_provider_signs_members_out(rita: Membership, name: str, signer: str | None) -> None:
    client = signed_in(rita)
    query = saml.sign_out(name, signer=signer, then="https://evil.example/")
    answered = client.get("/accounts/saml/saml/sls/", query, headers=HOST)
    is_providers = signer == "northwind"
    assert is_signed_in(client) != is_providers
    page = client.get(
        "/accounts/login/" if is_providers else answered["Location"], follow=True
    ).content.decode()
    refused = "Signing out through single sign-on didn&#x27;t work. Use “Sign out” here."
    assert (refused in page) != is_providers
    assert ("evil.example" in answered.get("Location", "")) == (is_providers and name == "SAMLRequest")


@pytest.mark.world
def test_a_provider_without_a_page_for_signed_out_members_leaves_them_on_the_sign_in_page(
    rita: Membership,
) -> None:
    client = signed_in(rita)
    query = saml.sign_out("SAMLRequest", then=None)
    answered = client.get("/accounts/saml/saml/sls/", query, headers=HOST)
    assert (answered["Location"], is_signed_in(client)) == ("/accounts/login/", False)


def test_other_failed_assertions_do_not_count_as_signed_out(
    rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_named: object) -> None:
        raise AssertionError("in the library")

    monkeypatch.setattr(OneLogin_Saml2_Auth, "process_slo", fails)
    queries = [saml.sign_out("SAMLRequest"), saml.sign_out("SAMLResponse", then=None)]
    for query, client in product(queries, (signed_in(rita), browser())):
        with pytest.raises(AssertionError, match="in the library"):
            client.get("/accounts/saml/saml/sls/", query, headers=HOST)
    settings_of_saml()["idp"]["slo_url"] = "https://idp.northwind.example/slo"
    with pytest.raises(AssertionError, match="in the library"):
        browser().get("/accounts/saml/saml/sls/", saml.sign_out("SAMLRequest", then=None), headers=HOST)


def test_the_provider_is_asked_to_prompt_again_before_a_sensitive_action(rita: Membership) -> None:
    SocialAccount.objects.create(user=rita.user, provider="saml", uid="rita-1")
    client = signed_in(rita)
    asked = [
        etree.fromstring(saml.request(client.get(path, headers=HOST)["Location"])).get("ForceAuthn")
        for path in (START, "/accounts/reauthenticate/with/saml/?next=/o/acme/roles/&go=1")
    ]
    assert asked == [None, "true"]


def test_our_metadata_names_the_response_url_and_does_not_expire() -> None:
    page = browser().get("/accounts/saml/saml/metadata/")
    root = etree.fromstring(page.content)
    [service] = root.iterfind(".//{*}AssertionConsumerService")
    assert (page["Content-Type"], dict(root.attrib), service.get("Location")) == (
        "text/xml",
        {"entityID": f"{saml.SITE}metadata/"},
        f"{saml.SITE}acs/",
    )


def test_unreadable_metadata_of_the_provider_is_reported() -> None:
    settings_of_saml()["idp"] = {"entity_id": saml.IDP, "metadata_url": "http://127.0.0.1:9/metadata"}
    page = browser().get("/accounts/saml/saml/metadata/")
    assert (page.status_code, page["Content-Type"], page.content.decode()) == (
        503,
        "text/plain",
        "The metadata in GOODWORD_SAML_IDP can't be read. The log says why.",
    )


def test_an_invalid_address_of_the_provider_is_reported() -> None:
    settings_of_saml()["idp"]["sso_url"] = "idp.northwind.example"
    page = browser().get(START, follow=True).content.decode()
    assert "Signing in with single sign-on didn&#x27;t work." in page


def test_without_a_provider_there_are_no_pages(settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    for path in (START, f"{ACS}finish/", "/accounts/saml/saml/metadata/"):
        assert browser().get(path).status_code == 404
