"""Send one mail: claim, act, settle.

If the process dies after the server took the mail and before that is written down, the sweep sends it again:
a doubled invitation is better than none. Every try has the same Message-ID, by which mail programs fold
doubles into one.
"""

import smtplib
from datetime import datetime
from email.utils import formataddr
from http import HTTPStatus

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction

from goodword.core import events, outbox
from goodword.core.text import clean_text
from goodword.notifications.domain import links
from goodword.notifications.domain.marks import mark_of, message_id_of, return_address_of
from goodword.notifications.domain.outcome import LONGEST_REASON, has_complained
from goodword.notifications.domain.render import Rendered, redact, render
from goodword.notifications.models import Email


def send(*, email_id: int, now: datetime) -> bool:
    """Send the mail if it is due. Failures end as a later try, or as *failed*, of which the recruiter is told.

    False if the mail server could not be used at all: then there is no use in trying the next mail now.
    """
    email = outbox.claim(Email, email_id, now=now)
    if email is None:
        return True
    if has_complained(email):
        outbox.settle_cancelled(email, now=now, error="They marked an earlier mail as spam.")
        return True
    message_id = message_id_of(email.pk)
    rendered = _write(email, message_id, now=now)
    if rendered is None or not outbox.is_still_mine(email):  # its subject was closed while it was written
        return True
    message = _message(email, rendered, message_id)
    try:
        validate_email(email.to_address)
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        refused = 500 <= code < 600
        not_sent(email, now=now, permanent=refused, returned=refused, error=f"{code} {_words(reason)}")
    except AnymailRecipientsRefused:
        words = "The mail provider does not write to this address."
        not_sent(email, now=now, permanent=True, returned=True, error=words)
    except AnymailAPIError as error:
        return _provider_refused(email, error, now=now)
    except smtplib.SMTPResponseException as error:
        # A server that refuses our login, our sender address or the connection says nothing about this mail.
        permanent = isinstance(error, smtplib.SMTPDataError) and 500 <= error.smtp_code < 600
        not_sent(email, now=now, permanent=permanent, error=f"{error.smtp_code} {_words(error.smtp_error)}")
    except (smtplib.SMTPException, OSError, ImproperlyConfigured) as error:
        not_sent(email, now=now, permanent=False, error=f"The mail server could not be used: {error}")
        return False
    except (ValidationError, ValueError) as error:  # ValueError: a header that cannot be written
        wrong = isinstance(error, ValidationError)
        not_sent(email, now=now, permanent=True, returned=wrong, error="This is not an e-mail address.")
    else:
        with transaction.atomic():
            if outbox.settle_sent(email, now=now, provider_id=_provider_id(message)):
                _tell("email.sent", email, now=now)
    return True


def free_stuck(*, now: datetime) -> None:
    """Queue again what a dead worker left behind; what has been tried often enough fails instead."""
    stuck = Email.objects.across_organisations().filter(
        state=Email.State.SENDING, claimed_at__lte=now - outbox.STUCK_AFTER
    )
    for email in stuck.filter(attempts__gt=len(outbox.LADDER)):
        not_sent(email, now=now, permanent=True, error="Goodword could not write this mail.")
    stuck.update(state=Email.State.QUEUED)


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


def _write(email: Email, message_id: str, *, now: datetime) -> Rendered | None:
    """Render the mail with a fresh link and keep what it says; None if it was erased with its person meanwhile."""
    with transaction.atomic():
        rows = Email.objects.across_organisations().select_for_update(of=("self",))
        if not rows.filter(pk=email.pk).exists():
            return None
        link = _mint(email, now=now)
        rendered = render(email, link=link)
        kept = redact(rendered, link=link)
        email.subject, email.text, email.html = kept.subject, kept.text, kept.html
        email.message_id = message_id
        email.save(update_fields=["subject", "text", "html", "message_id"])
        return rendered


def _message(email: Email, rendered: Rendered, message_id: str) -> EmailMultiAlternatives:
    sender = formataddr((_plain(email.from_name), settings.GOODWORD_MAIL_FROM))
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    if back := return_address_of(email.pk):  # the envelope's sender, which gets what cannot be delivered
        headers["From"], sender = sender, back
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=sender,
        to=[formataddr((_plain(email.to_name), email.to_address))],
        reply_to=[email.reply_to],
        headers=headers,
    )
    message.attach_alternative(rendered.html, "text/html")
    # For a mail provider: its events bring this back, even before we have kept its own id of the mail. Short, since
    # some take few characters only.
    message.metadata = {"goodword_mail": f"{mark_of(email.pk)}@goodword"}  # type: ignore[attr-defined]  # Anymail's way
    return message


def _provider_id(message: EmailMultiAlternatives) -> str:
    """The mail's id at the provider; empty where SMTP was used."""
    status = getattr(message, "anymail_status", None)
    found = status.message_id if status is not None else ""
    return found if isinstance(found, str) else ""


def _provider_refused(email: Email, error: AnymailAPIError, *, now: datetime) -> bool:
    """Settle a mail that the provider's API did not take; False if that says nothing about this mail."""
    code = error.status_code
    if code is None:
        not_sent(
            email, now=now, permanent=False, error=f"The mail provider could not be used: {error.args[0]}"
        )
        return False
    # Refused credentials, too many calls and the provider's own faults pass, or a person ends them.
    about_us = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT}
    passes = code in about_us or code == HTTPStatus.TOO_MANY_REQUESTS or code >= 500
    not_sent(email, now=now, permanent=not passes, error=f"The mail provider answered {code}: {_said(error)}")
    return not passes


def _said(error: AnymailAPIError) -> str:
    return clean_text(error.response.text if error.response is not None else "", one_line=True)[:300]


def not_sent(email: Email, *, now: datetime, permanent: bool, error: str, returned: bool = False) -> None:
    """Settle a claimed mail that did not go out; the last failure is told. `returned`: the address is at fault."""
    columns = {"bounced_at": now, "bounce_reason": error[:LONGEST_REASON]} if returned else {}
    with transaction.atomic():
        over = (
            outbox.settle_failed(email, now=now, error=error, **columns)
            if permanent
            else outbox.settle_retry(email, now=now, error=error)
        )
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
