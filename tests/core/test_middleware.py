"""Redacted logs, body size limits, page languages, security headers and redirects."""

import io
import logging
import sys
from datetime import datetime, timedelta

import django
import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation, TooManyFieldsSent
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from goodword.core import clock, crypto
from goodword.core.telemetry import OneLineRefusals, RedactingFormatter, redacted
from goodword.notifications.domain.links import PATHS


@pytest.mark.parametrize("prefix", [*(path.strip("/") for path in PATHS.values()), "hooks/greenhouse"])
def test_link_tokens_are_redacted_in_logs(prefix: str) -> None:
    line = f"Not Found: /{prefix}/{crypto.new_token()}/assessment/3/"
    assert redacted(line) == f"Not Found: /{prefix}/[redacted]/assessment/3/"


def test_password_reset_keys_are_redacted_in_logs() -> None:
    assert (
        redacted("GET /accounts/password/reset/key/3-c8xq-0123456789abcdef/")
        == "GET /accounts/password/reset/key/[redacted]/"
    )


def test_urls_without_secrets_are_logged_unchanged() -> None:
    line = "GET /o/acme/roles/12/ and /static/ui/css/goodword.css"
    assert redacted(line) == line


def test_tracebacks_in_logs_are_redacted() -> None:
    token = crypto.new_token()
    try:
        raise LookupError(f"nothing at https://goodword.example/s/{token}/")
    except LookupError:
        record = logging.LogRecord(
            "goodword", logging.ERROR, __file__, 1, "Broken: %s", (f"/p/{token}/",), sys.exc_info()
        )
    text = RedactingFormatter("{message}", style="{").format(record)
    assert text.splitlines()[0] == "Broken: /p/[redacted]/"
    assert text.splitlines()[-1] == "LookupError: nothing at https://goodword.example/s/[redacted]/"


def test_logging_uses_the_redacting_formatter(settings: Settings) -> None:
    assert settings.LOGGING["formatters"]["line"]["()"] == "goodword.core.telemetry.RedactingFormatter"
    assert settings.LOGGING["handlers"]["out"]["formatter"] == "line"


def test_an_oversized_body_is_rejected_before_it_is_read(client: Client, settings: Settings) -> None:
    settings.GOODWORD_MAX_BODY = 10
    response = client.post("/accounts/login/", b"x" * 11, content_type="text/plain")
    assert (response.status_code, response.content) == (413, b"The body is larger than 2 MiB.")


def test_uploads_have_a_higher_size_limit(client: Client, settings: Settings) -> None:
    settings.GOODWORD_MAX_BODY, settings.GOODWORD_MAX_UPLOAD = 10, 1024 * 1024
    address = "/p/not-there/assessment/1/item/2/"
    too_large = client.post(address, b"x" * (1024 * 1024 + 1), content_type="text/plain")
    assert too_large.status_code == 413
    assert f'href="{address}"' in too_large.content.decode()
    assert client.post("/p/not-there/", b"x" * 11, content_type="text/plain").status_code == 413


def test_reports_to_verify_have_a_higher_size_limit(client: Client, settings: Settings) -> None:
    settings.GOODWORD_MAX_BODY, settings.GOODWORD_MAX_REPORT = 10, 20
    for size, status in ((20, 422), (21, 413)):
        assert client.post("/verify/", b"x" * size, content_type="text/plain").status_code == status
    assert client.post("/verify/x/", b"x" * 20, content_type="text/plain").status_code == 413


def test_files_of_groups_and_ratings_have_a_higher_size_limit(client: Client, settings: Settings) -> None:
    settings.GOODWORD_MAX_BODY, settings.GOODWORD_MAX_PEOPLE_FILE = 10, 20
    for page in ("fairness/", "validity/ratings/"):
        for size, status in ((20, 302), (21, 413)):
            where = f"/o/acme/settings/{page}"
            assert client.post(where, b"x" * size, content_type="text/plain").status_code == status
    for elsewhere in (
        "/o/acme/settings/",
        "/o/acme/settings/validity/ratings/allow/",
        "/o/a/b/settings/fairness/",
    ):
        assert client.post(elsewhere, b"x" * 11, content_type="text/plain").status_code == 413


def test_an_oversized_upload_gets_a_page_or_json_for_scripts(client: Client, settings: Settings) -> None:
    settings.GOODWORD_MAX_BODY, settings.GOODWORD_MAX_UPLOAD = 10, 20
    where = "/p/not-there/assessment/1/item/2/?from=last"
    page = client.post(where, b"x" * 21, content_type="text/plain", headers={"Accept-Language": "fr"})
    assert (page.status_code, page["Cache-Control"]) == (413, "no-store")
    assert "Trop volumineux" in page.content.decode()
    assert "Content-Security-Policy" in page
    assert f'href="{where}"' in page.content.decode()
    said = client.post(where, b"x" * 21, content_type="text/plain", headers={"X-Goodword": "script"})
    assert (said.status_code, said.json()) == (
        413,
        {"saved": False, "say": ["Too long to save. Please shorten it."]},
    )


def test_oversized_form_text_gets_the_same_page(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    client = Client(enforce_csrf_checks=True)  # the check reads the form
    client.cookies["goodword_csrf"] = "x" * 32
    page = client.post("/p/not-there/assessment/1/item/2/", {"answer": "x" * 11})
    assert page.status_code == 413
    assert "Too large to send" in page.content.decode()


@pytest.mark.django_db
def test_an_upload_within_the_limit_is_accepted(client: Client, settings: Settings) -> None:
    settings.GOODWORD_MAX_BODY, settings.GOODWORD_MAX_UPLOAD = 10, 1024 * 1024
    response = client.post("/p/not-there/assessment/1/item/2/", b"x" * 11, content_type="text/plain")
    assert "This link doesn't work" in response.content.decode()


def test_an_invalid_content_length_is_rejected(client: Client) -> None:
    response = client.post("/accounts/login/", b"", content_type="text/plain", CONTENT_LENGTH="many")
    assert (response.status_code, response.content) == (400, b"Content-Length is not a number.")


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("de-AT,de;q=0.9", "Dieser Link funktioniert nicht"),
        ("fr", "Ce lien ne fonctionne pas"),
        ("nl", "This link doesn't work"),
        ("", "This link doesn't work"),
    ],
)
@pytest.mark.django_db
def test_unknown_link_page_uses_the_browser_language(client: Client, asked: str, said: str) -> None:
    response = client.get("/p/not-there/", headers={"Accept-Language": asked})
    assert said in response.content.decode()
    assert "Accept-Language" in response["Vary"]


def test_opening_a_portal_url_for_forms_leads_back_to_the_link(client: Client) -> None:
    """A restored tab or another device would otherwise show an empty page."""
    page = client.get("/r/some-token/begin/", headers={"Accept-Language": "de"})
    assert (page.status_code, page["Allow"], page["Cache-Control"]) == (405, "POST", "no-store")
    body = page.content.decode()
    assert 'href="/r/some-token/"' in body
    assert "Zurück zur Seite" in body
    assert client.put("/r/some-token/begin/").content == b""


@pytest.mark.django_db
def test_member_pages_are_always_english(client: Client) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="en-gb"' in page
    assert "Sign in" in page


def test_an_unknown_host_is_logged_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    response = Client().get("/accounts/login/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert [(record.levelname, record.getMessage(), record.exc_info) for record in caplog.records] == [
        (
            "WARNING",
            (
                "Refused a request for the host 'evil.example': people reach this installation at "
                "http://localhost:8000 (GOODWORD_BASE_URL)."
            ),
            None,
        )
    ]


def out(request: HttpRequest, exception: Exception) -> str:
    """The log records when a view raises this."""
    (handler,) = (one for one in logging.getLogger().handlers if type(one.formatter) is RedactingFormatter)
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handler, "stream", written)
        response_for_exception(request, exception)
    return written.getvalue()


def test_django_setup_keeps_log_handlers() -> None:
    root = logging.getLogger()
    before = [*root.handlers]
    django.setup()
    assert root.handlers == before


@pytest.mark.parametrize(
    "refused",
    [
        PermissionDenied(),
        SuspiciousOperation("strange"),
        BadRequest("strange"),
        TooManyFieldsSent("strange"),
        MultiPartParserError("strange"),
    ],
)
def test_a_rejected_request_is_logged_in_one_line(refused: Exception) -> None:
    try:
        raise refused
    except type(refused) as raised:
        text = out(RequestFactory().get("/o/acme/settings/"), raised)
    assert "/o/acme/settings/" in text or "strange" in text
    assert text.count("\n") == 1


def test_server_errors_keep_their_traceback() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Broken", (), None)
    record.status_code = 500
    record.exc_info = (LookupError, LookupError("here"), None)
    assert OneLineRefusals().filter(record).exc_info


@pytest.mark.django_db
def test_pages_disable_unused_browser_features() -> None:
    policy = Client().get("/accounts/login/")["Permissions-Policy"]
    assert {"camera=()", "microphone=()", "geolocation=()", "payment=()"} <= set(policy.split(", "))
    assert "clipboard" not in policy


@pytest.mark.django_db
def test_plain_http_is_redirected_except_for_healthz(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    elsewhere = Client().get("/accounts/login/", headers={"host": "localhost:6666"})
    assert elsewhere["Location"] == "https://localhost:8000/accounts/login/"  # the base URL's host
    assert Client().get("/accounts/login/", headers={"x-forwarded-proto": "https"}).status_code == 200
    assert Client().get("/healthz").status_code == 200


def test_security_txt_has_the_contact_and_a_future_expiry() -> None:
    response = Client().get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires"))
    assert timedelta(days=179) < expires - clock.now() < timedelta(days=366)
    assert fields == {
        "Contact": "mailto:help@goodword.example",
        "Preferred-Languages": "en",
        "Canonical": "http://localhost:8000/.well-known/security.txt",
    }
