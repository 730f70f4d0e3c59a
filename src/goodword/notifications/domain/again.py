"""Resend a mail that failed or bounced. The caller checks that it is still needed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership, Organisation
from goodword.core.events import record
from goodword.notifications.jobs import send_email
from goodword.notifications.models import Email

NEEDS_PERSON = Q(state=Email.State.FAILED) | Q(state=Email.State.SENT, bounced_at__isnull=False)


def failed(organisation: Organisation) -> QuerySet[Email]:
    """The organisation's failed mails, newest first."""
    rows = Email.objects.of(organisation).filter(state=Email.State.FAILED)
    return rows.select_related("organisation", "application__candidate", "application__role").order_by("-pk")


def send_again(*, email_id: int, to_address: str, member: Membership, now: datetime) -> bool:
    """Queue it again, to the current address and with all its attempts. A second click does nothing and returns False.

    Raises Email.DoesNotExist for a mail of another organisation.
    """
    with transaction.atomic():
        rows = Email.objects.of(member.organisation).select_for_update(of=("self",))
        email = rows.get(pk=email_id)
        if not rows.filter(NEEDS_PERSON, pk=email_id).exists():
            return False
        email.state, email.not_before, email.settled_at = Email.State.QUEUED, now, None
        email.excused, email.unanswered, email.handed_over_at = email.attempts, 0, None
        email.bounced_at, email.bounce_reason, email.last_error = None, "", ""
        email.to_address = to_address or email.to_address
        email.save()
        record(
            "email.queued_again",
            organisation_id=email.organisation_id,
            application_id=email.application_id,
            actor=f"member:{member.pk}",
            at=now,
            data={"email_id": email.pk, "kind": email.kind, "subject_ref": email.subject_ref},
        )
        send_email.defer(email_id=email.pk)
        return True
