"""How mail goes out, and whose events are believed: Django's MAILERS and Anymail's settings, from ours as text."""

import json
from importlib.util import find_spec
from typing import Any, Final

from goodword.core.environment import SettingError, smtp

#: the providers whose events Anymail reads: its name of the provider -> its view of them. Of SendGrid it has given up
#: the support; mail by SendGrid's SMTP server comes back as returned messages.
PROVIDERS: Final = {
    "amazon_ses": "AmazonSESTrackingWebhookView",
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "mailtrap": "MailtrapTrackingWebhookView",
    "mandrill": "MandrillCombinedWebhookView",
    "postal": "PostalTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "resend": "ResendTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
    "unisender_go": "UnisenderGoTrackingWebhookView",
}
#: packages of their own that Anymail wants for some of them
_WANTS: Final = {"amazon_ses": "boto3", "resend": "svix"}
#: so long that nobody guesses it
SHORTEST_SECRET: Final = 24


def provider(name: str) -> str:
    """The provider's name, checked; empty for none."""
    if name and name not in PROVIDERS:
        raise SettingError(f"GOODWORD_MAIL_PROVIDER is one of {', '.join(PROVIDERS)}, not {name!r}.")
    if name in _WANTS and find_spec(_WANTS[name]) is None:
        raise SettingError(
            f"GOODWORD_MAIL_PROVIDER={name} wants the Python package {_WANTS[name]} installed."
        )
    return name


def credentials(given: str, *, provider: str) -> dict[str, Any]:
    """What Anymail is to know of the provider, from a JSON object; empty if there is nothing to know."""
    if not given:
        return {}
    try:
        values = json.loads(given)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise SettingError('GOODWORD_MAIL_PROVIDER_SETTINGS must look like {"POSTMARK_SERVER_TOKEN": "..."}.')
    if not provider:
        raise SettingError("GOODWORD_MAIL_PROVIDER_SETTINGS is set, but GOODWORD_MAIL_PROVIDER is not.")
    return values


def webhook_secret(given: str, *, provider: str) -> str:
    """The name and password by which the provider's events are known, as "name:password"; empty: none are taken."""
    if not given:
        return ""
    name, colon, password = given.partition(":")
    if not name or not colon or len(password) < SHORTEST_SECRET:
        raise SettingError(
            f"GOODWORD_MAIL_WEBHOOK_SECRET must be name:password, the password {SHORTEST_SECRET} characters or longer."
        )
    if not provider:
        raise SettingError("GOODWORD_MAIL_WEBHOOK_SECRET is set, but GOODWORD_MAIL_PROVIDER is not.")
    return given


def return_address(given: str) -> str:
    """Where mail that cannot be delivered comes back to; empty: to the sender's address."""
    local, _, domain = given.partition("@")
    if given and (not local or not domain or "+" in local or len(local) > 20):
        raise SettingError(
            "GOODWORD_RETURN_ADDRESS must be an address like bounce@example.com, with at most 20 letters before the @ "
            "and no + among them."
        )
    return given


def mailers(*, provider: str, smtp_url: str) -> dict[str, Any]:
    """Django's MAILERS: the SMTP server, or the provider's API where none is named."""
    if not smtp_url:
        return {"default": {"BACKEND": f"anymail.backends.{provider}.EmailBackend"}}
    return {"default": {"BACKEND": "goodword.core.smtp.EmailBackend", "OPTIONS": smtp(smtp_url)}}


def anymail(*, credentials: dict[str, Any], webhook_secret: str) -> dict[str, Any]:
    """Anymail's own settings. A header that a provider cannot carry stays away; the mail goes out without it."""
    return {"IGNORE_UNSUPPORTED_FEATURES": True, **credentials, "WEBHOOK_SECRET": webhook_secret or []}
