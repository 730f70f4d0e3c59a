"""What became of a mail after it was sent: delivered, returned, or marked as spam. Each is noted once.

Told by the provider's events or by returned messages, both of which come twice, late and out of order. Only rows
are written here; what follows is in flow.py.
"""

from datetime import datetime

from django.db import transaction

from goodword.core.events import record
from goodword.core.text import clean_text
from goodword.notifications.models import Email, Link

LONGEST_REASON = 500

OWN_DATA = frozenset({Link.Purpose.CANDIDATE_DATA, Link.Purpose.REFEREE_DATA})


def note_delivered(*, email_id: int, now: datetime) -> bool:
    """The recipient's mail server has taken it. It can still come back afterwards."""
    mails = Email.objects.across_organisations().filter(pk=email_id, delivered_at=None)
    return bool(mails.update(delivered_at=now))


def note_bounced(*, email_id: int, reason: str, now: datetime) -> bool:
    """It has come back for good; `reason` is the mail server's. False if that is known, or the mail is erased."""
    with transaction.atomic():
        email = _locked(email_id)
        if email is None or email.bounced_at is not None:
            return False
        email.bounced_at = now
        email.bounce_reason = clean_text(reason, one_line=True)[:LONGEST_REASON]
        if email.state == Email.State.QUEUED:  # a try that seemed to fail had gone out: no further ones
            email.state, email.settled_at = Email.State.CANCELLED, now
        email.save(update_fields=["bounced_at", "bounce_reason", "state", "settled_at"])
        _tell("email.bounced", email, now=now)
        return True


def note_complained(*, email_id: int, now: datetime) -> bool:
    """The recipient has marked it as spam, or asked the provider for no more. False if that is known."""
    with transaction.atomic():
        email = _locked(email_id)
        if email is None or email.complained_at is not None:
            return False
        email.complained_at = now
        email.save(update_fields=["complained_at"])
        _tell("email.complained", email, now=now)
        return True


def has_complained(email: Email) -> bool:
    """Whether the candidate or referee who gets this mail has complained about an earlier one on the same application.

    A recruiter's complaint is only shown: a wrong click must not keep results from them. The link to a person's own
    data is sent anyway, because they have just asked for it.
    """
    if email.application_id is None or email.link_purpose in OWN_DATA:
        return False
    earlier = Email.objects.across_organisations().filter(
        application_id=email.application_id, link_purpose__in=[Link.Purpose.CANDIDATE, Link.Purpose.REFEREE]
    )
    return earlier.filter(to_address__iexact=email.to_address, complained_at__isnull=False).exists()


def _locked(email_id: int) -> Email | None:
    return Email.objects.across_organisations().select_for_update(of=("self",)).filter(pk=email_id).first()


def _tell(name: str, email: Email, *, now: datetime) -> None:
    record(
        name,
        organisation_id=email.organisation_id,
        application_id=email.application_id,
        actor="goodword",
        at=now,
        data={"email_id": email.pk, "kind": email.kind, "subject_ref": email.subject_ref},
    )
