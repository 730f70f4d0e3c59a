"""Sign-in, sign-out and password reset pages."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from goodword.accounts.models import Membership, User
from goodword.accounts.sign_in import mail_reset_link
from goodword.core import job_recovery
from tests.support import factories
from tests.support.jobs import failed_job, run_jobs, waiting

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme", slug="acme"), email="rita@acme.example")


def errors(response: Any) -> list[str]:
    return [error for found in response.context["form"].errors.values() for error in found]


def reset_links() -> list[str]:
    """Password reset links in all mails."""
    return re.findall(
        r"https?://[^/\s]+/accounts/password/reset/key/\S+",
        "\n".join(str(message.body) for message in mail.outbox),
    )


@pytest.mark.world
@pytest.mark.parametrize("email", ["rita@acme.example", "Rita@ACME.example"])
def test_the_right_password_leads_to_the_roles_page(rita: Membership, email: str) -> None:
    client = Client()
    response = client.post(LOGIN, {"login": email, "password": factories.PASSWORD}, follow=True)
    assert [where for where, _ in response.redirect_chain] == ["/", "/o/acme/home/"]


def test_sign_in_redirects_to_next_only_within_the_site(rita: Membership) -> None:
    inside = Client().post(
        LOGIN, {"login": rita.user.email, "password": factories.PASSWORD, "next": "/o/acme/help/"}
    )
    outside = Client().post(
        LOGIN, {"login": rita.user.email, "password": factories.PASSWORD, "next": "https://evil.example/"}
    )
    assert (inside["Location"], outside["Location"]) == ("/o/acme/help/", "/")


def test_wrong_password_and_unknown_address_give_the_same_error(rita: Membership) -> None:
    said = ["Wrong e-mail address or password."]
    wrong = Client().post(LOGIN, {"login": rita.user.email, "password": "wrong"})
    unknown = Client().post(LOGIN, {"login": "nobody@acme.example", "password": "wrong"})
    assert (errors(wrong), errors(unknown)) == (said, said)
    assert b'value="rita@acme.example"' in wrong.content
    assert b'value="wrong"' not in wrong.content


@pytest.mark.world
def test_too_many_wrong_passwords_block_the_right_one(rita: Membership) -> None:
    client = Client()
    for _ in range(5):
        client.post(LOGIN, {"login": rita.user.email, "password": "wrong"})
    response = client.post(LOGIN, {"login": rita.user.email, "password": factories.PASSWORD})
    assert errors(response) == ["Too many attempts. Wait a few minutes, then try again."]
    assert "_auth_user_id" not in client.session


@pytest.mark.matrix
@pytest.mark.parametrize(
    "email", ["r\u0131ta.kiss@acme.example", "rita.\u212aiss@acme.example", "rita.ki\u017fs@acme.example"]
)
def test_a_look_alike_address_neither_signs_in_nor_gets_a_reset_link(rita: Membership, email: str) -> None:
    User.objects.filter(pk=rita.user_id).update(email="rita.kiss@acme.example")
    client = Client()
    signed_in = client.post(LOGIN, {"login": email, "password": factories.PASSWORD})
    assert errors(signed_in) == ["Wrong e-mail address or password."]
    client.post("/accounts/password/reset/", {"email": email})
    assert (waiting(), "_auth_user_id" in client.session) == ([], False)


def test_signing_out_needs_confirmation(rita: Membership) -> None:
    client = Client()
    client.force_login(rita.user)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_sign_up_is_closed() -> None:
    client = Client()
    page = client.get("/accounts/signup/")
    assert (page.status_code, "By invitation only" in page.content.decode()) == (200, True)
    client.post("/accounts/signup/", {"email": "me@evil.example", "password1": "correct horse battery"})
    assert User.objects.count() == 0


@pytest.mark.world
def test_a_successful_reset_mail_clears_an_earlier_failure(rita: Membership) -> None:
    stays, goes = (
        failed_job("accounts.mail_reset_link", user_id=user, asked_at=factories.NOW.isoformat())
        for user in (0, rita.user_id)
    )
    Client().post("/accounts/password/reset/", {"email": rita.user.email})
    assert job_recovery.failed_jobs().filter(pk=goes).exists()
    run_jobs()
    assert [job.pk for job in job_recovery.failed_jobs()] == [stays]


@pytest.mark.main_case
def test_a_forgotten_password_is_reset_by_mail(rita: Membership) -> None:
    client = Client()
    assert client.post("/accounts/password/reset/", {"email": rita.user.email})["Location"] == (
        "/accounts/password/reset/done/"
    )
    assert mail.outbox == []  # the page must not wait for the mail server
    assert run_jobs() == ["accounts.mail_reset_link"]
    (message,) = mail.outbox
    assert (message.to, message.from_email) == (["rita@acme.example"], "people@goodword.example")
    (link,) = reset_links()
    assert message.subject == "Set a new password for Goodword"
    assert isinstance(message, mail.EmailMultiAlternatives)
    (html,) = message.alternatives
    assert [str(part).count(words) for part in (message.body, html[0]) for words in (link, "!\n")] == [
        1,
        0,
        1,
        0,
    ]
    form = client.get(urlsplit(link).path, follow=True)
    where = form.redirect_chain[-1][0]
    weak = client.post(where, {"password1": "short", "password2": "short"})
    assert errors(weak) == ["This password is too short. It must contain at least 10 characters."]
    new = "a staple of batteries"
    assert client.post(where, {"password1": new, "password2": new})["Location"] == (
        "/accounts/password/reset/key/done/"
    )
    rita.user.refresh_from_db()
    assert rita.user.check_password(new)
    used = Client().get(urlsplit(link).path, follow=True)
    assert "This link has expired or was already used." in used.content.decode()


@pytest.mark.main_case
def test_an_unknown_address_gets_no_mail_and_the_same_response(rita: Membership) -> None:
    known = Client().post("/accounts/password/reset/", {"email": rita.user.email})
    run_jobs()
    mail.outbox.clear()
    unknown = Client().post("/accounts/password/reset/", {"email": "victim@elsewhere.example"})
    assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
    assert (waiting(), mail.outbox) == ([], [])


@pytest.mark.matrix
@pytest.mark.parametrize(
    "path", ["login/", "signup/", "password/reset/", "password/reset/done/", "password/reset/key/done/"]
)
def test_pages_have_one_heading_and_no_inline_styles(path: str) -> None:
    html = Client().get(f"/accounts/{path}").content.decode()
    assert html.count("<h1") == 1
    assert " style=" not in html


@pytest.mark.world
def test_the_rate_limit_page_explains_itself(rita: Membership) -> None:
    client = Client()
    for _ in range(30):
        response = client.post("/accounts/password/reset/", {"email": rita.user.email})
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


@pytest.mark.world
@pytest.mark.parametrize(
    "hostile",
    [
        {"HTTP_HOST": "localhost:6666"},
        {"HTTP_HOST": "127.0.0.1"},
        {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PORT": "6666"},
        {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_FORWARDED": "host=evil.example;proto=https"},
        {"HTTP_ORIGIN": "https://evil.example", "HTTP_REFERER": "https://evil.example/"},
    ],
)
def test_reset_links_use_the_base_url_whatever_the_request_says(
    rita: Membership, settings: Settings, hostile: dict[str, Any]
) -> None:
    settings.GOODWORD_BASE_URL = "https://goodword.example"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    Client(**hostile).post("/accounts/password/reset/", {"email": rita.user.email})
    run_jobs()
    (link,) = reset_links()
    assert link.startswith("https://goodword.example/accounts/password/reset/key/")
    (message,) = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    html = str(message.alternatives[0][0])
    assert f'href="{link}"' in html
    assert set(re.findall(r"https?://[^/\s\"<]+", f"{message.body} {html}")) <= {
        "https://goodword.example",
        "http://www.w3.org",
    }


@pytest.mark.world
def test_a_reset_link_works_for_an_hour(rita: Membership) -> None:
    Client().post("/accounts/password/reset/", {"email": rita.user.email})
    run_jobs()
    (link,) = reset_links()
    asked = datetime.now(UTC)
    for later, works in ((timedelta(minutes=59), True), (timedelta(minutes=61), False)):
        with time_machine.travel(asked + later):
            page = Client().get(urlsplit(link).path, follow=True).content.decode()
        assert ("Set password" in page, "This link has expired" in page) == (works, not works)


@pytest.mark.world
def test_an_address_gets_at_most_three_reset_links_an_hour(
    rita: Membership,
) -> None:
    def ask(email: str, number: int) -> str:
        answer = Client().post("/accounts/password/reset/", {"email": email}, REMOTE_ADDR=f"192.0.2.{number}")
        run_jobs()
        return answer["Location"]

    answers = [
        ask(email, number) for number, email in enumerate(["rita@acme.example", "RITA@acme.example"] * 4)
    ]
    assert (set(answers), len(mail.outbox)) == ({"/accounts/password/reset/done/"}, 3)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        ask("rita@acme.example", 9)
    assert len(mail.outbox) == 4


@pytest.mark.world
def test_failed_attempts_are_counted_across_hosts(rita: Membership) -> None:
    for port in range(5):
        Client().post(
            LOGIN, {"login": rita.user.email, "password": "wrong"}, HTTP_HOST=f"localhost:{9000 + port}"
        )
    right = {"login": rita.user.email, "password": factories.PASSWORD}
    assert errors(Client().post(LOGIN, right, HTTP_HOST="localhost:9009")) == [
        "Too many attempts. Wait a few minutes, then try again."
    ]


def test_a_reset_mail_is_retried_for_an_hour_without_a_mail_server(
    rita: Membership, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    smtp = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "127.0.0.1", "port": 9},
    }
    settings.MAILERS = {"default": smtp}
    response = Client().post("/accounts/password/reset/", {"email": rita.user.email})
    assert response["Location"] == "/accounts/password/reset/done/"
    ((name, arguments),) = waiting()
    assert (name, set(arguments)) == ("accounts.mail_reset_link", {"user_id", "asked_at"})
    with pytest.raises(OSError, match="refused"):
        mail_reset_link(user_id=rita.user_id, asked_at=factories.NOW, now=factories.NOW)
    mail_reset_link(
        user_id=rita.user_id, asked_at=factories.NOW, now=factories.NOW + timedelta(hours=1, seconds=1)
    )
    assert [record.getMessage() for record in caplog.records] == [
        f"No reset link was mailed to user {rita.user_id}: the mail server cannot be used"
    ]


@pytest.mark.world
def test_a_deactivated_user_gets_no_reset_link(rita: Membership) -> None:
    Client().post("/accounts/password/reset/", {"email": rita.user.email})
    User.objects.filter(pk=rita.user_id).update(is_active=False)
    run_jobs()
    assert mail.outbox == []
