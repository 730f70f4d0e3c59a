"""A candidate's request for erasure: closes everything at once, and notifies recruiter and candidate."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from goodword.candidates.domain.erasure import Reason, request_erasure
from goodword.candidates.domain.holds import hold_against_erasure
from goodword.candidates.models import Application, Erasure, Hold
from goodword.candidates.queries import recruiter_of
from goodword.core.written import written_day
from goodword.notifications.domain.queue import Person, queue
from goodword.steps.domain.legal_hold import tell_kept


def ask_own_erasure(*, application: Application, now: datetime, language: str = "") -> Erasure:
    """Schedule the erasure of the whole person in seven days. Idempotent, with one mail to each.

    `application` is the one on whose portal they ask: its recruiter is notified, and the candidate gets a confirmation
    in `language`.
    """
    with transaction.atomic():
        erasure = request_erasure(of=application.candidate, reason=Reason.CANDIDATE, now=now, by="candidate")
        hold = hold_against_erasure(application.candidate)
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
                "due": _day(erasure, application, application.organisation.language),
                "kept": hold is not None,
                "page_url": settings.GOODWORD_BASE_URL + path,
            },
            application=application,
            language=application.organisation.language,
            now=now,
        )
        _confirm(erasure, application, hold, language=language, now=now)
        return erasure


def _confirm(
    erasure: Erasure, application: Application, hold: Hold | None, *, language: str, now: datetime
) -> None:
    """Mail the candidate the date and how to undo it, or why the data is kept."""
    candidate = application.candidate
    if hold is not None:
        tell_kept(erasure, hold, now=now)
        return
    if not candidate.email:
        return
    recruiter = recruiter_of(application)
    language = language or candidate.language or application.organisation.language
    queue(
        organisation=application.organisation,
        kind="steps.erasure_confirmed",
        key=f"erasure:{erasure.pk}:confirmed",
        to=Person(name=candidate.name, address=candidate.email),
        sender=Person(name=recruiter.name, address=recruiter.address),
        template="steps/mail/erasure_confirmed",
        context={
            "due": _day(erasure, application, language),
            "contact_name": recruiter.name,
            "contact_email": recruiter.address,
        },
        application=application,
        quotes=candidate,
        language=language,
        now=now,
    )


def _day(erasure: Erasure, application: Application, language: str) -> str:
    with translation.override(language):
        return written_day(erasure.due_at.astimezone(application.organisation.zone))
