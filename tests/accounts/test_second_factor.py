"""Authenticator app and recovery codes, and organisations that require a second factor."""

import json
import time
from base64 import b64encode
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.accounts.domain.audit import TRAIL
from goodword.accounts.models import AuditEntry, Membership
from goodword.accounts.second_factor import LOST
from tests.support import factories
from tests.support.pages import signed_in
from tests.support.second_factors import code, recovery_codes, with_app

pytestmark = pytest.mark.django_db
LOGIN, SECOND, APP = "/accounts/login/", "/accounts/login/code/", "/accounts/second-factor/app/"
REMOVE, CODES = f"{APP}remove/", "/accounts/recovery-codes/"
CONFIRM = "/accounts/reauthenticate/"


@pytest.fixture
def rita() -> Membership:
    return factories.member(
        factories.organisation(name="Acme", slug="acme"), kind="admin", email="rita@acme.example"
    )


def enter_password(who: Membership) -> tuple[Client, Any]:
    client = Client()
    return client, client.post(LOGIN, {"login": who.user.email, "password": factories.PASSWORD})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def trail(who: Membership) -> list[tuple[str, Any]]:
    entries = AuditEntry.objects.of(who.organisation).filter(action__in=TRAIL).order_by("pk")
    return [(entry.action, entry.details.get("methods")) for entry in entries]


def kinds(who: Membership) -> list[str]:
    return sorted(Authenticator.objects.filter(user=who.user).values_list("type", flat=True))


def test_setting_up_the_app_needs_its_code_and_gives_recovery_codes(
    rita: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(rita)
    secret = client.get(APP).context["form"].secret
    wrong = client.post(APP, {"code": "000000"})
    assert wrong.context["form"].errors["code"] == [
        "Wrong code. Codes change every 30 seconds: enter the current one."
    ]
    assert (kinds(rita), wrong.context["form"].secret) == ([], secret)
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(APP, {"code": code(secret)})
    assert (done["Location"], kinds(rita)) == (CODES, ["recovery_codes", "totp"])
    shown = client.get(CODES)
    page = shown.content.decode()
    assert shown["Cache-Control"] == "private, no-store"
    assert all(recovery_code in page for recovery_code in recovery_codes(rita.user))
    assert client.get(f"{CODES}download/").content.decode().split()[-10:] == recovery_codes(rita.user)
    assert trail(rita) == [("sign_in.app_added", None), ("sign_in.codes_created", None)] or trail(rita) == [
        ("sign_in.codes_created", None),
        ("sign_in.app_added", None),
    ]


def test_secrets_are_stored_encrypted(rita: Membership) -> None:
    secret = with_app(rita.user)
    stored = [str(row.data) for row in Authenticator.objects.filter(user=rita.user)]
    assert not any(secret in text or recovery_codes(rita.user)[0] in text for text in stored)


def test_the_password_alone_no_longer_signs_in(rita: Membership) -> None:
    secret = with_app(rita.user)
    client, response = enter_password(rita)
    assert (response["Location"], is_signed_in(client)) == (SECOND, False)
    assert client.get("/o/acme/roles/")["Location"].startswith(LOGIN)
    assert not client.post(SECOND, {"code": "000000"}).has_header("Location")
    assert not is_signed_in(client)
    assert client.post(SECOND, {"code": code(secret)})["Location"] == "/"
    assert is_signed_in(client)
    assert trail(rita) == [("sign_in.code_failed", None), ("sign_in.succeeded", ["password", "totp"])]


def test_a_code_signs_in_once(rita: Membership) -> None:
    secret = with_app(rita.user)
    with time_machine.travel(time.time(), tick=False):
        now = code(secret)
        for works in (True, False):
            client, _ = enter_password(rita)
            client.post(SECOND, {"code": now})
            assert is_signed_in(client) == works


@pytest.mark.world
def test_five_wrong_codes_block_the_right_one(rita: Membership) -> None:
    with_app(rita.user)
    client, _ = enter_password(rita)
    for _ in range(5):
        client.post(SECOND, {"code": "000000"})
    (spare, *_rest) = recovery_codes(rita.user)
    blocked = client.post(SECOND, {"code": spare})
    assert blocked.context["form"].errors["code"] == [
        "Too many attempts. Wait a few minutes, then try again."
    ]
    assert not is_signed_in(client)


def test_a_recovery_code_signs_in_once(rita: Membership) -> None:
    with_app(rita.user)
    spare = recovery_codes(rita.user)[0]
    for works in (True, False):
        client, _ = enter_password(rita)
        client.post(SECOND, {"code": spare})
        assert is_signed_in(client) == works
    assert spare not in recovery_codes(rita.user)


@pytest.fixture
def lost_key(rita: Membership, settings: Settings) -> str:
    """The operator has lost the key that encrypted this app's secret, and made the programs forget it."""
    secret = with_app(rita.user)
    settings.GOODWORD_FIELD_KEYS = {"k9": b"9" * 32}
    return secret


def test_a_code_whose_key_is_lost_says_what_to_do(rita: Membership, lost_key: str) -> None:
    client, _ = enter_password(rita)
    page = client.post(SECOND, {"code": code(lost_key)})
    assert page.context["form"].errors["code"] == [LOST]
    assert not is_signed_in(client)
    confirmed = signed_in(rita).post("/accounts/reauthenticate/code/", {"code": code(lost_key)})
    assert confirmed.context["form"].errors["code"] == [LOST]


@pytest.mark.usefixtures("lost_key")
def test_a_recovery_code_made_after_the_loss_signs_in(rita: Membership) -> None:
    Authenticator.objects.filter(user=rita.user, type=Authenticator.Type.RECOVERY_CODES).delete()
    (fresh, *_rest) = recovery_codes(rita.user)
    client, _ = enter_password(rita)
    assert client.post(SECOND, {"code": fresh})["Location"] == "/"
    assert is_signed_in(client)


@pytest.mark.usefixtures("lost_key")
@pytest.mark.parametrize("path", [CODES, f"{CODES}download/"])
def test_recovery_codes_whose_key_is_lost_are_not_shown(rita: Membership, path: str) -> None:
    page = signed_in(rita, method="mfa").get(path, follow=True)
    assert page.redirect_chain == [("/accounts/", 302)]
    assert "is lost. Create new recovery codes." in page.content.decode()


@pytest.mark.usefixtures("lost_key")
def test_recovery_codes_whose_key_is_lost_can_be_replaced(rita: Membership) -> None:
    client = signed_in(rita, method="mfa")
    assert "unused" not in client.get(f"{CODES}new/").content.decode()
    assert client.post(f"{CODES}new/")["Location"] == CODES
    assert client.get(CODES).status_code == 200


def test_new_recovery_codes_replace_the_old_ones(
    rita: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    with_app(rita.user)
    before = recovery_codes(rita.user)
    with django_capture_on_commit_callbacks(execute=True):
        assert signed_in(rita, method="mfa").post(f"{CODES}new/")["Location"] == CODES
    assert set(before).isdisjoint(recovery_codes(rita.user))
    assert trail(rita) == [("sign_in.codes_created", None)]


def test_removing_the_app_removes_its_recovery_codes(rita: Membership) -> None:
    with_app(rita.user)
    client = signed_in(rita, method="mfa")
    assert client.get(REMOVE).status_code == 200
    assert kinds(rita) == ["recovery_codes", "totp"]
    assert client.post(REMOVE)["Location"] == "/accounts/second-factor/"
    assert (kinds(rita), trail(rita)) == (
        [],
        [("sign_in.app_removed", None), ("sign_in.codes_removed", None)],
    )


@pytest.mark.matrix
@pytest.mark.parametrize("path", [APP, REMOVE, CODES, f"{CODES}new/", f"{CODES}download/"])
def test_the_pages_need_a_recent_sign_in(rita: Membership, path: str) -> None:
    with_app(rita.user)
    before = kinds(rita), recovery_codes(rita.user)
    for client, to in ((Client(), LOGIN), (signed_in(rita, seconds_ago=901), "/accounts/reauthenticate/")):
        for method in (client.get, client.post):
            assert method(path)["Location"].startswith(f"{to}?next={path.replace('/', '%2F')}"[:20])
    assert (kinds(rita), recovery_codes(rita.user)) == before


# --- Sessions from before the factor ----------------------------------------------------------------------------


@pytest.mark.parametrize("required", [True, False])
def test_a_session_by_password_alone_opens_nothing_once_there_is_a_factor(
    rita: Membership, required: bool
) -> None:
    if required:
        require(rita)
    secret = with_app(rita.user)
    client, roles = signed_in(rita), "/o/acme/roles/"
    to_code = f"{CONFIRM}code/?next=%2Fo%2Facme%2Froles%2F"
    assert client.get(roles)["Location"] == to_code
    assert client.get(f"{CONFIRM}?next={roles}")["Location"] == to_code
    client.post(CONFIRM, {"password": factories.PASSWORD, "next": roles})
    assert client.get(roles)["Location"] == to_code
    assert client.post(f"{CONFIRM}code/", {"code": code(secret), "next": roles})["Location"] == roles
    assert client.get(roles).status_code == 200


ACCOUNT_PAGES = ("/accounts/", "/accounts/sessions/1/end/", "/accounts/password/change/")


@pytest.mark.matrix
@pytest.mark.parametrize("path", [REMOVE, f"{CODES}new/", "/accounts/passkeys/add/", CODES, *ACCOUNT_PAGES])
def test_the_password_alone_does_not_change_factors(rita: Membership, path: str) -> None:
    with_app(rita.user)
    before = kinds(rita), recovery_codes(rita.user)
    client = signed_in(rita)
    assert client.post(path)["Location"].startswith(f"{CONFIRM}code/?next=")
    client.post(CONFIRM, {"password": factories.PASSWORD, "next": path})
    assert client.post(path)["Location"].startswith(f"{CONFIRM}code/?next=")
    assert (kinds(rita), recovery_codes(rita.user)) == before


def passkey(**response: Any) -> str:
    """What a browser returns, without a valid signature."""
    client_data = b64encode(
        b'{"type": "webauthn.get", "challenge": "AA", "origin": "http://testserver"}'
    ).decode()
    values = {"clientDataJSON": client_data.rstrip("="), "authenticatorData": 49 * "A", "signature": "AA"}
    key = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": values | response}
    return json.dumps(key | {"clientExtensionResults": {}})


MALFORMED = [
    *("", "{", "null", "7", '"\\ud800"', "[7]", 5_000 * "9", 20_000 * "[", 20_000 * '{"a":'),
    passkey(userHandle="\0"),
    passkey(clientDataJSON=10**30),
    passkey(authenticatorData={"a": None}, attestationObject="n_8"),
    passkey(attestationObject=5_000 * "n"),
    passkey().replace('"response": {', '"response": [{').replace('"AA"}', '"AA"}]'),
    passkey().replace("{}", '"text"'),
]


@pytest.mark.matrix
@pytest.mark.parametrize("credential", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_passkey_is_refused_like_an_unknown_one(rita: Membership, credential: str) -> None:
    unknown = "This passkey doesn&#x27;t belong to an account here. Sign in another way."
    stranger = Client()
    stranger.get("/accounts/login/passkey/", headers={"accept": "application/json"})
    page = stranger.post("/accounts/login/passkey/", {"credential": credential}, follow=True)
    assert (unknown in page.content.decode(), is_signed_in(stranger)) == (True, False)
    client = signed_in(rita)
    confirmed = client.post(f"{CONFIRM}passkey/", {"credential": credential}, follow=True)
    assert confirmed.status_code == 200
    client.get("/accounts/passkeys/add/")
    added = client.post("/accounts/passkeys/add/", {"credential": credential, "name": "Mine"})
    assert "The passkey could not be read. Try again." in added.content.decode()
    assert kinds(rita) == []


def test_a_recovery_code_confirms_too(rita: Membership) -> None:
    with_app(rita.user)
    client = signed_in(rita)
    client.post(REMOVE)
    done = client.post(f"{CONFIRM}code/", {"code": recovery_codes(rita.user)[0], "next": REMOVE})
    assert (done["Location"], kinds(rita)) == ("/accounts/second-factor/", [])


@pytest.mark.world
def test_the_first_factor_ends_all_other_sessions(
    rita: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    require(rita)
    here, elsewhere = signed_in(rita), signed_in(rita)
    secret = here.get(APP).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        here.post(APP, {"code": code(secret)})
    assert here.get("/o/acme/roles/").status_code == 200
    assert elsewhere.get("/o/acme/roles/")["Location"].startswith(LOGIN)


# --- Required by the organisation -------------------------------------------------------------------------------


def require(who: Membership) -> None:
    who.organisation.requires_second_factor = True
    who.organisation.save()


@pytest.mark.matrix
@pytest.mark.parametrize(
    "path", ["/o/acme/roles/", "/o/acme/candidates/", "/o/acme/settings/sign-in/", "/o/acme/help/"]
)
def test_members_without_a_second_factor_are_led_to_set_it_up(rita: Membership, path: str) -> None:
    require(rita)
    client = signed_in(rita)
    assert client.get(path)["Location"] == "/accounts/second-factor/for/acme/"
    assert client.post("/o/acme/roles/new/")["Location"] == "/accounts/second-factor/for/acme/"
    page = client.get("/accounts/second-factor/for/acme/").content.decode()
    assert ("Acme requires a second factor" in page, APP in page) == (True, True)
    with_app(rita.user)
    client = signed_in(rita, method="mfa")
    assert client.get("/o/acme/roles/").status_code == 200
    assert client.get("/accounts/second-factor/for/acme/")["Location"] == "/o/acme/roles/"


def test_the_requirement_holds_for_that_organisation_only(rita: Membership) -> None:
    require(rita)
    other = factories.organisation(slug="other")
    Membership.objects.create(organisation=other, user=rita.user, kind="admin", created_at=factories.NOW)
    assert signed_in(rita).get("/o/other/roles/").status_code == 200
    assert signed_in(rita).get("/accounts/second-factor/for/other/").status_code == 404


def test_strangers_do_not_learn_of_the_requirement(rita: Membership) -> None:
    require(rita)
    stranger = signed_in(factories.member(factories.organisation()))
    assert stranger.get("/o/acme/roles/").status_code == 404
    assert stranger.get("/accounts/second-factor/for/acme/").status_code == 404
    assert Client().get("/accounts/second-factor/for/acme/")["Location"].startswith(LOGIN)
