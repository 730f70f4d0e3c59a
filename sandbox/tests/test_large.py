"""A large account: every kind of page stays fast."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

import httpx2
import pytest

from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.clock import milliseconds
from greenhouse_sandbox.credentials import create_api_key, create_oauth_client
from greenhouse_sandbox.store import Store
from helpers import ALL_PERMISSIONS, ALL_SCOPES

pytestmark = pytest.mark.slow

APPLICATIONS = 20_000
#: far more calls than a page needs, far fewer than reading every row takes
MOST_CALLS = 100_000


@pytest.fixture(scope="module")
def store() -> Store:
    app = create_app(world=str(APPLICATIONS))
    app.close()
    for name in ("v1_rate_limit", "v3_rate_limit"):
        app.store.switches[name] = 0
    return app.store


class Reader:
    """Calls v3 with a token and v1 with a key."""

    def __init__(self, http: httpx2.Client, token: str, key: str) -> None:
        self._http = http
        self._token = token
        self._key = key

    def get(self, path: str, **params: str) -> httpx2.Response:
        if path.startswith("/v1"):
            answer = self._http.get(path, params=params, auth=(self._key, ""))
        else:
            header = {"Authorization": f"Bearer {self._token}"}
            answer = self._http.get(path, params=params or None, headers=header)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    """A client with credentials of both versions."""
    app = create_app(store, base_url="http://sandbox.example")
    now = store.clock.now()
    client, secret = create_oauth_client(store, description="", partner="", actor_id=1, now=now)
    client.scopes = list(ALL_SCOPES)
    row, key = create_api_key(store, description="", partner="", actor_id=1, now=now)
    row.permissions = list(ALL_PERMISSIONS)
    with httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://sandbox.example") as http:
        grant = {"grant_type": "client_credentials"}
        answer = http.post("/token", auth=(client.client_id, secret), data=grant)
        yield Reader(http, answer.json()["access_token"], key)
    app.close()


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """Counts function calls in the block, including C functions."""
    calls = [0]

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        calls[0] += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def test_pages_of_five_hundred_take_bounded_work(reader: Reader, store: Store) -> None:
    applications = list(store.applications.rising())
    middle = applications[len(applications) // 2]
    late = max(row.updated_at for row in applications) - timedelta(minutes=1)
    job = str(middle.job_id or next(store.jobs.rising()).id)
    stage = str(store.job_stages.by("job_id", int(job))[0].id)
    email = store.candidates[middle.candidate_id].email or "nobody@x.example"
    asked: list[tuple[str, dict[str, str]]] = [
        ("/v3/applications", {}),
        ("/v3/applications", {"updated_at": f"gte|{milliseconds(late)}"}),
        ("/v3/applications", {"updated_at": "gte|2100-01-01T00:00:00Z"}),
        ("/v3/applications", {"status": "hired"}),
        ("/v3/applications", {"job_ids": job, "job_interview_stage_ids": stage}),
        ("/v3/applications", {"prospect": "true"}),
        ("/v3/prospect_details", {}),
        ("/v3/application_stages", {"current": "true"}),
        ("/v3/candidates", {"email": email}),
        ("/v3/candidates", {"last_activity_at": "gte|2100-01-01T00:00:00Z"}),
        ("/v3/notes", {"candidate_ids": str(middle.candidate_id)}),
        ("/v1/candidates", {"page": "20", "skip_count": "true"}),
        ("/v1/applications", {"last_activity_after": "2100-01-01T00:00:00Z"}),
    ]
    for path, params in asked:
        with counted_calls() as calls:
            answer = reader.get(path, per_page="500", **params)
        assert calls[0] < MOST_CALLS, (path, params, calls)
        if "T00:00:00Z" in str(params):
            assert answer.json() == []


def test_a_crawl_returns_every_record_once(reader: Reader, store: Store) -> None:
    url: str | None = "/v3/applications?per_page=500&fields=id"
    ids: list[int] = []
    while url:
        answer = reader.get(url)
        ids += [row["id"] for row in answer.json()]
        url = answer.links.get("next", {}).get("url")
    assert ids == [row.id for row in store.applications.falling()]


def test_a_changed_row_is_found_by_its_new_time(reader: Reader, store: Store) -> None:
    row = next(store.candidates.rising())
    now = store.clock.now() + timedelta(days=400)
    store.candidates.changed(row, now)
    window = f"gte|{milliseconds(now - timedelta(seconds=1))}"
    found = reader.get("/v3/candidates", updated_at=window).json()
    assert [one["id"] for one in found] == [row.id]
