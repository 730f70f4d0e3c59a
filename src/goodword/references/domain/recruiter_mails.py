"""The mails of a check to the recruiter: the first answers are in, a referee cannot be provided."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from goodword.notifications.domain.queue import queue
from goodword.notifications.models import Link
from goodword.notifications.people import LinkFor, Person
from goodword.references import asked_for
from goodword.references.domain.about import about, common
from goodword.references.models import Check, Referee, Slot


def to_recruiter(
    check: Check, *, referee: Referee, now: datetime, key: str = "review", received: int = 1
) -> None:
    """Queue the mail that invites to review the answers that are in: the first, or `received` so far."""
    facts = about(check, language=check.organisation.language)
    queue(
        organisation=facts.organisation,
        kind="references.review",
        key=f"check:{check.pk}:{key}",
        to=facts.recruiter,
        sender=Person(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="references/mail/review",
        context={**common(facts, check), "referee": referee.name, "received": received},
        link=LinkFor(purpose=Link.Purpose.REVIEW, subject_id=facts.application.pk),
        application=facts.application,
        language=facts.language,
        now=now,
    )


def to_recruiter_about(check: Check, *, slot: Slot, now: datetime) -> None:
    """Queue the mail that the candidate cannot provide a referee; once each time they say so."""
    assert slot.cannot_at is not None
    facts = about(check, language=check.organisation.language)
    with translation.override(facts.language):
        asked = asked_for.for_members(slot.relationship)
    path = reverse("candidate", args=[facts.organisation.slug, facts.application.pk])
    queue(
        organisation=facts.organisation,
        kind="references.cannot",
        key=f"check:{check.pk}:slot:{slot.number}:cannot:{slot.cannot_at:%Y%m%d%H%M%S}",
        to=facts.recruiter,
        sender=Person(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="references/mail/cannot",
        context={
            **common(facts, check),
            "asked": asked,
            "needed": slot.needed,
            "reason_lines": slot.cannot_reason.splitlines(),
            "page_url": settings.GOODWORD_BASE_URL + path,
        },
        application=facts.application,
        language=facts.language,
        now=now,
    )


def to_recruiter_of_withdrawal(check: Check, *, referee_id: int, now: datetime) -> None:
    """Queue the mail that a referee who had answered erased their data, without saying who."""
    facts = about(check, language=check.organisation.language)
    path = reverse("candidate", args=[facts.organisation.slug, facts.application.pk])
    queue(
        organisation=facts.organisation,
        kind="references.withdrawn",
        key=f"referee:{referee_id}:withdrawn",
        to=facts.recruiter,
        sender=Person(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="references/mail/withdrawn",
        context={**common(facts, check), "page_url": settings.GOODWORD_BASE_URL + path},
        application=facts.application,
        language=facts.language,
        now=now,
    )
