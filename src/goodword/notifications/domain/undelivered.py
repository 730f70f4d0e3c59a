"""Tell the recruiter about a mail that could not be delivered, so that a person looks after it."""

from django.conf import settings

from goodword.candidates.queries import recruiter_of
from goodword.core.models import Event
from goodword.notifications.domain.queue import queue
from goodword.notifications.models import Email, Link
from goodword.notifications.people import Person

KIND = "notifications.undelivered"


def mail_of(event: Event) -> Email | None:
    """The mail that an event tells of, with whom it is about; None if it was erased with its person since."""
    return (
        Email.objects.across_organisations()
        .select_related("organisation", "application__candidate", "application__role__owner__user")
        .filter(pk=event.data["email_id"])
        .first()
    )


def on_email_failed(event: Event) -> None:
    """One notice to the recruiter per failed or bounced mail, unless it was to the recruiter, which would loop. For a
    referee's wrong address the candidate is notified instead (references.domain.bounced)."""
    failed = mail_of(event)
    if failed is None or failed.application is None or failed.kind == KIND:
        return
    if failed.bounced_at is not None and failed.link_purpose == Link.Purpose.REFEREE:
        return
    recruiter = recruiter_of(failed.application)
    owner = failed.application.role.owner.user if failed.application.role else None
    to = Person(name=recruiter.name, address=recruiter.address)
    if failed.to_address.lower() == recruiter.address.lower():
        if owner is None or owner.email.lower() == failed.to_address.lower():
            return
        to = Person(name=owner.name, address=owner.email)
    queue(
        organisation=failed.organisation,
        kind=KIND,
        key=f"email:{failed.pk}:undelivered",
        to=to,
        sender=Person(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="notifications/mail/undelivered",
        context={
            "candidate_name": failed.application.candidate.name,
            "failed_subject": failed.subject,
            "failed_to": failed.to_address,
            "reason": failed.bounce_reason or failed.last_error,
        },
        application=failed.application,
        now=event.occurred_at,
    )
