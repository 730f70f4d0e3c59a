"""Erasure that a candidate requests on the portal, and its cancellation by a member."""

from datetime import datetime

from django.db import transaction
from django.utils import translation

from goodword.candidates.domain.erasure_requests import WAIT, Reason, request_erasure
from goodword.candidates.domain.holds import hold_against_erasure
from goodword.candidates.models import Application, Erasure, Hold, recruiter_of
from goodword.core.addresses import Correspondent
from goodword.core.text import written_day
from goodword.core.workdays import end_of_day
from goodword.notifications.domain.queue import candidate_page_url, queue, queue_for_recruiter
from goodword.workflow.domain.legal_holds import known_application, mail_data_kept


def request_own_erasure(*, application: Application, now: datetime, language: str = "") -> Erasure:
    """Request the erasure of the whole person at the end of the seventh day, so that "until 10 March" includes that
    day. Idempotent. Mails the recruiter, and the candidate in `language`."""
    with transaction.atomic():
        zone = application.organisation.zone
        due_at = end_of_day(now + WAIT, zone=zone)
        erasure = request_erasure(
            of=application.candidate, reason=Reason.CANDIDATE, now=now, by="candidate", due_at=due_at
        )
        if erasure.due_at < due_at:  # it was pending before, for example after a deletion in Greenhouse
            erasure.due_at = end_of_day(erasure.due_at, zone=zone)
            erasure.save(update_fields=["due_at"])
        hold = hold_against_erasure(application.candidate)
        queue_for_recruiter(
            application,
            kind="workflow.erasure_requested",
            key=f"erasure:{erasure.pk}:asked",
            template="workflow/mail/erasure_requested",
            context={
                "candidate_name": application.candidate.name,
                "role_title": application.role.title if application.role else "",
                "due": _day(erasure, application, application.organisation.language),
                "kept": hold is not None,
                "page_url": candidate_page_url(application),
            },
            now=now,
        )
        _mail_confirmation(erasure, application, hold, language=language, now=now)
        return erasure


def _mail_confirmation(
    erasure: Erasure, application: Application, hold: Hold | None, *, language: str, now: datetime
) -> None:
    candidate = application.candidate
    if hold is not None:
        mail_data_kept(erasure, hold, now=now)
        return
    if not candidate.email:
        return
    language = language or candidate.language or application.organisation.language
    queue(
        organisation=application.organisation,
        kind="workflow.erasure_confirmed",
        key=f"erasure:{erasure.pk}:confirmed",
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=recruiter_of(application),
        template="workflow/mail/erasure_confirmed",
        context={"due": _day(erasure, application, language)},
        application=application,
        quotes=candidate,
        language=language,
        now=now,
    )


def mail_erasure_cancelled(erasure: Erasure, *, now: datetime) -> bool:
    """Tell the candidate that a member has cancelled the erasure that they requested. Returns False if they have no
    address."""
    candidate = erasure.candidate
    application = known_application(candidate) if candidate is not None else None
    if candidate is None or application is None or not candidate.email:
        return False
    queue(
        organisation=application.organisation,
        kind="workflow.erasure_cancelled",
        key=f"erasure:{erasure.pk}:cancelled",
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=recruiter_of(application),
        template="workflow/mail/erasure_cancelled",
        context={},
        application=application,
        quotes=candidate,
        language=candidate.chosen_language or candidate.language or application.organisation.language,
        now=now,
    )
    return True


def _day(erasure: Erasure, application: Application, language: str) -> str:
    with translation.override(language):
        return written_day(erasure.due_at.astimezone(application.organisation.zone))
