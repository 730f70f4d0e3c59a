"""Calls as third-party connectors, taps and libraries make them, from first to last request."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from greenhouse_sandbox.api.v3.routes import RESOURCES
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.credentials import create_api_key, create_oauth_client
from greenhouse_sandbox.store import Store
from helpers import ALL_PERMISSIONS, ALL_SCOPES, Receiver

BASE = "http://sandbox.example"


class Outsider:
    """A third-party program that has only a credential."""

    def __init__(self, app: Sandbox) -> None:
        store = app.store
        made: dict[str, Any] = {
            "description": "outsider",
            "partner": "",
            "actor_id": store.acting_user_id,
            "now": store.clock.now(),
        }
        client, self.secret = create_oauth_client(store, **made)
        client.scopes = list(ALL_SCOPES)
        self.client_id = client.client_id
        row, self.key = create_api_key(store, **made)
        row.permissions = list(ALL_PERMISSIONS)
        self.admin = store.acting_user_id
        self.http = httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url=BASE)

    def basic(self) -> dict[str, str]:
        pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def bearer(self, **form: str) -> dict[str, str]:
        answer = self.http.post(
            "/token", headers=self.basic(), data={"grant_type": "client_credentials", **form}
        )
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture
def outsider(app: Sandbox) -> Iterator[Outsider]:
    outsider = Outsider(app)
    yield outsider
    outsider.http.close()


def test_a_tap_reads_every_stream_to_its_last_page(outsider: Outsider, store: Store) -> None:
    """Form-encoded grant without `sub`; `per_page=500`; the cursor alone on every later page."""
    store.switches["v3_rate_limit"] = 0
    header = outsider.bearer()
    since = "gte|2020-01-01T00:00:00+00:00"
    for resource in RESOURCES:
        key = "last_activity_at" if resource.name in {"applications", "candidates"} else "updated_at"
        answer = outsider.http.get(
            f"/v3/{resource.name}", headers=header, params={"per_page": "500", key: since}
        )
        assert answer.status_code == 200, (resource.name, answer.text)
        pages = [answer.json()]
        answer = outsider.http.get(f"/v3/{resource.name}", headers=header, params={"per_page": "2"})
        rows = list(answer.json())
        while answer.links.get("next"):
            cursor = httpx2.URL(answer.links["next"]["url"]).params["cursor"]
            answer = outsider.http.get(f"/v3/{resource.name}", headers=header, params={"cursor": cursor})
            rows += answer.json()
        assert len({row["id"] for row in rows}) == len(rows) >= len(pages[0])


def test_a_connector_syncs_in_closed_time_windows(outsider: Outsider, store: Store) -> None:
    """`updated_at=gte|A|lte|B`, adjacent windows: each record exactly once."""
    header = outsider.bearer()
    first = min(row.updated_at for row in store.candidates.rising())
    last = max(row.updated_at for row in store.candidates.rising())
    seen: list[int] = []
    start = first
    while start <= last:
        end = start + timedelta(hours=7)
        window = f"gte|{milliseconds(start)}|lte|{milliseconds(end - timedelta(milliseconds=1))}"
        rows = outsider.http.get("/v3/candidates", headers=header, params={"updated_at": window}).json()
        seen += [row["id"] for row in rows]
        start = end
    assert sorted(seen) == [row.id for row in store.candidates.rising()]


def test_a_tool_filters_with_brackets_and_joins_by_fifty_ids(outsider: Outsider, store: Store) -> None:
    """`updated_at[gte]=...`, `ids=` and parents as comma lists, `fields`, and names joined by id."""
    header = outsider.bearer()
    get = outsider.http.get
    params = {"updated_at[gte]": "2026-01-01T00:00:00Z", "updated_at[lt]": "2030-01-01T00:00:00Z"}
    people = get("/v3/candidates", headers=header, params=params).json()
    ids = ",".join(str(row["id"]) for row in people[:50])
    applications = get("/v3/applications", headers=header, params={"candidate_ids": ids}).json()
    jobs = ",".join(sorted({str(row["job_id"]) for row in applications if row["job_id"]}))
    named = get("/v3/jobs", headers=header, params={"ids": jobs, "fields": "id,name"}).json()
    assert {frozenset(row) for row in named} == {frozenset({"id", "name"})}
    stages = get("/v3/job_interview_stages", headers=header, params={"job_ids": jobs}).json()
    known = {row["id"]: row["name"] for row in stages}
    standing = [row for row in applications if row["job_interview_stage_id"]]
    assert all(known[row["job_interview_stage_id"]] == row["stage_name"] for row in standing)


def test_a_client_sends_the_grant_in_the_query_and_reads_either_expiry(
    outsider: Outsider, store: Store
) -> None:
    """`grant_type` in the URL and `sub` in a JSON body, as the reference page has it."""
    store.switches["token_expiry"] = "both"
    answer = outsider.http.post(
        "/token?grant_type=client_credentials", headers=outsider.basic(), json={"sub": outsider.admin}
    ).json()
    assert answer["expires_in"] == 3600
    assert answer["expires_at"].endswith("Z")
    header = {"Authorization": f"Bearer {answer['access_token']}"}
    assert outsider.http.get("/v3/users", headers=header).status_code == 200


def test_a_client_renews_an_expired_token_between_pages(outsider: Outsider, store: Store) -> None:
    header = outsider.bearer()
    page = outsider.http.get("/v3/candidates?per_page=2", headers=header)
    store.clock.advance(timedelta(hours=1))
    following = page.links["next"]["url"]
    assert outsider.http.get(following, headers=header).status_code == 401
    assert outsider.http.get(following, headers=outsider.bearer()).status_code == 200


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_a_client_honours_retry_after(outsider: Outsider, store: Store, version: str) -> None:
    """429 with `Retry-After`; after that many seconds the same call goes through."""
    store.clock.set(store.clock.now().replace(second=2, microsecond=0))
    store.switches[f"{version}_rate_limit"] = 2
    auth = (outsider.key, "") if version == "v1" else None
    header = outsider.bearer() if version == "v3" else {}
    statuses: list[int] = []
    waited = 0
    while statuses.count(200) < 5:
        answer = outsider.http.get(f"/{version}/jobs", headers=header, auth=auth)
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            waited += int(answer.headers["Retry-After"])
            store.clock.advance(timedelta(seconds=int(answer.headers["Retry-After"])))
    assert statuses == [200, 200, 429, 200, 200, 429, 200]
    assert waited > 0


def test_an_old_library_pages_by_number_with_and_without_count(outsider: Outsider, store: Store) -> None:
    """v1: the key as user name without password; `page`, `per_page`, `skip_count`; `next` until there is none."""
    for extra in ({}, {"skip_count": "true"}):
        url: str | None = str(
            httpx2.URL(f"{BASE}/v1/candidates", params={"per_page": "5", "page": "1", **extra})
        )
        ids: list[int] = []
        while url:
            answer = outsider.http.get(url, auth=(outsider.key, ""))
            ids += [row["id"] for row in answer.json()]
            assert ("last" in answer.links) == (not extra)
            url = answer.links.get("next", {}).get("url")
        assert ids == [row.id for row in store.candidates.rising()]


def test_an_old_library_sends_json_as_form_content_type(outsider: Outsider, store: Store) -> None:
    """v1: a JSON body with the content type of a form, on behalf of a user."""
    candidate = next(store.candidates.rising())
    body = {"user_id": outsider.admin, "body": "From a library", "visibility": "public"}
    answer = outsider.http.post(
        f"/v1/candidates/{candidate.id}/activity_feed/notes",
        content=json.dumps(body),
        headers={
            "On-Behalf-Of": str(outsider.admin),
            "Content-Type": "application/x-www-form-urlencoded",
        },
        auth=(outsider.key, ""),
    )
    assert (answer.status_code, answer.json()["body"]) == (200, "From a library")


def test_a_partner_goes_from_webhook_to_note(outsider: Outsider, store: Store, receiver: Receiver) -> None:
    """Two reads by the ids of an event, and a note that is posted only if its marker is not found."""
    header = outsider.bearer(sub=str(outsider.admin))
    application = next(one for one in store.applications.rising() if one.job_id)
    get = outsider.http.get
    shown = get("/v3/applications", headers=header, params={"ids": str(application.id)}).json()[0]
    person = get("/v3/candidates", headers=header, params={"ids": str(shown["candidate_id"])}).json()[0]
    note = {
        "candidate_id": person["id"],
        "application_id": shown["id"],
        "body": "Result is in\nMARK-1",
        "note_type": "NOTE",
        "visibility": "private",
        "user_id": outsider.admin,
    }
    for _ in range(2):
        params = {"candidate_ids": str(person["id"]), "per_page": "500", "fields": "id,body"}
        known = get("/v3/notes", headers=header, params=params).json()
        if not any("MARK-1" in (row["body"] or "") for row in known):
            assert outsider.http.post("/v3/notes", headers=header, json=note).status_code == 201
    bodies = [row.body for row in store.notes.by("candidate_id", person["id"])]
    assert bodies.count(note["body"]) == 1


def test_a_tool_changes_one_custom_field_and_keeps_the_others(outsider: Outsider) -> None:
    """v3 replaces the whole collection, so clients send the old values along with their change."""
    header = outsider.bearer(sub=str(outsider.admin))
    made = outsider.http.post(
        "/v3/candidates",
        headers=header,
        json={
            "first_name": "Wren",
            "last_name": "Ode",
            "custom_fields": [{"name_key": "notice_period", "value": "2 weeks"}],
        },
    ).json()["candidate"]
    fields = outsider.http.get("/v3/custom_fields?field_type=candidate", headers=header).json()
    languages = next(field for field in fields if field["name_key"] == "languages")
    options = outsider.http.get(
        f"/v3/custom_field_options?custom_field_ids={languages['id']}&active=true", headers=header
    ).json()
    dutch = next(option["id"] for option in options if option["name"] == "Dutch")
    kept = [
        {"name_key": key, "value": one["value"]}
        for key, one in made["custom_fields"].items()
        if one["value"] is not None
    ]
    change = [*kept, {"custom_field_id": languages["id"], "value": [dutch]}]
    url = f"/v3/candidates/{made['id']}"
    answer = outsider.http.patch(url, headers=header, json={"custom_fields": change})
    assert answer.status_code == 200
    values = {key: one["value"] for key, one in answer.json()["custom_fields"].items()}
    assert values == {"notice_period": "2 weeks", "languages": ["Dutch"]}
    found = outsider.http.get(f"/v3/candidates?custom_field_option_id={dutch}", headers=header).json()
    assert [row["id"] for row in found] == [made["id"]]
