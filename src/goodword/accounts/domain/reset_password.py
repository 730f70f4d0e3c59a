"""Password reset links and the e-mail with one."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import quote

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from goodword.accounts.models import User

log = logging.getLogger(__name__)

_MAIL = "account/email/password_reset_key"


def reset_link(user: User) -> str:
    """A link to set a new password, once, within PASSWORD_RESET_TIMEOUT seconds.

    Built from GOODWORD_BASE_URL, never from a request, whose headers can be forged.
    """
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return settings.GOODWORD_BASE_URL + path.replace("UID-KEY", quote(key))


def mail_reset_link(*, user_id: int, asked_at: datetime, now: datetime) -> None:
    """Mail a member a reset link.

    Raises OSError or SMTPException for a retry if the mail server cannot be used; an hour after the request, only logs
    it.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    link = reset_link(user)
    context = {"email": user.email, "password_reset_url": link, "button_url": link}
    context["help_contact"] = settings.GOODWORD_HELP_CONTACT
    try:
        get_adapter().render_mail(_MAIL, user.email, context).send()
    except (SMTPException, OSError):
        if now - asked_at < timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT):
            raise
        log.warning(
            "No reset link was mailed to user %s: the mail server cannot be used", user_id, exc_info=True
        )
