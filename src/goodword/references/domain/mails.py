"""The mails of a check: to the candidate, to a referee, to the recruiter. Each is queued once per key."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation

from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.queue import from_name, full_context, queue
from goodword.notifications.models import Email, Link
from goodword.notifications.people import LinkFor, Person
from goodword.questionnaires import labels
from goodword.references.domain.about import About, about, common
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.steps.domain.lifecycle import subject_ref

#: however late the candidate is, a referee has at least these working days
REFEREE_DAYS = 5
#: how long the recruiter's link to the first answers lives
REVIEW_LINK = timedelta(days=14)

REQUEST = "references.request"
REQUEST_REMINDER = "references.request_reminder"


def to_candidate(check: Check, *, name: str, key: str, now: datetime, **extra: object) -> None:
    """Queue the candidate's mail `name` ("invitation", "reminder", "another"), with a fresh link to their portal."""
    facts = about(check)
    queue(
        organisation=facts.organisation,
        kind=f"references.{name}",
        key=f"check:{check.pk}:{key}",
        to=Person(name=facts.candidate.name, address=facts.candidate.email),
        sender=facts.recruiter,
        template=f"references/mail/{name}",
        context={**common(facts, check), **extra},
        link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=check.start_id),
        application=facts.application,
        subject_ref=subject_ref(check.start),
        language=facts.language,
        now=now,
    )


def request_ref(request: ReferenceRequest) -> str:
    """What a referee's mails are filed under."""
    return f"request:{request.pk}"


def to_referee(request: ReferenceRequest, *, check: Check, kind: str, key: str, now: datetime) -> None:
    """Queue a referee's mail (REQUEST or REQUEST_REMINDER), with a fresh link to their portal."""
    facts, referee = about(check), request.referee
    queue(
        organisation=facts.organisation,
        kind=kind,
        key=f"request:{request.pk}:{key}",
        to=Person(name=referee.name, address=referee.email),
        sender=facts.recruiter,
        template=_template(kind),
        context=_referee_context(
            facts, check, referee, left=request.reminders_promised - request.reminders_sent
        ),
        link=LinkFor(purpose=Link.Purpose.REFEREE, subject_id=request.pk),
        application=facts.application,
        subject_ref=request_ref(request),
        language=facts.language,
        now=now,
    )


def unsent_request(check: Check, referee: Referee, *, now: datetime) -> Email:
    """The very mail that *Send* will queue for this referee, as a row that is not saved."""
    facts = about(check)
    check.deadline_at = deadline_when_sent(check, now=now)
    to = Person(name=referee.name, address=referee.email)
    own = _referee_context(facts, check, referee, left=len(check.start.step.reminder_days))
    return Email(
        organisation=facts.organisation,
        kind=REQUEST,
        to_address=to.address,
        to_name=to.name,
        from_name=from_name(facts.recruiter, organisation=facts.organisation),
        reply_to=facts.recruiter.address,
        language=facts.language,
        template=_template(REQUEST),
        context=full_context(own, organisation=facts.organisation, to=to, sender=facts.recruiter),
    )


def deadline_when_sent(check: Check, *, now: datetime) -> datetime:
    """The check's deadline, or later where referees would otherwise have too little time."""
    least = end_of_working_day(now, REFEREE_DAYS, calendar=check.organisation.calendar)
    return max(check.deadline_at, least)


def to_recruiter(check: Check, *, referee: Referee, now: datetime) -> None:
    """Queue the mail that invites to review the first answers."""
    facts = about(check)
    queue(
        organisation=facts.organisation,
        kind="references.review",
        key=f"check:{check.pk}:review",
        to=facts.recruiter,
        sender=Person(name="Goodword", address=settings.GOODWORD_HELP_CONTACT),
        template="references/mail/review",
        context={**common(facts, check), "referee": referee.name},
        link=LinkFor(purpose=Link.Purpose.REVIEW, subject_id=facts.application.pk),
        link_expires_at=now + REVIEW_LINK,
        application=facts.application,
        language=facts.organisation.language,
        now=now,
    )


def _template(kind: str) -> str:
    return f"references/mail/{kind.removeprefix('references.')}"


def _referee_context(facts: About, check: Check, referee: Referee, *, left: int) -> Mapping[str, object]:
    with translation.override(facts.language):
        period = labels.period(referee.from_month, referee.to_month or None)
    return {
        **common(facts, check),
        "company": referee.company,
        "period": period,
        "message_lines": referee.message.splitlines(),
        "reminders": left,
    }
