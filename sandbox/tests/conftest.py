"""A sandbox in this process, and clients for it."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from forms import Visitor
from greenhouse_sandbox.app import create_app
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.credentials import create_api_key, create_oauth_client
from greenhouse_sandbox.store import Store
from helpers import ALL_PERMISSIONS, ALL_SCOPES, Receiver, V3Maker


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture(scope="session")
def one_app() -> Sandbox:
    """Created once and reopened for each test, because building the routes is slow."""
    app = create_app(base_url="http://sandbox.example")
    app.close()
    return app


@pytest.fixture
def app(one_app: Sandbox, receiver: Receiver) -> Iterator[Sandbox]:
    one_app.reopen(http=httpx2.Client(transport=httpx2.MockTransport(receiver)))
    yield one_app
    one_app.close()


@pytest.fixture
def store(app: Sandbox) -> Store:
    return app.store


@pytest.fixture
def client(app: Sandbox) -> Iterator[httpx2.Client]:
    with _client(app) as client:
        yield client


@pytest.fixture
def visitor(client: httpx2.Client) -> Visitor:
    return Visitor(client)


@pytest.fixture
def control(client: httpx2.Client) -> Callable[[str, dict[str, Any]], Any]:
    """Posts to the control plane and returns the response."""

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = client.post(f"/_sandbox{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    return post


@pytest.fixture
def v3_client(app: Sandbox) -> Iterator[V3Maker]:
    """Makes clients with a v3 token: `scopes` (default all), `sub` (default the service user)."""
    made: list[httpx2.Client] = []

    def make(scopes: list[str] | None = None, sub: int | None = None) -> httpx2.Client:
        store = app.store
        row, secret = create_oauth_client(
            store, description="test", partner="", actor_id=store.acting_user_id, now=store.clock.now()
        )
        row.scopes = ALL_SCOPES if scopes is None else scopes
        client = _client(app)
        form = {"grant_type": "client_credentials"} | ({"sub": str(sub)} if sub else {})
        answer = client.post("/token", auth=(row.client_id, secret), data=form)
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def v3(v3_client: V3Maker) -> httpx2.Client:
    return v3_client()


@pytest.fixture
def v1(app: Sandbox) -> Iterator[httpx2.Client]:
    """A client with a v1 key that has every permission, on behalf of the acting Site Admin."""
    store = app.store
    row, key = create_api_key(
        store, description="test", partner="", actor_id=store.acting_user_id, now=store.clock.now()
    )
    row.permissions = list(ALL_PERMISSIONS)
    with _client(app) as client:
        client.auth = (key, "")
        client.headers["On-Behalf-Of"] = str(store.acting_user_id)
        yield client


def _client(app: Sandbox) -> httpx2.Client:
    return httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url="http://sandbox.example")
