"""E-mails to members about changes to their password, second factor or single sign-on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.accounts.models import User, memberships_of, zone_of
from goodword.core import jobs
from goodword.core.text import zone_name
from goodword.ui.templatetags.ui import short_time

FACTORS_RESET: Final = "factors_reset"
SSO_UNLINKED: Final = "single_sign_on_unlinked"
CODES_LOCKED: Final = "codes_locked"
#: subjects by change (allauth's name or ours)
CHANGES: Final[Mapping[str, str | Promise]] = {
    "account/email/password_changed": gettext_lazy("Your password was changed"),
    "account/email/password_set": gettext_lazy("Your password was set"),
    "account/email/password_reset": gettext_lazy("Your password was reset"),
    "mfa/email/totp_activated": gettext_lazy("An authenticator app was added to your account"),
    "mfa/email/totp_deactivated": gettext_lazy("Your authenticator app was removed"),
    "mfa/email/recovery_codes_generated": gettext_lazy("New recovery codes were created for your account"),
    "mfa/email/webauthn_added": gettext_lazy("A passkey was added to your account"),
    "mfa/email/webauthn_removed": gettext_lazy("A passkey was removed from your account"),
    "socialaccount/email/account_connected": gettext_lazy("Single sign-on was linked to your account"),
    FACTORS_RESET: gettext_lazy("Your second factor was reset"),
    SSO_UNLINKED: gettext_lazy("Single sign-on was unlinked from your account"),
    CODES_LOCKED: gettext_lazy("Too many wrong codes were entered for your account"),
}
_MAIL: Final = "account/email/security_change"


def queue_mail(
    user: User, change: str, *, now: datetime, address: str = "", browser: str = "", by: str = ""
) -> None:
    """`change`: a key of CHANGES. `by`: name of the admin, or the operator."""
    jobs.named("accounts.mail_security_change").defer(
        user_id=user.pk,
        change=change,
        at=now.isoformat(),
        address=address,
        browser=browser,
        by=by,
    )


def mail_change(
    *, user_id: int, change: str, at: datetime, address: str = "", browser: str = "", by: str = ""
) -> None:
    """Send the mail. Raises OSError or SMTPException for a retry."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    by_admin = change in {FACTORS_RESET, SSO_UNLINKED}
    with timezone.override(zone_of(memberships_of(user))):
        moment = f"{short_time(at)} {zone_name(timezone.localtime(at))}"
    context = {
        "name": user.name,
        "subject": CHANGES[change],
        "at": moment,
        "by": by,
        "device": browser_name(browser) if address else "",
        "address": address,
        "is_reset": change == FACTORS_RESET,
        "is_unlinked": change == SSO_UNLINKED,
        "email": user.email,
        "is_locked": change == CODES_LOCKED,
        "button_label": _("Sign in") if by_admin else _("Set a new password"),
        "button_url": settings.GOODWORD_BASE_URL
        + reverse("account_login" if by_admin else "account_reset_password"),
        "help_contact": settings.GOODWORD_HELP_CONTACT,
    }
    get_adapter().render_mail(_MAIL, user.email, context).send()


#: part of the User-Agent header -> name; the first match counts, since most browsers also claim to be another one
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """Return for example "Firefox on Windows", or the shortened header for an unknown browser."""
    browser = next((name for part, name in _BROWSERS if part in user_agent), "")
    system = next((name for part, name in _SYSTEMS if part in user_agent), "")
    if not browser:
        return user_agent[:40] or "Unknown browser"
    return f"{browser} on {system}" if system else browser
