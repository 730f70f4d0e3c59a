"""The candidate's mails about an attempt. Each is queued once per key."""

from copy import copy
from datetime import datetime

from django.utils import translation

from goodword.accounts.models import Organisation
from goodword.assessments.domain.choose_language import spoken
from goodword.assessments.models import Attempt
from goodword.assessments.overview import Overview, in_mails, overview
from goodword.candidates.models import Application
from goodword.candidates.queries import public_title, recruiter_of
from goodword.core.written import written_weekday
from goodword.notifications.domain.queue import queue
from goodword.notifications.models import Link
from goodword.notifications.people import LinkFor, Person
from goodword.steps.domain.lifecycle import subject_ref


def deadline_in_words(attempt: Attempt, *, organisation: Organisation, language: str = "") -> str:
    """The last day as the candidate reads it, in the organisation's zone: "Tuesday 24 November"."""
    with translation.override(language or attempt.language):
        return written_weekday(attempt.deadline_at.astimezone(organisation.zone))


def to_candidate(
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
    """Queue the mail `name` ("invitation", "reminder"), with a new link to the candidate's portal. With `invites` the
    candidate's days count from when it is sent.

    `application` comes with candidate, organisation and the role's owner.
    """
    organisation, candidate = application.organisation, application.candidate
    language = spoken(attempt, candidate)
    recruiter = recruiter_of(application)
    queue(
        organisation=organisation,
        kind=f"assessment.{name}",
        key=f"attempt:{attempt.pk}:{key}",
        to=Person(name=candidate.name, address=candidate.email),
        sender=Person(name=recruiter.name, address=recruiter.address),
        template=f"assessments/mail/{name}",
        context={
            "first_name": candidate.short_name,
            "title": public_title(application),
            "overview": in_mails(_overview(attempt, language=language, now=now)),
            "deadline": deadline_in_words(attempt, organisation=organisation, language=language),
            **extra,
        },
        link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=attempt.start_id),
        application=application,
        quotes=candidate,
        subject_ref=subject_ref(attempt.start),
        language=language,
        deadline_days=attempt.start.step.deadline_days if invites else None,
        earliest_deadline=attempt.deadline_at if invites else None,
        not_after=not_after,
        now=now,
    )


def _overview(attempt: Attempt, *, language: str, now: datetime) -> Overview:
    if language == attempt.language:
        return overview(attempt, now=now)
    attempt = copy(attempt)  # the row itself changes only when a page is submitted
    attempt.language = language
    return overview(attempt, now=now, language=language)
