"""Goodword and the sandbox in one process, connected by a real client without a network.

Every request to Greenhouse passes through `Line`, which rejects requests made inside a transaction and can fail at a
chosen call.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from django.db import connection as database
from django.test import Client

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.core import clock, process
from goodword.greenhouse.inbox.leases import Turn
from goodword.greenhouse.inbox.processing import process_next
from goodword.greenhouse.models import Connection, Delivery, WebhookSecret
from goodword.roles.models import Role
from greenhouse_sandbox.acts import progress
from greenhouse_sandbox.acts.progress import pipeline
from greenhouse_sandbox.context import Sandbox
from greenhouse_sandbox.store.applications import Application as RemoteApplication
from greenhouse_sandbox.store.webhooks import EVENTS, Webhook
from greenhouse_sandbox.webhooks.delivery import signature
from tests.contract.greenhouse import Greenhouse, open_account
from tests.support import factories

SECRET = "a secret key of forty-three letters or more"
#: shared by all tests, because each client loads the middleware again
CLIENT = Client()
#: places of stages in the sandbox's first job
REVIEW, SCREEN, ASSESSMENT, REFERENCES, OFFER = range(5)


class Killed(BaseException):
    """The worker dies. Our code must not catch this."""


@dataclass
class Line(httpx2.BaseTransport):
    """The network to the sandbox. `before` and `after` are called with each request and may raise.

    `depth` is the number of transactions that the test itself has open.
    """

    inner: httpx2.WSGITransport
    depth: int
    before: Callable[[httpx2.Request], None] = lambda _: None
    after: Callable[[httpx2.Request], None] = lambda _: None
    #: changes the JSON that the sandbox returns: (path, data) -> data
    edit: Callable[[str, Any], Any] | None = None
    calls: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        assert _depth() == self.depth, "Greenhouse was called inside a transaction"
        self.calls.append(f"{request.method} {request.url.path}")
        self.before(request)
        response = self.inner.handle_request(request)
        self.after(request)
        return response if self.edit is None else _edited(request, response, self.edit)

    @property
    def reads(self) -> list[str]:
        """Calls to Harvest, without those for tokens."""
        return [call for call in self.calls if call.startswith("GET")]


@dataclass
class World:
    """One organisation with a role that is linked to the sandbox's first job."""

    greenhouse: Greenhouse
    line: Line
    organisation: Organisation
    role: Role
    connection: Connection
    job_id: int
    stages: list[tuple[int, str]]

    # --- in Greenhouse ---

    def apply(self, **person: Any) -> RemoteApplication:
        """Add an application to the linked job."""
        return self.greenhouse.application(self.greenhouse.candidate(**person))

    def move(self, application: RemoteApplication, place: int) -> None:
        """Move the application to a stage of the first job, by position."""
        stage = pipeline(self.greenhouse.store, self.job_id)[place]
        progress.move(self.greenhouse.store, application, stage, actor_id=None, now=self.greenhouse.now())

    def reject(self, application: RemoteApplication) -> None:
        """Reject the application with the first reason."""
        store = self.greenhouse.store
        reason = next(store.rejection_reasons.rising())
        progress.reject(
            store, application, reason_id=reason.id, notes="", actor_id=None, now=self.greenhouse.now()
        )

    def outgoing(self) -> list[tuple[bytes, str]]:
        """Take the bodies and event ids of new deliveries."""
        rows = self.greenhouse.store.deliveries
        found = [(row.body.encode(), row.event_id) for row in rows.rising()]
        for row in list(rows.rising()):
            rows.delete(row.id)
        return found

    def fail(self, **order: Any) -> None:
        """Make the sandbox fail (see its faults.py)."""
        self.greenhouse.sandbox.faults.add(order)

    # --- webhook endpoint ---

    def post(self, body: bytes, event_id: str | None = None, **headers: str) -> int:
        """Deliver a signed body. Returns the response's status."""
        sent = {"Signature": signature(body, SECRET)}
        if event_id is not None:
            sent["Greenhouse-Event-ID"] = event_id
        response = CLIENT.post(
            f"/hooks/greenhouse/{self.connection.endpoint_key}/",
            data=body,
            content_type="application/json",
            headers=sent | headers,
        )
        return response.status_code

    def deliver(self) -> None:
        """Deliver the pending webhooks in order and process them."""
        for body, event_id in self.outgoing():
            assert self.post(body, event_id) == 200
        self.work()

    def work(self, *, now: datetime | None = None, after: timedelta = timedelta(0)) -> None:
        """Process due deliveries."""
        moment, turn = (now or clock.now()) + after, Turn()
        while process_next(turn, now=moment):
            pass

    # --- Goodword ---

    def ours(self, application: RemoteApplication) -> Application:
        found = Application.objects.of(self.organisation).filter(remote_id=application.id).first()
        assert found is not None, self.inbox()
        return found

    def inbox(self) -> list[tuple[str, str]]:
        """State and outcome of each delivery, in order."""
        rows = Delivery.objects.of(self.organisation).order_by("pk")
        return [(row.state, row.outcome) for row in rows]


def with_status(status: str | None) -> Callable[[str, Any], Any]:
    """An edit for `Line`: all applications have this status."""

    def edit(path: str, data: Any) -> Any:
        if isinstance(data, list):
            return [edit(path, row) for row in data]
        if "applications" in data:
            return data | {"applications": edit("/applications", data["applications"])}
        return data | {"status": status} if "/applications" in path else data

    return edit


def _edited(
    request: httpx2.Request, response: httpx2.Response, edit: Callable[[str, Any], Any]
) -> httpx2.Response:
    data = edit(request.url.path, json.loads(response.read()))
    headers = [
        multi_item
        for multi_item in response.headers.multi_items()
        if multi_item[0].lower() != "content-length"
    ]
    return httpx2.Response(response.status_code, headers=headers, content=json.dumps(data).encode())


def _depth() -> int:
    return database.in_atomic_block + len(database.savepoint_ids)


_line: Line | None = None


def transport() -> Line:
    assert _line is not None
    return _line


def pause(seconds: float) -> None:
    """A pause that hardly waits. Named by the setting GOODWORD_HARVEST_PAUSE."""
    process.pause(min(seconds, 0.005))


def connect_line(sandbox: Sandbox) -> Line:
    """Connect all later clients to the sandbox."""
    global _line  # noqa: PLW0603 - the settings can name a function only
    _line = Line(httpx2.WSGITransport(sandbox), depth=_depth())
    return _line


def open_world(version: str) -> World:
    """A connected organisation. The caller sets the addresses in the settings."""
    greenhouse = open_account(version)
    for limit in ("v1_rate_limit", "v3_rate_limit", "token_rate_limit"):
        greenhouse.store.switches[limit] = 1_000_000  # the client paces itself by the remaining calls
    line = connect_line(greenhouse.sandbox)
    organisation = factories.organisation(own_domains=["acornoak.example"])
    role = factories.role(organisation)
    connection = Connection(
        organisation=organisation,
        endpoint_key="k" * 43,
        connected_at=factories.NOW,
        state=Connection.State.ACTIVE,
    )
    connection.set_credentials(greenhouse.credentials)
    connection.save()
    WebhookSecret.add(connection, SECRET, now=factories.NOW)
    job = next(greenhouse.store.jobs.rising())
    stages = [(stage.id, stage.name) for stage in pipeline(greenhouse.store, job.id)]
    factories.automation(
        role,
        connection_id=connection.pk,
        job_id=job.id,
        stages={"assessment": stages[ASSESSMENT], "reference_check": stages[REFERENCES]},
    )
    now = greenhouse.now()
    for action in EVENTS:
        webhooks = greenhouse.store.webhooks
        webhooks.insert(
            Webhook(
                id=webhooks.new_id(),
                created_at=now,
                updated_at=now,
                name=f"Goodword {action}",
                action=action,
                endpoint_url="http://unused.example",
                secret_key=SECRET,
                active=True,
            )
        )
    return World(greenhouse, line, organisation, role, connection, job.id, stages)
