"""An organisation that isn't connected, its members' browsers, and the sandbox it can connect to."""

import pickle
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.demo.browser import Browser
from goodword.greenhouse.client import V1Credentials, V3Credentials
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup.keys import KeyCheck, check_all, connect
from greenhouse_sandbox.context import Sandbox
from tests.contract.greenhouse import Greenhouse, open_account, open_sandbox
from tests.greenhouse.shared_world import forget_what_was_read, records_of
from tests.greenhouse.world import Line
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept
from tests.support.pages import signed_in

_line: Line | None = None


def transport() -> Line:
    assert _line is not None
    return _line


@dataclass
class Desk:
    """An organisation with an admin and a recruiter, and a Greenhouse account with a credential that has all
    permissions.
    """

    greenhouse: Greenhouse
    line: Line
    organisation: Organisation
    admin: Membership
    recruiter: Membership

    def form(self) -> dict[str, str]:
        """The admin's input for this kind of key."""
        credentials = self.greenhouse.credentials
        if isinstance(credentials, V1Credentials):
            return {"api_key": credentials.api_key}
        return {"client_id": credentials.client_id, "client_secret": credentials.client_secret}

    def url(self, name: str, *args: int) -> str:
        return reverse(name, args=[self.organisation.slug, *args])

    def own(self, name: str, *args: int) -> str:
        """The URL of a page of the only connection."""
        return self.url(name, self.connection().pk, *args)

    def client(self, member: Membership) -> Client:
        """A member signed in."""
        return signed_in(member)

    def set_key(self, *connection: int, **changes: str) -> Any:
        """Press *Set* as an admin, for another account or for this connection."""
        name = "greenhouse_replace_key" if connection else "greenhouse_connect"
        address = f"{self.url(name, *connection)}?api={self.greenhouse.version}"
        return self.client(self.admin).post(address, self.form() | changes)

    def connect(self) -> Connection:
        """Connect without pages."""
        credentials = self.greenhouse.credentials
        assert isinstance(credentials, V1Credentials | V3Credentials)
        return connect(
            organisation=self.organisation,
            check=check_all(KeyCheck(credentials=credentials)),
            member=self.admin,
            now=factories.NOW,
        )

    def connection(self) -> Connection:
        return Connection.objects.of(self.organisation).get()

    def audited(self) -> list[str]:
        """Audited actions in order, without sign-ups."""
        return list(AuditEntry.objects.of(self.organisation).order_by("pk").values_list("action", flat=True))

    def browser(self, member: Membership) -> Browser:
        """The member's browser without JavaScript, signed in through the sign-in page."""
        browser = Browser("http://testserver")
        browser._client = httpx2.Client(  # the story's browser, on this process's application
            transport=httpx2.WSGITransport(_application), base_url="http://testserver"
        )
        browser.open("/accounts/login/")
        browser.press("Sign in", {"E-mail": member.user.email, "Password": factories.PASSWORD})
        return browser


def open_desk(version: str) -> Desk:
    """Not yet connected. The caller sets the addresses in the settings."""
    greenhouse = open_account(version)
    for limit in ("v1_rate_limit", "v3_rate_limit", "token_rate_limit"):
        greenhouse.store.switches[limit] = 1_000_000  # the client paces itself by the remaining calls
    organisation = factories.organisation()
    return Desk(
        greenhouse,
        _connect_line(greenhouse.sandbox),
        organisation,
        admin=factories.member(organisation, kind="admin"),
        recruiter=factories.member(organisation, kind="recruiter"),
    )


def open_connected_desk(version: str) -> Desk:
    """Connected. The caller sets the addresses in the settings."""
    desk, records = pickle.loads(_connected(version))
    sandbox = open_sandbox()
    vars(sandbox.store).update(records)
    desk.greenhouse.sandbox, desk.line = sandbox, _connect_line(sandbox)
    forget_what_was_read()
    cache.clear()
    return cast(Desk, desk)


@kept
def _connected(version: str) -> bytes:
    """A connected desk without its sandbox, and the sandbox's records."""
    desk: Any = open_desk(version)
    desk.connect()
    run_jobs()
    sandbox, records = desk.greenhouse.sandbox, records_of(desk.greenhouse.store)
    desk.greenhouse.sandbox = desk.line = None
    pickled = pickle.dumps((desk, records))
    sandbox.close()
    return pickled


def _connect_line(sandbox: Sandbox) -> Line:
    global _line  # noqa: PLW0603 - the settings can name a function only
    _line = Line(httpx2.WSGITransport(sandbox), depth=database.in_atomic_block + len(database.savepoint_ids))
    return _line


def _application(environ: Any, start_response: Any) -> list[bytes]:
    """Django's WSGI application, which leaves the test's database connection open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        response = WSGIHandler()(environ, start_response)
        body = list(response)
        response.close()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return body


def point(settings: Any) -> None:
    """Point the settings at the sandbox, and hash passwords quickly."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.GOODWORD_GREENHOUSE_V1_URL = "http://127.0.0.1:8100/v1"
    settings.GOODWORD_GREENHOUSE_V3_URL = "http://127.0.0.1:8100/v3"
    settings.GOODWORD_GREENHOUSE_AUTH_URL = "http://127.0.0.1:8100"
    settings.GOODWORD_ALLOW_PRIVATE_ADDRESSES = True
    settings.GOODWORD_HARVEST_TRANSPORT = "tests.greenhouse.setup.desk.transport"
