"""Send one mail: claim, act, settle.

If the process dies after the server took the mail and before that is written down, the sweep sends it again:
a doubled invitation is better than none. Every try has the same Message-ID, by which mail programs fold
doubles into one.
"""

import smtplib
from datetime import datetime
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from goodword.core import events, outbox
from goodword.notifications.domain import links
from goodword.notifications.domain.render import Rendered, redact, render
from goodword.notifications.models import Email


def send(*, email_id: int, now: datetime) -> None:
    """Send the mail if it is due. Failures end as a later try, or as *failed*, of which the recruiter is told."""
    email = outbox.claim(Email, email_id, now=now)
    if email is None:
        return
    link = _mint(email, now=now)
    rendered = render(email, link=link)
    message_id = f"<goodword-{email.pk}@{urlsplit(settings.GOODWORD_BASE_URL).hostname}>"
    _keep(email, redact(rendered, link=link), message_id)
    try:
        _message(email, rendered, message_id).send()
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        _not_sent(email, now=now, permanent=500 <= code < 600, error=f"{code} {_words(reason)}")
    except smtplib.SMTPResponseException as error:
        permanent = 500 <= error.smtp_code < 600 and not isinstance(error, smtplib.SMTPAuthenticationError)
        _not_sent(email, now=now, permanent=permanent, error=f"{error.smtp_code} {_words(error.smtp_error)}")
    except (smtplib.SMTPException, OSError) as error:
        _not_sent(email, now=now, permanent=False, error=f"The mail server could not be used: {error}")
    else:
        with transaction.atomic():
            outbox.settle_sent(email, now=now)
            _tell("email.sent", email, now=now)


def _mint(email: Email, *, now: datetime) -> str:
    if not email.link_purpose or email.link_subject_id is None:
        return ""
    return links.mint(
        organisation=email.organisation,
        purpose=email.link_purpose,
        subject_id=email.link_subject_id,
        expires_at=email.link_expires_at,
        email=email,
        now=now,
    )


def _keep(email: Email, rendered: Rendered, message_id: str) -> None:
    email.subject, email.text, email.html = rendered.subject, rendered.text, rendered.html
    email.message_id = message_id
    email.save(update_fields=["subject", "text", "html", "message_id"])


def _message(email: Email, rendered: Rendered, message_id: str) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=formataddr((_plain(email.from_name), settings.GOODWORD_MAIL_FROM)),
        to=[formataddr((_plain(email.to_name), email.to_address))],
        reply_to=[email.reply_to],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(rendered.html, "text/html")
    return message


def _not_sent(email: Email, *, now: datetime, permanent: bool, error: str) -> None:
    with transaction.atomic():
        if permanent:
            outbox.settle_failed(email, now=now, error=error)
            over = True
        else:
            over = not outbox.settle_retry(email, now=now, error=error)
        if over:
            _tell("email.failed", email, now=now)


def _tell(name: str, email: Email, *, now: datetime) -> None:
    events.record(
        name,
        organisation_id=email.organisation_id,
        application_id=email.application_id,
        actor="goodword",
        at=now,
        data={"email_id": email.pk, "kind": email.kind, "subject_ref": email.subject_ref},
    )


def _plain(name: str) -> str:
    """A name fit for a header: on one line."""
    return " ".join(name.split())


def _words(reason: bytes | str) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
