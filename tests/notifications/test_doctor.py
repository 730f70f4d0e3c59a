"""`goodword doctor` on the mail server and the sender domain."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import override_settings
from pytest_django.fixtures import Settings

from goodword.core import clock
from goodword.core.doctor.findings import broken
from goodword.notifications import doctor
from tests.support.dns_server import SERVFAIL, dns_server
from tests.support.mail_server import mail_server
from tests.support.ports import free_port

pytestmark = pytest.mark.programs


@pytest.mark.parametrize(
    ("answers", "options", "state", "said"),
    [
        ({}, {}, "good", "responds."),
        ({}, {"username": "rita", "password": "secret"}, "good", "responds and accepts the password."),
        (
            {"auth": "535 5.7.8 Wrong password for rita@acme.example"},
            {"username": "rita", "password": "secret"},
            "broken",
            "refuses the user or the password (535 5.7.8 Wrong password for …).",
        ),
        ({"greeting": "554 No service"}, {}, "broken", "refuses the connection (554 No service)."),
        ({"greeting": None}, {}, "broken", "can't be reached: Connection unexpectedly closed."),
        ({}, {"use_tls": True}, "broken", "does not offer what GOODWORD_SMTP_URL asks for: STARTTLS"),
    ],
)
def test_the_mail_server_is_tried_up_to_the_password(
    answers: dict[str, str | None], options: dict[str, Any], state: str, said: str
) -> None:
    with mail_server(**options) as server:
        server.answers = answers
        one = doctor.mail_server(clock.now())
        assert (one.area, one.state) == ("mail_server", state)
        assert f"127.0.0.1:{server.port} {said}" in f"{one.sentence}"
        assert bool(one.remedy) == (state != "good")
        assert not server.taken


def test_a_mail_server_out_of_reach_is_broken(settings: Settings) -> None:
    def found(host: str, port: int) -> tuple[str, str]:
        options = {"host": host, "port": port}
        settings.MAILERS = {"default": {"BACKEND": "goodword.core.mail.EmailBackend", "OPTIONS": options}}
        one = doctor.mail_server(clock.now())
        return one.state, one.sentence

    assert found("127.0.0.1", 1) == ("broken", "127.0.0.1:1 can't be reached: Connection refused.")
    assert found("mail.invalid", 25) == ("broken", "The host name of mail.invalid:25 is unknown.")


def test_unencrypted_mail_to_another_host_needs_attention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LOCAL", ())
    with mail_server():
        assert doctor.mail_server(clock.now()).state == "attention"


def certificate(folder: Path, *, days: int) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@contextmanager
def tls_server(file: Path) -> Iterator[None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    port = free_port()
    server = Controller(Sink(), hostname="127.0.0.1", port=port, ssl_context=context, ready_timeout=60)
    server.start()
    mailer = {
        "BACKEND": "goodword.core.mail.EmailBackend",
        "OPTIONS": {"host": "127.0.0.1", "port": port, "use_ssl": True},
    }
    try:
        with override_settings(MAILERS={"default": mailer}):
            yield
    finally:
        server.stop(no_assert=True)


def test_the_certificate_of_the_mail_server_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = certificate(tmp_path, days=30)
    with tls_server(file):
        one = doctor.mail_server(clock.now())
        assert (one.state, "can't be trusted: self-signed certificate" in one.sentence) == ("broken", True)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        one = doctor.mail_server(clock.now())
        assert (one.state, "responds over TLSv1.3." in one.sentence) == ("good", True)
        one = doctor.mail_server(clock.now() + timedelta(days=20))
        assert (one.state, "its certificate expires in 9 days" in one.sentence) == ("attention", True)


def test_a_port_without_tls_is_broken() -> None:
    server = Controller(Sink(), hostname="127.0.0.1", port=free_port(), ready_timeout=60)
    server.start()
    options = {"host": "127.0.0.1", "port": server.port, "use_ssl": True}
    mailer = {"BACKEND": "goodword.core.mail.EmailBackend", "OPTIONS": options}
    with override_settings(MAILERS={"default": mailer}):
        one = doctor.mail_server(clock.now())
    server.stop(no_assert=True)
    assert one == broken(
        "mail_server",
        f"TLS with 127.0.0.1:{server.port} failed.",
        "Port 465 usually needs smtps://, port 587 smtp+starttls://, in GOODWORD_SMTP_URL.",
    )


@pytest.mark.parametrize("use_ssl", [True, False])
def test_a_silent_mail_server_is_broken(monkeypatch: pytest.MonkeyPatch, use_ssl: bool) -> None:
    monkeypatch.setattr(doctor, "STEP_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {"host": "127.0.0.1", "port": silent.getsockname()[1], "use_ssl": use_ssl}
        mailer = {"BACKEND": "goodword.core.mail.EmailBackend", "OPTIONS": options}
        with override_settings(MAILERS={"default": mailer}):
            one = doctor.mail_server(clock.now())
    assert one == broken(
        "mail_server",
        f"127.0.0.1:{options['port']} did not respond within 0.2 seconds.",
        "Check host and port in GOODWORD_SMTP_URL (465 usually needs smtps://), and this machine's firewall.",
    )


def test_a_provider_s_api_is_not_tried(settings: Settings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.postmark.EmailBackend"}}
    settings.GOODWORD_MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "one"}
    assert doctor.mail_server(clock.now()).state == "good"


def test_misspelt_settings_of_a_provider_are_broken(settings: Settings) -> None:
    settings.MAILERS = {"default": {"BACKEND": "anymail.backends.postmark.EmailBackend"}}
    settings.GOODWORD_MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKN": "one"}
    assert doctor.mail_server(clock.now()) == broken(
        "mail_server",
        "No mail can be sent through the API of postmark: MAILERS['default']: OPTIONS must define 'server_token'.",
        "Name its credentials in GOODWORD_MAIL_PROVIDER_SETTINGS as on https://anymail.dev/en/stable/esps/postmark/.",
    )


def dns(settings: Settings, zone: dict[str, Any]) -> list[tuple[str, str]]:
    settings.GOODWORD_MAIL_FROM, settings.GOODWORD_RETURN_ADDRESS = "people@acme.example", ""
    settings.GOODWORD_MAIL_SPF = ["include:spf.example.net"]
    settings.GOODWORD_MAIL_DKIM_SELECTORS = ["s1"]
    settings.MAILERS = {
        "default": {"BACKEND": "goodword.core.mail.EmailBackend", "OPTIONS": {"host": "mail"}}
    }
    with dns_server(zone) as server:
        settings.GOODWORD_DNS_SERVERS = [server]
        return [(finding.state, finding.sentence) for finding in doctor.sender_domain(clock.now())]


def test_the_records_of_the_sender_domain(settings: Settings) -> None:
    good = {
        "acme.example": ["v=spf1 include:spf.example.net ~all"],
        "s1._domainkey.acme.example": ["v=DKIM1; p=abc"],
        "_dmarc.acme.example": ["v=DMARC1; p=reject"],
    }
    found = dns(settings, good)
    assert [state for state, _ in found] == ["good", "good", "good", "attention"]
    assert found[-1][1] == "MX of acme.example: no server accepts mail for it, so returned mail is lost."
    assert [state for state, _ in dns(settings, {})] == ["attention"] * 4
    failing = dict.fromkeys([*good, "acme.example MX"], SERVFAIL)
    assert [state for state, _ in dns(settings, failing)] == ["attention"] * 4


def test_mail_servers_for_returned_mail_are_good(settings: Settings) -> None:
    found = dns(settings, {"acme.example": ["v=spf1 -all"], "acme.example MX": ["10 mx.acme.example."]})
    assert found[-1] == ("good", "MX of acme.example: mx.acme.example.")
