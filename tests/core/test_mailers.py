"""How mail goes out is said by a few settings; a wrong one is a sentence at the start."""

import pytest

from goodword.core import mail
from goodword.core.environment import SettingError

SECRET = "hooks:a-password-nobody-guesses"


def test_every_provider_named_has_a_way_to_send_and_to_tell() -> None:
    from importlib import import_module
    from importlib.util import find_spec

    for name, view in mail.PROVIDERS.items():
        assert find_spec(f"anymail.backends.{name}") is not None
        assert hasattr(import_module(f"anymail.webhooks.{name}"), view)


def test_smtp_is_used_unless_no_server_is_named() -> None:
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


def test_nothing_set_means_nothing() -> None:
    found = (
        mail.provider(""),
        mail.credentials("", provider=""),
        mail.webhook_secret("", provider=""),
        mail.return_address(""),
    )
    assert found == ("", {}, "", "")


@pytest.mark.parametrize("name", ["sendgrid", "Postmark", "smtp", "../x"])
def test_an_unknown_provider_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(SettingError, match=r"must be one of amazon_ses, brevo, .*, not"):
        mail.provider(name)


def test_a_provider_that_wants_a_package_says_so() -> None:
    with pytest.raises(SettingError, match="needs the Python package boto3 installed"):
        mail.provider("amazon_ses")


@pytest.mark.parametrize("given", ["token", "[1]", '"text"', "{"])
def test_credentials_are_an_object(given: str) -> None:
    with pytest.raises(SettingError, match="must look like"):
        mail.credentials(given, provider="postmark")


@pytest.mark.parametrize("given", ["short:secret", "no-colon-but-long-enough-to-be-a-secret", ":" + "x" * 30])
def test_a_secret_has_a_name_and_cannot_be_guessed(given: str) -> None:
    with pytest.raises(SettingError, match="must be name:password"):
        mail.webhook_secret(given, provider="postmark")


def test_credentials_and_secret_want_a_provider() -> None:
    with pytest.raises(SettingError, match="GOODWORD_MAIL_PROVIDER is not"):
        mail.credentials("{}", provider="")
    with pytest.raises(SettingError, match="GOODWORD_MAIL_PROVIDER is not"):
        mail.webhook_secret(SECRET, provider="")


@pytest.mark.parametrize(
    "given", ["bounce", "@example.com", "bounce@", "a+b@example.com", f"{'b' * 21}@x.example"]
)
def test_the_return_address_leaves_room_for_the_mark(given: str) -> None:
    with pytest.raises(SettingError, match="GOODWORD_RETURN_ADDRESS must be"):
        mail.return_address(given)
    assert mail.return_address("bounce@example.com") == "bounce@example.com"
