"""Sends a new link after a candidate's link to an assessment has expired, only to the address we know."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from goodword.assessments.domain.mails import to_candidate
from goodword.assessments.models import Attempt
from goodword.assessments.queries import application_of
from goodword.candidates.models import Application
from goodword.notifications.models import Email, Link
from goodword.steps.domain.automation import unreachable
from goodword.steps.domain.lifecycle import subject_ref
from goodword.steps.domain.move import lock
from goodword.steps.models import Run
from goodword.steps.states import takes_answers

KIND = "assessment.fresh"
#: minimum time between two new links
EVERY = timedelta(minutes=10)
#: ended by the candidate, with a page that says so
_ENDED = frozenset({Run.Progress.COMPLETED, Run.Progress.DECLINED})


@dataclass(frozen=True, kw_only=True)
class Behind:
    """The attempt behind a link. `is_live`: it still has a page to open."""

    attempt: Attempt
    application: Application
    language: str
    is_live: bool

    @property
    def address(self) -> str:
        """The candidate's current address."""
        return self.application.candidate.email


def behind(link: Link, *, now: datetime) -> Behind | None:
    """The newest attempt that a candidate's link leads to; None if there is none."""
    attempt = (
        Attempt.objects.of(link.organisation)
        .select_related("start__step", "organisation")
        .filter(start_id=link.subject_id)
        .order_by("-pk")
        .first()
    )
    if attempt is None:
        return None
    application = application_of(attempt)
    shows = takes_answers(attempt, now=now) or attempt.progress in _ENDED
    live = shows and link.ended_at is None and not application.is_going and not unreachable(application)
    return Behind(attempt=attempt, application=application, language=attempt.language, is_live=live)


def send_fresh(link: Link, *, now: datetime) -> bool:
    """Mail the candidate a new link. Returns whether a mail was queued.

    Not within ten minutes of the last one, nor if there is nothing left to open.
    """
    with transaction.atomic():
        first = behind(link, now=now)
        if first is None:
            return False
        lock(Attempt, first.attempt.pk)
        found = behind(link, now=now)
        if found is None or not found.is_live:
            return False
        mails = Email.objects.of(link.organisation).filter(
            kind=KIND, subject_ref=subject_ref(found.attempt.start)
        )
        if mails.filter(created_at__gt=now - EVERY).exists():
            return False
        key = f"fresh:{mails.count() + 1}"
        to_candidate(found.attempt, application=found.application, name="fresh", key=key, now=now)
        return True
