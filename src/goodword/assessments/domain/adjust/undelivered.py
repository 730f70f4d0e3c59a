"""A bounced mail about an adjustment request: it goes to the next person, or the candidate is notified."""

from django.db import transaction

from goodword.assessments.domain.adjust import clock, mails
from goodword.assessments.domain.adjust.contact import contact_of
from goodword.assessments.models import Adjustment, Attempt
from goodword.assessments.queries import application_of
from goodword.core.models import Event
from goodword.notifications.domain.undelivered import mail_of
from goodword.notifications.models import Email
from goodword.steps.domain.move import lock


def on_returned(event: Event) -> None:
    """Ask the next person outside the hiring team instead.

    If there is none, the request ends, and a mail tells the candidate, who may ask again: their page says who would
    read it.
    """
    email = mail_of(event)
    if email is None or email.kind != mails.ASKED or email.link_subject_id is None:
        return
    with transaction.atomic():
        asked = Adjustment.objects.of(email.organisation).filter(pk=email.link_subject_id).first()
        if asked is None:
            return
        attempt = lock(Attempt, asked.attempt_id)
        asked = Adjustment.objects.of(email.organisation).select_for_update().get(pk=asked.pk)
        if asked.state != Adjustment.State.ASKED:
            return
        asked.attempt = attempt
        application = application_of(attempt)
        tried = _tried(asked)
        contact = contact_of(application, but=tried)
        if contact.outside:
            key = f"asked:{len(tried) + 1}"
            mails.to_contact(asked, application=application, contact=contact, now=event.occurred_at, key=key)
            return
        asked.state, asked.answered_at = Adjustment.State.WITHDRAWN, event.occurred_at
        asked.save(update_fields=["state", "answered_at"])
        clock.go_on(attempt, now=event.occurred_at)
        mails.lost(asked, application=application, now=event.occurred_at)


def _tried(asked: Adjustment) -> set[str]:
    """The addresses to which this request was sent."""
    sent = Email.objects.of(asked.organisation).filter(subject_ref=mails.ref_of(asked), kind=mails.ASKED)
    return set(sent.values_list("to_address", flat=True))
