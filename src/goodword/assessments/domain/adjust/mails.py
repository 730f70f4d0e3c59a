"""The mails about an adjustment. They are filed under the request alone, so that no timeline and no export of a
member finds them, and none comes from the recruiter or goes back to them."""

from datetime import datetime

from django.conf import settings

from goodword.assessments.domain.adjust.contact import Contact, is_outside
from goodword.assessments.domain.adjust.time import before_their_clock
from goodword.assessments.domain.choose_language import spoken
from goodword.assessments.domain.mails import deadline_in_words
from goodword.assessments.models import Adjustment
from goodword.assessments.open_forms import clock_minutes
from goodword.assessments.overview import title_of
from goodword.candidates.models import Application
from goodword.candidates.queries import public_title
from goodword.notifications.domain.queue import queue
from goodword.notifications.models import Link
from goodword.notifications.people import LinkFor, Person
from goodword.steps.domain.automation import unreachable
from goodword.steps.domain.standstill import days_left

ASKED = "assessment.adjustment_asked"
ANSWERED = "assessment.adjustment_answered"
LOST = "assessment.adjustment_lost"
#: mails to the candidate that the deadline waits for
TO_CANDIDATE = frozenset({ANSWERED, LOST})
#: the key of the mail that asks somebody once more
AGAIN = "again"


def ref_of(row: Adjustment) -> str:
    """What the mails about a request are filed under."""
    return f"adjustment:{row.pk}"


def to_contact(
    row: Adjustment, *, application: Application, contact: Contact, now: datetime, key: str = "asked"
) -> None:
    """Ask the person for an answer; their reply goes to the candidate."""
    candidate, organisation = application.candidate, application.organisation
    queue(
        organisation=organisation,
        kind=ASKED,
        key=f"{ref_of(row)}:{key}",
        to=Person(name=contact.name, address=contact.address),
        sender=Person(name=candidate.name, address=candidate.email or contact.address),
        template="assessments/mail/adjustment_asked",
        context={
            "candidate_name": candidate.name,
            "title": public_title(application),
            "percent": row.wants_time,
            "form": row.wants_form,
            "lines": row.text.splitlines(),
            "outside": contact.outside,
            "parts": [
                {"title": title_of(part), "minutes": clock_minutes(part)}
                for part in before_their_clock(row.attempt)
            ],
            "again": key == AGAIN,
        },
        link=LinkFor(purpose=Link.Purpose.ADJUSTMENT, subject_id=row.pk),
        subject_ref=ref_of(row),
        language=organisation.language,
        now=now,
    )


def to_candidate(row: Adjustment, *, application: Application, by: Person, now: datetime) -> None:
    """Tell the candidate the answer, as from the person who gave it; not where nobody may write to them."""
    if unreachable(application):
        return
    _write(
        row,
        ANSWERED,
        application=application,
        sender=by,
        now=now,
        percent=row.percent,
        form=row.other_form,
        granted=row.state == Adjustment.State.GRANTED,
        lines=row.answer.splitlines(),
        inside=not is_outside(application, by.address),
    )


def lost(row: Adjustment, *, application: Application, now: datetime) -> None:
    """Tell the candidate that their request reached nobody outside the hiring team."""
    if unreachable(application):
        return
    goodword = Person(name="Goodword", address=settings.GOODWORD_HELP_CONTACT)
    _write(row, LOST, application=application, sender=goodword, now=now)


def _write(
    row: Adjustment, kind: str, *, application: Application, sender: Person, now: datetime, **more: object
) -> None:
    candidate, organisation, attempt = application.candidate, application.organisation, row.attempt
    name, language = kind.removeprefix("assessment."), spoken(attempt, candidate)
    queue(
        organisation=organisation,
        kind=kind,
        key=f"{ref_of(row)}:{name.removeprefix('adjustment_')}",
        to=Person(name=candidate.name, address=candidate.email),
        sender=sender,
        template=f"assessments/mail/{name}",
        context={
            "first_name": candidate.short_name,
            "title": public_title(application),
            "deadline": deadline_in_words(attempt, organisation=organisation, language=language),
            **more,
        },
        link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=attempt.start_id),
        quotes=candidate,
        subject_ref=ref_of(row),
        language=language,
        deadline_days=days_left(attempt.deadline_at, now=now, calendar=organisation.calendar),
        earliest_deadline=attempt.deadline_at,
        now=now,
    )
