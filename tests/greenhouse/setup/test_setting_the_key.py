"""*Set Greenhouse API key*: a good key with both APIs, and each kind of bad one."""

import pytest
from bs4 import BeautifulSoup

from goodword.greenhouse.models import Connection, Permission, WebhookSecret
from tests.contract.greenhouse import ALL
from tests.greenhouse.setup.desk import Desk

ARTICLE = (
    "Applications",
    "Candidates",
    "Activity Feed",
    "Jobs",
    "Job Posts",
    "Job Stages",
    "Rejection Reasons",
)

ARTICLE_BUT_FEED = set(ARTICLE) - {"Activity Feed"}


def errors(body: bytes) -> list[str]:
    """The lines of the page's error summary."""
    page = BeautifulSoup(body, "html.parser")
    return [" ".join(line.get_text().split()) for line in page.select(".error-summary li")]


def states(desk: Desk) -> dict[str, str]:
    rows = Permission.objects.of(desk.organisation).order_by("position")
    return {row.name: row.state for row in rows}


def test_a_good_key_makes_the_connection_active(either: Desk) -> None:
    response = either.set_key()
    assert (response.status_code, response["Location"]) == (302, either.url("integrations"))
    connection = either.connection()
    assert (connection.state, connection.api) == ("active", either.greenhouse.version)
    assert connection.connected_by == either.admin
    assert [
        state for name, state in states(either).items() if name in ARTICLE and name != "Activity Feed"
    ] == ["granted"] * 6
    assert either.audited() == ["greenhouse.connected"]


def test_no_key_is_stored_as_plain_text(either: Desk) -> None:
    either.set_key()
    connection = either.connection()
    secret = WebhookSecret.objects.of(either.organisation).get()
    stored = " ".join(str(value) for value in (*vars(connection).values(), *vars(secret).values()))
    assert [value for value in either.form().values() if value in stored] == []
    assert secret.reveal() not in stored
    assert len(secret.reveal()) == 64
    assert connection.credentials() == either.greenhouse.credentials


@pytest.mark.world
def test_a_missing_permission_is_saved_and_named(either: Desk) -> None:
    either.greenhouse.tick(*ARTICLE[:4], "Job Posts", "Rejection Reasons", "Users")
    either.set_key()
    assert either.connection().state == "incomplete"
    assert [name for name, state in states(either).items() if state == "missing" and name in ARTICLE] == [
        "Job Stages"
    ]
    page = either.client(either.recruiter).get(either.url("integrations")).content.decode()
    assert "Edit the credential in Greenhouse and tick everything under: Job Stages." in page
    assert "Incomplete" in page


@pytest.mark.world
def test_without_users_the_card_leads_to_the_domains_until_one_is_set(either: Desk) -> None:
    either.greenhouse.tick(*ARTICLE)
    either.set_key()
    page = either.client(either.admin).get(either.url("integrations")).content.decode()
    where = f'href="{either.url("organisation_settings")}#domains"'
    assert where in page
    either.organisation.own_domains = ["acme.example"]
    either.organisation.save()
    assert where not in either.client(either.admin).get(either.url("integrations")).content.decode()


@pytest.mark.world
def test_a_wrong_key_is_refused_with_a_remedy_and_the_input_stays(either: Desk) -> None:
    typed = {"api_key": "wrong-key-2"} if either.greenhouse.version == "v1" else {"client_secret": "wrong"}
    response = either.set_key(**typed)
    [line] = errors(response.content)
    expected = {
        "v1": "Greenhouse does not know this key, or it has no permissions. Copy the complete key from Greenhouse",
        "v3": "Greenhouse does not know this client ID and client secret. Copy both again from Greenhouse, in full,",
    }
    assert line.startswith(expected[either.greenhouse.version])
    page = BeautifulSoup(response.content, "html.parser")
    shown = {field["name"]: field.get("value") for field in page.select("dialog input[name]")}
    assert {name: shown[name] for name in either.form()} == either.form() | typed
    assert not Connection.objects.of(either.organisation).exists()
    assert either.audited() == []


@pytest.mark.parametrize("place", ["harvest", "token"])
def test_a_key_is_not_stored_during_maintenance(either: Desk, place: str) -> None:
    if place == "token" and either.greenhouse.version == "v1":
        return
    path = f"/{either.greenhouse.version}" if place == "harvest" else "/token"
    either.greenhouse.sandbox.faults.add(
        {"kind": "fail", "path": path, "status": 200, "body": "<html>", "times": 99}
    )
    [line] = errors(either.set_key().content)
    over = {
        "v1": " If it persists, Harvest v1 may have been switched off: connect with Harvest v3.",
        "v3": "",
    }
    assert line == (
        f"Greenhouse's API did not return data. It may be down for maintenance.{over[either.greenhouse.version]} "
        "Try again in a few minutes. If it persists, check status.greenhouse.io and this server's network."
    )
    assert not Connection.objects.of(either.organisation).exists()


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("status", [401, 403])
def test_a_key_without_permissions_is_stored_as_incomplete_and_all_are_named(
    either: Desk, status: int
) -> None:
    either.greenhouse.tick()
    either.greenhouse.store.switches["v1_missing_permission"] = status
    page = either.client(either.admin).get(either.set_key()["Location"]).content.decode()
    assert "Edit the credential in Greenhouse and tick everything under: Applications, Candidates," in page
    assert either.connection().state == "incomplete"
    assert {state for name, state in states(either).items() if name in ARTICLE_BUT_FEED} == {"missing"}
    either.greenhouse.tick(*ALL)
    either.client(either.admin).post(either.url("greenhouse_check", either.connection().pk))
    assert either.connection().state == "active"


def test_an_ambiguous_refusal_names_both_causes(old_desk: Desk) -> None:
    old_desk.greenhouse.tick()
    old_desk.greenhouse.sandbox.faults.add(
        {"kind": "fail", "path": "/v1/what_this_key_may_do", "status": 401, "times": 9}
    )
    [line] = errors(old_desk.set_key().content)
    assert line == (
        "Greenhouse does not know this key, or it has no permissions. Copy the complete key from Greenhouse again, "
        "and check that it is a Harvest key. If it is right, tick its permissions there."
    )
    assert not Connection.objects.of(old_desk.organisation).exists()


@pytest.mark.world
def test_a_key_that_lost_all_permissions_is_incomplete_and_not_called_revoked(either: Desk) -> None:
    either.connect()
    either.greenhouse.tick()
    either.client(either.admin).post(either.url("greenhouse_check", either.connection().pk))
    assert either.connection().state == "incomplete"
    assert {state for name, state in states(either).items() if name in ARTICLE} == {"missing"}


def test_an_unreachable_greenhouse_is_reported(either: Desk) -> None:
    path = "/v1" if either.greenhouse.version == "v1" else "/token"
    either.greenhouse.sandbox.faults.add({"kind": "fail", "path": path, "status": 503, "times": 9})
    [line] = errors(either.set_key().content)
    assert line == (
        "Greenhouse has an internal error at the moment. Try again in a few minutes. If it persists, check "
        "status.greenhouse.io and this server's network."
    )
    assert not Connection.objects.of(either.organisation).exists()


@pytest.mark.world
def test_the_current_key_when_refused_is_called_revoked(either: Desk) -> None:
    either.connect()
    store = either.greenhouse.store
    (store.api_keys if either.greenhouse.version == "v1" else store.oauth_clients).delete(
        either.greenhouse.row.id
    )
    [line] = errors(either.set_key(either.connection().pk).content)
    assert line == (
        "Greenhouse no longer accepts this key: it was revoked or expired. Create a new credential in Greenhouse "
        "(Configure > Dev Center > API Credential Management) and set it here."
    )
    assert either.connection().state == "active"


def test_an_unknown_acting_user_is_reported_at_its_field(desk: Desk) -> None:
    response = desk.set_key(act_as="4711")
    [line] = errors(response.content)
    assert line == (
        "Act as (Greenhouse user ID): Greenhouse did not accept the request. There is no active Greenhouse user "
        "4711 for it to act as. Correct what Greenhouse objects to; trying again as it is won't help."
    )


@pytest.mark.world
def test_an_acting_user_who_is_not_a_site_admin_gets_a_remedy(desk: Desk) -> None:
    person = next(user for user in desk.greenhouse.store.users.rising() if not user.site_admin)
    desk.set_key(act_as=str(person.id))
    assert desk.connection().state == "incomplete"
    row = Permission.objects.of(desk.organisation).get(name="Jobs")
    assert row.detail.startswith("Harvest v3 only answers Site Admins")
    page = desk.client(desk.recruiter).get(desk.url("integrations")).content.decode()
    told = ("This key does not act as a Site Admin", row.detail, "tick everything under")
    # once for the required permissions, and at each of the three recommended ones
    assert [page.count(words) for words in told] == [1, 1 + 3, 0]


def test_an_empty_form_asks_for_what_is_missing(either: Desk) -> None:
    response = either.set_key(**dict.fromkeys(either.form(), " "))
    assert len(errors(response.content)) == len(either.form())
    assert either.line.calls == []


@pytest.mark.world
def test_a_second_key_replaces_the_first_and_keeps_endpoint_and_secret(either: Desk) -> None:
    before = either.connect()
    secret = WebhookSecret.objects.of(either.organisation).get()
    either.set_key(before.pk)
    after = either.connection()
    assert (after.pk, after.endpoint_key, after.connected_at) == (
        before.pk,
        before.endpoint_key,
        before.connected_at,
    )
    assert WebhookSecret.objects.of(either.organisation).get() == secret
    assert either.audited() == ["greenhouse.connected", "greenhouse.key_set"]


@pytest.mark.world
def test_the_dialog_never_contains_a_stored_secret(either: Desk) -> None:
    either.connect()
    page = either.client(either.admin).get(
        either.own("greenhouse_replace_key"), {"api": either.greenhouse.version}
    )
    assert [value for value in either.form().values() if value in page.content.decode()] == []


def test_each_tab_says_where_to_find_its_values(desk: Desk) -> None:
    for api, words in (
        ("v3", "API type Harvest V3 (OAuth)."),
        ("v1", "API type Harvest. Copy the key there"),
    ):
        page = desk.client(desk.admin).get(desk.url("greenhouse_connect"), {"api": api}).content.decode()
        assert "Configure > Dev Center > API Credential Management" in page
        assert words in page


def test_a_key_refused_on_the_way_from_the_checklist_leads_back_to_it(desk: Desk) -> None:
    address = f"{desk.url('greenhouse_connect')}?api=v3&then=first_run"
    response = desk.client(desk.admin).post(address, desk.form() | {"client_secret": "wrong"})
    page = BeautifulSoup(response.content, "html.parser")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert page.h1 is not None and page.h1.get_text(strip=True) == "Set Greenhouse API key"
    assert page.select_one(f'a[href="{desk.url("first_run")}"]') is not None
    assert page.select_one('form[action*="then=first_run"]') is not None
    assert page.select_one(".notice, .errorlist, [role=alert]") is not None
