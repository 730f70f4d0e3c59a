"""Harvest v3: authentication, scopes, rate limits and the token endpoints."""

from datetime import timedelta

import httpx2

from greenhouse_sandbox.credentials import create_oauth_client
from greenhouse_sandbox.store import Store
from helpers import V3Maker

UNDECODABLE = {
    "message": "Unauthorized",
    "errors": ["Token could not be decoded. Please ensure your token is from a trusted source."],
}


def test_an_unknown_path_is_not_found_even_without_a_token(client: httpx2.Client) -> None:
    answer = client.get("/v3/nonsense")
    assert (answer.status_code, answer.json()) == (404, {"message": "Resource not found"})
    assert client.get("/v3/jobs/1").status_code == 404


def test_an_invalid_token_cannot_be_decoded(client: httpx2.Client, v3: httpx2.Client) -> None:
    good = v3.headers["Authorization"]
    for header in (
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": good + "x"},
        {"Authorization": "Basic eDo="},
    ):
        answer = client.get("/v3/jobs", headers=header)
        assert (answer.status_code, answer.json()) == (401, UNDECODABLE)


def test_a_token_expires_after_an_hour(v3: httpx2.Client, store: Store) -> None:
    store.clock.advance(timedelta(seconds=3590))
    assert v3.get("/v3/jobs").status_code == 200
    store.clock.advance(timedelta(seconds=20))
    answer = v3.get("/v3/jobs")
    assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized")


def test_each_endpoint_needs_its_scope_and_revocation_is_immediate(v3_client: V3Maker, store: Store) -> None:
    client = v3_client(["harvest:jobs:list"])
    assert client.get("/v3/jobs").status_code == 200
    answer = client.get("/v3/candidates")
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "message": "Forbidden",
            "errors": ["The access token does not have the scope harvest:candidates:list."],
        },
    )
    next(store.oauth_clients.rising()).scopes = ["harvest:candidates:list"]
    assert client.get("/v3/jobs").status_code == 403
    assert client.get("/v3/candidates").status_code == 200


def test_only_site_admins_can_read(v3_client: V3Maker, store: Store) -> None:
    admin, recruiter = [user.id for user in store.users.rising()][:2]
    assert v3_client(sub=admin).get("/v3/jobs").status_code == 200
    client = v3_client(sub=recruiter)
    assert client.get("/v3/jobs").status_code == 403
    store.switches["non_admin_reads"] = "empty"
    answer = client.get("/v3/jobs")
    assert (answer.status_code, answer.json(), answer.headers["Link"]) == (200, [], "")
    store.switches["service_user_site_admin"] = False
    assert v3_client().get("/v3/jobs").json() == []


def test_confidential_jobs_can_be_limited_to_the_hiring_team(v3: httpx2.Client, store: Store) -> None:
    job = next(store.jobs.rising())
    job.confidential = True
    assert job.id in [row["id"] for row in v3.get("/v3/jobs").json()]
    store.switches["confidential_jobs"] = "hiring_team_only"
    assert job.id not in [row["id"] for row in v3.get("/v3/jobs").json()]


def test_the_rate_limit_uses_windows_of_thirty_seconds(v3: httpx2.Client, store: Store) -> None:
    store.clock.set(store.clock.now().replace(second=1, microsecond=0))
    store.switches["v3_rate_limit"] = 3
    left = [v3.get("/v3/jobs").headers["X-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    answer = v3.get("/v3/jobs")
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (
        429,
        "Retry later\n",
        "text/plain; charset=utf-8",
    )
    wait = int(answer.headers["Retry-After"])
    assert 1 <= wait <= 30
    store.clock.advance(timedelta(seconds=wait))
    assert v3.get("/v3/jobs").status_code == 200


def test_token_endpoint_errors(client: httpx2.Client, store: Store) -> None:
    row, secret = create_oauth_client(store, description="", partner="", actor_id=1, now=store.clock.now())
    grant = {"grant_type": "client_credentials"}
    pair = (row.client_id, secret)

    nothing = client.post("/token")
    assert (nothing.status_code, nothing.json()["message"]) == (401, "Unauthorized")
    malformed = client.post("/token", data=grant, auth=("notaclient", "x"))
    assert (malformed.status_code, malformed.json()["message"]) == (
        400,
        "client_id=notaclient does not contain a valid client ID suffix",
    )
    wrong = client.post("/token", data=grant, auth=(row.client_id, "wrong"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    without = client.post("/token", auth=pair)
    assert (without.status_code, without.json()) == (
        400,
        {"message": "Must include `grant_type` parameter in /token request"},
    )
    unknown = client.post("/token", data={"grant_type": "not_a_grant"}, auth=pair)
    assert unknown.json()["message"].startswith("grant_type=not_a_grant is invalid, please use one of: ")
    scopeless = client.post("/token", data=grant, auth=pair)
    assert scopeless.json() == {"message": "Client application is not requesting any scopes"}
    row.scopes = ["harvest:jobs:list"]
    stranger = client.post("/token", data={**grant, "sub": "1"}, auth=pair)
    assert (stranger.status_code, stranger.json()) == (400, {"error": "invalid_grant"})
    row.revoked = True
    assert client.post("/token", data=grant, auth=pair).json() == {"error": "invalid_client"}


def test_a_token_has_an_expiry_and_can_be_introspected(client: httpx2.Client, store: Store) -> None:
    row, secret = create_oauth_client(store, description="", partner="", actor_id=1, now=store.clock.now())
    row.scopes = ["harvest:jobs:list", "harvest:notes:create"]
    pair = (row.client_id, secret)
    answer = client.post("/token", auth=pair, data={"grant_type": "client_credentials"})
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("60", "59")
    assert list(answer.json()) == ["token_type", "access_token", "expires_at"]
    token = answer.json()["access_token"]
    told = client.post(
        "/introspect", auth=pair, data={"token": token, "token_type_hint": "access_token"}
    ).json()
    assert told == {
        "active": True,
        "client_id": row.client_id,
        "sub": str(row.service_user_id),
        "scope": "harvest:notes:create harvest:jobs:list",
        "https://auth.greenhouse.io/claims": {"organization": store.organisation, "user_role": "site_admin"},
    }
    assert client.post("/introspect", auth=pair, data={"token": "x"}).json() == {"active": False}
    store.switches["token_expiry"] = "expires_in"
    members = client.post("/token?grant_type=client_credentials", auth=pair, json={}).json()
    assert list(members) == ["token_type", "access_token", "expires_in"]


def test_a_v1_key_can_be_exchanged_for_a_v3_token(
    client: httpx2.Client, v1: httpx2.Client, store: Store
) -> None:
    answer = v1.post("/auth/token", json={"sub": store.acting_user_id})
    assert list(answer.json()) == ["token_type", "access_token", "expires"]
    header = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert client.get("/v3/jobs", headers=header).status_code == 200
    assert client.post("/auth/token", json={"sub": store.acting_user_id}).status_code == 401
