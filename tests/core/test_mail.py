"""Mail settings, and the errors for bad ones."""

import pytest

from goodword.core import mail
from goodword.core.environment import SettingError

SECRET = "hooks:a-password-nobody-guesses"


def test_every_provider_has_a_backend_and_a_webhook_view() -> None:
    from importlib import import_module
    from importlib.util import find_spec

    for name, view in mail.PROVIDERS.items():
        assert find_spec(f"anymail.backends.{name}") is not None
        assert hasattr(import_module(f"anymail.webhooks.{name}"), view)


def test_smtp_takes_precedence_over_the_provider() -> None:
    by_smtp = mail.mailers(provider="postmark", smtp_url="smtp://mail.example.com:25")
    assert by_smtp["default"]["OPTIONS"]["host"] == "mail.example.com"
    token = mail.credentials('{"POSTMARK_SERVER_TOKEN": "t"}', provider="postmark")
    assert mail.mailers(provider="postmark", smtp_url="") == {
        "default": {"BACKEND": "anymail.backends.postmark.EmailBackend"}
    }
    assert mail.anymail(credentials=token, webhook_secret=SECRET) == {
        "IGNORE_UNSUPPORTED_FEATURES": True,
        "POSTMARK_SERVER_TOKEN": "t",
        "WEBHOOK_SECRET": SECRET,
    }


def test_mail_settings_may_be_empty() -> None:
    found = (
        mail.provider(""),
        mail.credentials("", provider=""),
        mail.webhook_secret("", provider=""),
        mail.return_address(""),
    )
    assert found == ("", {}, "", "")


@pytest.mark.parametrize("name", ["sendgrid", "Postmark", "smtp", "../x"])
def test_an_unknown_provider_is_rejected_with_the_known_ones(name: str) -> None:
    with pytest.raises(SettingError, match=r"must be one of amazon_ses, brevo, .*, not"):
        mail.provider(name)


def test_a_provider_with_a_missing_package_is_rejected() -> None:
    with pytest.raises(SettingError, match="needs the Python package boto3 installed"):
        mail.provider("amazon_ses")


@pytest.mark.parametrize("given", ["token", "[1]", '"text"', "{"])
def test_credentials_must_be_a_json_object(given: str) -> None:
    with pytest.raises(SettingError, match="must look like"):
        mail.credentials(given, provider="postmark")


@pytest.mark.parametrize("given", ["short:secret", "no-colon-but-long-enough-to-be-a-secret", ":" + "x" * 30])
def test_webhook_secret_needs_a_name_and_a_strong_password(given: str) -> None:
    with pytest.raises(SettingError, match="must be name:password"):
        mail.webhook_secret(given, provider="postmark")


def test_credentials_and_webhook_secret_need_a_provider() -> None:
    with pytest.raises(SettingError, match="GOODWORD_MAIL_PROVIDER is not"):
        mail.credentials("{}", provider="")
    with pytest.raises(SettingError, match="GOODWORD_MAIL_PROVIDER is not"):
        mail.webhook_secret(SECRET, provider="")


@pytest.mark.parametrize(
    "given", ["bounce", "@example.com", "bounce@", "a+b@example.com", f"{'b' * 21}@x.example"]
)
def test_return_address_must_leave_room_for_the_tag(given: str) -> None:
    with pytest.raises(SettingError, match="GOODWORD_RETURN_ADDRESS must be"):
        mail.return_address(given)
    assert mail.return_address("bounce@example.com") == "bounce@example.com"
