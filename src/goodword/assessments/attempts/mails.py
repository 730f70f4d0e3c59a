"""E-mails to candidates about their assessment, and links to continue."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from goodword.accounts.models import Organisation
from goodword.assessments.attempts import parts
from goodword.assessments.attempts.overview import Overview, for_mails, overview
from goodword.assessments.attempts.parts import attempt_language
from goodword.assessments.models import Attempt
from goodword.assessments.queries import application_of
from goodword.candidates.models import Application, public_title, recruiter_of
from goodword.core.addresses import Correspondent
from goodword.core.text import written_weekday_time
from goodword.notifications.domain.links import was_mailed_lately
from goodword.notifications.domain.mail_texts import SUBJECT, EditableMail, TextPart, about_minutes
from goodword.notifications.domain.queue import LinkFor, queue
from goodword.notifications.models import Email, Link
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.models import StepRun, lock, takes_answers

MAX_LINKS_A_DAY = 3
FRESH_LINK = "assessment.fresh"
#: states in which the candidate's page explains why it is closed
_ENDED = frozenset({StepRun.Progress.COMPLETED, StepRun.Progress.DECLINED})


def deadline_in_words(attempt: Attempt, *, organisation: Organisation, language: str = "") -> str:
    with translation.override(language or attempt.language):
        return written_weekday_time(attempt.deadline_at.astimezone(organisation.zone))


def mail_candidate(
    attempt: Attempt,
    *,
    application: Application,
    name: str,
    key: str,
    now: datetime,
    invites: bool = False,
    not_after: datetime | None = None,
    **extra: object,
) -> None:
    """Queue "invitation" or "reminder" with a new portal link. `invites`: the deadline then restarts."""
    organisation, candidate = application.organisation, application.candidate
    language = attempt_language(attempt, candidate)
    shown = for_mails(_overview(attempt, language=language, now=now))
    with translation.override(language):
        duration = about_minutes(int(str(shown["minutes"])))
    queue(
        organisation=organisation,
        kind=f"assessment.{name}",
        key=f"attempt:{attempt.pk}:{key}",
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=recruiter_of(application),
        template=f"assessments/mail/{name}",
        context={
            "first_name": candidate.short_name,
            "title": public_title(application),
            "overview": shown,
            "duration": duration,
            "deadline": deadline_in_words(attempt, organisation=organisation, language=language),
            **extra,
        },
        link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=attempt.step_request_id),
        application=application,
        quotes=candidate,
        subject_ref=attempt.step_request.mail_ref,
        language=language,
        deadline_days=attempt.step_request.step.deadline_days if invites else None,
        earliest_deadline=attempt.deadline_at if invites else None,
        not_after=not_after,
        now=now,
    )


def _overview(attempt: Attempt, *, language: str, now: datetime) -> Overview:
    if language == attempt.language:
        return overview(attempt, now=now)
    attempt = copy(attempt)  # the row only changes when a page is submitted
    attempt.language = language
    return overview(attempt, now=now, language=language)


def send_link(*, attempt_id: int, now: datetime) -> bool:
    """Mail a link to continue on a computer. Returns False after MAX_LINKS_A_DAY or if they can't be mailed. Raises
    Closed."""
    with transaction.atomic():
        attempt = parts.open_attempt(attempt_id, now=now)
        application = application_of(attempt)
        sent = Email.objects.of(attempt.organisation).filter(key__startswith=f"attempt:{attempt.pk}:link:")
        if (
            mail_blocked_reason(application)
            or sent.filter(created_at__gt=now - timedelta(days=1)).count() >= MAX_LINKS_A_DAY
        ):
            return False
        mail_candidate(attempt, application=application, name="link", key=f"link:{sent.count() + 1}", now=now)
        return True


@dataclass(frozen=True, kw_only=True)
class LinkedAttempt:
    """`is_live`: there is still a page to open."""

    attempt: Attempt
    application: Application
    language: str
    is_live: bool

    @property
    def address(self) -> str:
        return self.application.candidate.email


def linked_attempt(link: Link, *, now: datetime) -> LinkedAttempt | None:
    attempt = (
        Attempt.objects.of(link.organisation)
        .select_related("step_request__step", "organisation")
        .filter(step_request_id=link.subject_id)
        .order_by("-pk")
        .first()
    )
    if attempt is None:
        return None
    application = application_of(attempt)
    shows = takes_answers(attempt, now=now) or attempt.progress in _ENDED
    live = (
        shows
        and link.ended_at is None
        and not application.is_being_erased
        and not mail_blocked_reason(application)
    )
    return LinkedAttempt(attempt=attempt, application=application, language=attempt.language, is_live=live)


def send_fresh_link(link: Link, *, now: datetime) -> bool:
    """Mail a new link, at most every ten minutes. Returns whether a mail was queued."""
    with transaction.atomic():
        first = linked_attempt(link, now=now)
        if first is None:
            return False
        lock(Attempt, first.attempt.pk)
        found = linked_attempt(link, now=now)
        if found is None or not found.is_live:
            return False
        mails = Email.objects.of(link.organisation).filter(
            kind=FRESH_LINK, subject_ref=found.attempt.step_request.mail_ref
        )
        if was_mailed_lately(mails, now=now):
            return False
        key = f"fresh:{mails.count() + 1}"
        mail_candidate(found.attempt, application=found.application, name="fresh", key=key, now=now)
        return True


_PLACEHOLDERS: Final = ("first_name", "role", "organisation", "recruiter", "deadline", "duration")
_PARTS: Final = (
    TextPart(name=SUBJECT, longest=150),
    TextPart(name="opening", longest=1500, needed=("role",)),
    TextPart(name="request", longest=500, needed=("deadline",)),
    TextPart(name="closing", longest=800, needed=("recruiter",)),
)


def _sample() -> dict[str, Any]:
    part = {"kind": "scales", "title": gettext("Work style"), "items": 20, "minutes": 6, "timed": False}
    return {
        "overview": {"minutes": 6, "timed": False, "parts": [part]},
        "duration": about_minutes(6),
        "reminders": 2,
        "left": 1,
    }


MAILS: Final = tuple(
    EditableMail(
        kind=f"assessment.{name}",
        template=f"assessments/mail/{name}",
        placeholders=_PLACEHOLDERS,
        parts=_PARTS,
        sample=_sample,
    )
    for name in ("invitation", "reminder")
)
