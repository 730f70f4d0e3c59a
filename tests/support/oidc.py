"""OpenID Connect providers: tests/oidc_provider as a separate program, and one that only responds."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allauth.core import context
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponseBase
from django.test import RequestFactory

from goodword.accounts.models import User
from tests.support.ports import free_port
from tests.support.web_server import Handler, served

PASSWORD = "a password at the provider"
CLIENT_ID, CLIENT_SECRET = "goodword-client", "goodword-secret"


@contextmanager
def provider(folder: Path, *, redirect_uri: str, people: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The issuer's URL. `people`: each person's claims by login name."""
    port = free_port()
    given = {
        "port": port,
        "database": str(folder / "provider.sqlite3"),
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": redirect_uri,
        "password": PASSWORD,
        "people": people,
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.oidc_provider"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=plain,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            json.dump(given, process.stdin)
            process.stdin.close()
            assert process.stdout.readline() == "ready\n"
            yield f"http://127.0.0.1:{port}/o"
        finally:
            process.terminate()
            process.wait()


def configuration(url: str) -> dict[str, Any]:
    """allauth's configuration, as goodword.settings builds it from the environment."""
    from goodword.core.sign_on_settings import oidc

    return oidc(
        url=url,
        client_id=CLIENT_ID,
        secret=CLIENT_SECRET,
        name="Northwind ID",
        scopes=("openid", "profile", "email"),
        verified_domains=(),
    )


@contextmanager
def answering(userinfo: str) -> Iterator[str]:
    """A provider that responds with this user info at once. Yields the issuer's URL."""

    class Provider(Handler):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
            addresses = {name: f"http://{self.headers['Host']}/{name}" for name in names}
            self._send(userinfo if self.path == "/userinfo_endpoint" else json.dumps(addresses))

        def do_POST(self) -> None:  # noqa: N802 - as above
            self.rfile.read(int(self.headers["Content-Length"]))
            self._send('{"access_token": "token", "token_type": "Bearer"}')

        def _send(self, text: str) -> None:
            self.answer(text, content_type="application/json")

    with served(Provider) as url:
        yield url


def arrive(
    claims: dict[str, Any], *, process: str = "login", user: User | None = None
) -> tuple[HttpRequest, HttpResponseBase]:
    """Pass these claims to allauth, as after the provider's response."""
    request = RequestFactory().get("/accounts/oidc/oidc/login/callback/")
    request.session = SessionStore()
    request.user = user or AnonymousUser()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]  # as the middleware does
    with context.request_context(request):
        login = (
            get_adapter()
            .get_provider(request, "oidc")
            .sociallogin_from_response(request, {"userinfo": claims})
        )
        login.state = {"process": process, "next": "/o/acme/roles/"}
        return request, complete_social_login(request, login)


def outcome(claims: dict[str, Any], **how: Any) -> tuple[str, list[str]]:
    """The signed-in user's address, or "", and the messages."""
    request, _ = arrive(claims, **how)
    pk = request.session.get("_auth_user_id")
    return User.objects.get(pk=pk).email if pk else "", [str(message) for message in get_messages(request)]
