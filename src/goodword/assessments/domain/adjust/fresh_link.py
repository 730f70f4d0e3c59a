"""Sends a new link to an unanswered adjustment request, to the same address, after the old one has expired."""

from datetime import datetime, timedelta

from django.db import transaction

from goodword.assessments.domain.adjust import mails
from goodword.assessments.domain.adjust.contact import Contact
from goodword.assessments.models import Adjustment, Attempt
from goodword.candidates.models import Application
from goodword.notifications.models import Email
from goodword.notifications.people import Person
from goodword.steps.domain.move import lock

#: minimum time between two new links
EVERY = timedelta(minutes=10)


def send_fresh(row: Adjustment, *, application: Application, to: Person, now: datetime) -> bool:
    """Mail the same person again. False, without sending, within ten minutes of the last mail."""
    with transaction.atomic():
        row.attempt = lock(Attempt, row.attempt_id)
        sent = Email.objects.of(row.organisation).filter(subject_ref=mails.ref_of(row), kind=mails.ASKED)
        if sent.filter(created_at__gt=now - EVERY).exists():
            return False
        contact = Contact(name=to.name, address=to.address)
        key = f"fresh:{sent.count() + 1}"
        mails.to_contact(row, application=application, contact=contact, now=now, key=key)
        return True
