"""The partner flow: consent, code, single-use refresh tokens; and the switches for tokens."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from greenhouse_sandbox.credentials import create_oauth_client
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import OAuthClient
from helpers import V3Maker

BACK = "https://partner.example/callback"


class Partner:
    """A partner's program with its credential."""

    def __init__(self, client: httpx2.Client, row: OAuthClient, secret: str) -> None:
        self.http = client
        self.row = row
        self.pair = (row.client_id, secret)

    def ask(self, **changes: str) -> httpx2.Response:
        params = {
            "response_type": "code",
            "client_id": self.row.client_id,
            "redirect_uri": BACK,
            "scope": "harvest:jobs:list harvest:notes:create",
            "state": "s 1",
            **changes,
        }
        return self.http.get("/authorize", params=params)

    def token(self, **form: str) -> httpx2.Response:
        return self.http.post("/token", auth=self.pair, data=form)


@pytest.fixture
def partner(client: httpx2.Client, store: Store) -> Iterator[Partner]:
    """A partner with a credential for jobs, candidates and notes."""
    row, secret = create_oauth_client(
        store, description="", partner="Goodword", actor_id=1, now=store.clock.now()
    )
    row.scopes = ["harvest:jobs:list", "harvest:candidates:list", "harvest:notes:create"]
    yield Partner(client, row, secret)


def members(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 302
    address = urlsplit(answer.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == BACK
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def test_a_user_authorises_a_partner_and_chooses_the_acting_user(partner: Partner, store: Store) -> None:
    page = partner.ask()
    assert page.status_code == 200
    assert "harvest:notes:create" in page.text
    assert "harvest:candidates:list" not in page.text
    form = {"user_id": str(store.acting_user_id), "decision": "authorize"}
    sent = members(partner.http.post(str(page.request.url.raw_path.decode()), data=form))
    assert (sent["state"], set(sent)) == ("s 1", {"code", "state"})
    answer = partner.token(grant_type="authorization_code", code=sent["code"]).json()
    assert list(answer) == ["token_type", "access_token", "expires_at", "refresh_token"]
    header = {"Authorization": f"Bearer {answer['access_token']}"}
    assert partner.http.get("/v3/jobs", headers=header).status_code == 200
    assert partner.http.get("/v3/candidates", headers=header).status_code == 403
    told = partner.http.post("/introspect", auth=partner.pair, data={"token": answer["access_token"]}).json()
    assert told["scope"] == "harvest:notes:create harvest:jobs:list"


def test_denials_and_invalid_requests_redirect_with_an_error(partner: Partner) -> None:
    page = partner.ask()
    refused = partner.http.post(str(page.request.url.raw_path.decode()), data={"decision": "deny"})
    assert members(refused) == {"error": "access_denied", "state": "s 1"}
    assert members(partner.ask(response_type="token"))["error"] == "unsupported_response_type"
    assert members(partner.ask(scope="harvest:offers:list"))["error"] == "invalid_scope"


def test_unregistered_redirect_uris_are_refused(partner: Partner) -> None:
    assert partner.ask(client_id="stranger").status_code == 400
    assert partner.ask(redirect_uri="javascript:alert(1)").status_code == 400
    partner.row.redirect_uris = ["https://partner.example/other"]
    assert partner.ask().status_code == 400


def test_a_code_works_once_within_a_minute_for_its_partner(
    partner: Partner, client: httpx2.Client, store: Store
) -> None:
    store.switches["authorize"] = "approve"
    code = members(partner.ask())["code"]
    row, secret = create_oauth_client(store, description="", partner="", actor_id=1, now=store.clock.now())
    other = Partner(client, row, secret)
    assert other.token(grant_type="authorization_code", code=code).json() == {"error": "invalid_grant"}
    statuses = [partner.token(grant_type="authorization_code", code=code).status_code for _ in range(2)]
    assert statuses == [200, 400]
    late = members(partner.ask())["code"]
    store.clock.advance(timedelta(seconds=61))
    assert partner.token(grant_type="authorization_code", code=late).status_code == 400


def test_a_refresh_token_works_once_within_a_day(partner: Partner, store: Store) -> None:
    store.switches["authorize"] = "approve"
    code = members(partner.ask())["code"]
    first = partner.token(grant_type="authorization_code", code=code).json()["refresh_token"]
    second = partner.token(grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    again = partner.token(grant_type="refresh_token", refresh_token=first)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    store.clock.advance(timedelta(hours=24))
    assert partner.token(grant_type="refresh_token", refresh_token=second).status_code == 400


def test_a_new_token_revokes_the_previous_one_only_by_switch(v3_client: V3Maker, store: Store) -> None:
    client = v3_client()
    row = list(store.oauth_clients.rising())[-1]
    row.latest_tokens = dict.fromkeys(row.latest_tokens, "another")
    assert client.get("/v3/jobs").status_code == 200
    store.switches["new_token_ends_former"] = True
    assert client.get("/v3/jobs").status_code == 401


def test_rate_headers_can_be_zero_or_missing(v3: httpx2.Client, v1: httpx2.Client, store: Store) -> None:
    store.switches["rate_headers"] = "zero"
    assert v3.get("/v3/jobs").headers["X-RateLimit-Remaining"] == "0"
    store.switches["rate_headers"] = "absent"
    for answer in (v3.get("/v3/jobs"), v1.get("/v1/jobs")):
        assert (answer.status_code, "X-RateLimit-Limit" in answer.headers) == (200, False)


def test_no_rate_headers_without_limits(
    v3: httpx2.Client, v1: httpx2.Client, v3_client: V3Maker, store: Store
) -> None:
    store.switches.update(v1_rate_limit=0, v3_rate_limit=0, token_rate_limit=0)
    for answer in (v3.get("/v3/jobs"), v1.get("/v1/jobs"), v3.post("/token")):
        assert [name for name in answer.headers if "ratelimit" in name.lower()] == []


def test_not_modified_is_answered_only_by_switch(v3: httpx2.Client, store: Store) -> None:
    tag = {"If-None-Match": v3.get("/v3/jobs").headers["ETag"]}
    assert v3.get("/v3/jobs", headers=tag).status_code == 200
    store.switches["not_modified"] = "answered"
    answer = v3.get("/v3/jobs", headers=tag)
    assert (answer.status_code, answer.content) == (304, b"")
