"""Sending through a provider's API, with a server that responds as in Postmark's documentation."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from goodword.core import mail
from goodword.core.addresses import Correspondent
from goodword.notifications.domain.bounces import mark_of
from goodword.notifications.domain.send import PROBE_PACE, UNANSWERED, send
from goodword.notifications.models import Email
from tests.notifications.mails import NOW, queued, state
from tests.support.jobs import event_names

pytestmark = pytest.mark.django_db


class Provider(HTTPServer):
    """Stores requests and gives a set response."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[dict[str, Any]] = []
        #: bytes of each response that are announced but not sent, and seconds before the connection is closed
        self.missing, self.silence = 0, 0.0
        self.status, self.answer = (
            200,
            {
                "To": "maria@globex.example",
                "MessageID": "pm-1",
                "ErrorCode": 0,
                "Message": "OK",
                "SubmittedAt": "2026-03-03T09:00:00Z",
            },
        )


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        provider = self.server
        assert isinstance(provider, Provider)
        provider.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        body = json.dumps(provider.answer).encode()
        self.send_response(provider.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) + provider.missing))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        time.sleep(provider.silence)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing."""


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    credentials = {
        "POSTMARK_SERVER_TOKEN": "token",
        "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
    }
    settings.MAILERS = mail.mailers(provider="postmark", smtp_url="")
    settings.ANYMAIL = mail.anymail(credentials=credentials, webhook_secret="")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def to_maria(**values: Any) -> Email:
    return queued(to=Correspondent(name="Maria", address="maria@globex.example"), **values)


def test_a_mail_is_sent_with_our_metadata_and_the_providers_id_is_stored(
    provider: Provider, settings: Settings
) -> None:
    settings.GOODWORD_RETURN_ADDRESS = ""
    email = to_maria()
    assert send(email_id=email.pk, now=NOW) is True
    (got,) = provider.got
    assert state(email) == ("sent", 1, "")
    assert (email.provider_id, got["To"], got["Metadata"]) == (
        "pm-1",
        "Maria <maria@globex.example>",
        {"goodword_mail": f"{mark_of(email.pk)}@goodword"},
    )
    assert {"Name": "Auto-Submitted", "Value": "auto-generated"} in got["Headers"]


def test_return_address_does_not_change_the_sender_for_a_provider(
    provider: Provider, settings: Settings
) -> None:
    settings.GOODWORD_RETURN_ADDRESS = "bounce@goodword.example"
    email = to_maria()
    send(email_id=email.pk, now=NOW)
    assert state(email)[0] == "sent"
    assert provider.got[0]["From"] == '"Goodword (Acme)" <people@goodword.example>'


def test_an_address_the_provider_refuses_counts_as_bounced(provider: Provider) -> None:
    provider.status, provider.answer = (
        422,
        {
            "ErrorCode": 406,
            "Message": "You tried to send to recipient(s) that have been marked as inactive. "
            "Found inactive addresses: maria@globex.example. Inactive recipients are ones that have generated a hard "
            "bounce, a spam complaint, or a manual suppression.",
        },
    )
    email = to_maria()
    assert send(email_id=email.pk, now=NOW) is True
    assert state(email) == ("failed", 1, "The mail provider refuses this address.")
    assert (email.bounced_at, email.bounce_reason) == (NOW, email.last_error)
    assert event_names() == ["email.failed"]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("status", "after", "goes_on"),
    [(401, "queued", False), (500, "queued", False), (429, "queued", False), (422, "failed", True)],
)
def test_other_provider_errors_are_not_bounces(
    provider: Provider, status: int, after: str, goes_on: bool
) -> None:
    provider.status, provider.answer = status, {"ErrorCode": 10, "Message": "Bad or missing API token."}
    email = to_maria()
    assert send(email_id=email.pk, now=NOW) is goes_on
    assert state(email)[:2] == (after, 1)
    assert email.last_error.startswith(f"The mail provider answered {status}: ")
    assert email.bounced_at is None


@pytest.mark.parametrize("silence", [0.0, 1.0])
def test_a_mail_may_have_arrived_if_the_response_breaks_off(
    provider: Provider, settings: Settings, silence: float
) -> None:
    settings.ANYMAIL |= {"REQUESTS_TIMEOUT": 0.3 if silence else 30}
    provider.missing, provider.silence = 100, silence
    email = to_maria()
    assert send(email_id=email.pk, now=NOW) is False
    assert (state(email)[0], email.unanswered, len(provider.got)) == ("queued", 1, 1)
    assert email.not_before == NOW + UNANSWERED[0]


@pytest.mark.world
def test_an_unreachable_or_unconfigured_provider_is_retried(settings: Settings) -> None:
    credentials = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": "http://127.0.0.1:9/"}
    settings.MAILERS = mail.mailers(provider="postmark", smtp_url="")
    settings.ANYMAIL = mail.anymail(credentials=credentials, webhook_secret="")
    email = to_maria()
    assert send(email_id=email.pk, now=NOW) is False
    assert state(email)[:2] == ("queued", 1)
    settings.ANYMAIL = {}
    other = to_maria(key="other")
    assert send(email_id=other.pk, now=NOW + PROBE_PACE[0]) is False
    assert state(other)[:2] == ("queued", 1)
