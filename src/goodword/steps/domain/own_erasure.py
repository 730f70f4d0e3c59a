"""A candidate asks for their data to be erased: everything closes at once, and the recruiter is told."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from goodword.candidates.domain.erasure import Reason, ask_erasure
from goodword.candidates.domain.holds import hold_on
from goodword.candidates.models import Application, Erasure
from goodword.candidates.queries import recruiter_of
from goodword.notifications.domain.queue import queue
from goodword.notifications.people import Person


def ask_own_erasure(*, application: Application, now: datetime) -> Erasure:
    """Ask for the whole person to be erased in seven days; asked twice it is one erasure, and one mail.

    `application` is the one on whose portal they ask: its recruiter is told.
    """
    with transaction.atomic():
        erasure = ask_erasure(of=application.candidate, reason=Reason.CANDIDATE, now=now, by="candidate")
        recruiter = recruiter_of(application)
        path = reverse("candidate", args=[application.organisation.slug, application.pk])
        queue(
            organisation=application.organisation,
            kind="steps.erasing",
            key=f"erasure:{erasure.pk}:asked",
            to=Person(name=recruiter.name, address=recruiter.address),
            sender=Person(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
            template="steps/mail/erasing",
            context={
                "candidate_name": application.candidate.name,
                "role_title": application.role.title if application.role else "",
                "due": erasure.due_at.astimezone(application.organisation.zone).strftime("%Y-%m-%d"),
                "kept": hold_on(application.candidate) is not None,
                "page_url": settings.GOODWORD_BASE_URL + path,
            },
            application=application,
            language=application.organisation.language,
            now=now,
        )
        return erasure
