"""The row of a rating request: reasons not to ask, e-mails and states. Every action locks the application, then the
request, and rechecks `reason_not_to_ask`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils import translation

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application, public_title, recruiter_of
from goodword.candidates.ratings import is_rated
from goodword.core.addresses import Correspondent, normalised
from goodword.core.events import record as record_event
from goodword.core.text import written_day, written_weekday_time
from goodword.core.workdays import add_working_days, end_of_working_day, into_working_hours
from goodword.notifications.domain import links
from goodword.notifications.domain.queue import LinkFor, cancel, queue
from goodword.notifications.models import Email, Link
from goodword.references.domain.requests import address_hashes
from goodword.workflow.models import lock_application
from goodword.workspace.models import RatingRequest

State, Reason = RatingRequest.State, RatingRequest.Reason
MAIL_KIND: Final = "workspace.rating_request"
PURPOSE: Final = Link.Purpose.RATING
#: time after which requests without a rater end, and hires found too late are ignored
TOO_LATE: Final = timedelta(days=60)
REMINDERS: Final = 2
#: working days between the e-mails, and from the last one to the end
INTERVAL: Final = 5


class RatingRequestClosed(Exception):
    """The request is over, was changed by somebody else, or no longer applies."""


def reason_not_to_ask(application: Application) -> str:
    """Return why nobody is asked, or no longer: a Reason, or ""."""
    role = application.role
    if application.is_being_erased:
        return Reason.ERASURE
    if application.status != Application.Status.HIRED or application.hired_at is None:
        return Reason.NOT_HIRED
    if role is None or role.asks_for_ratings_since is None:
        return Reason.SWITCHED_OFF
    return Reason.RATED if is_rated(application) else ""


def has_declined(row: RatingRequest, address: str) -> bool:
    return not set(row.declined_hashes).isdisjoint(address_hashes(row.organisation, address))


def has_lost_access(organisation: Organisation, address: str) -> bool:
    """Whether the address belongs to a deactivated member."""
    rows = Membership.objects.of(organisation).filter(deactivated_at__isnull=False)
    return bool(address) and rows.filter(user__email__same_address=address).exists()


def forget(rows: Sequence[RatingRequest]) -> None:
    mails = Email.objects.across_organisations().filter(subject_ref__in=[row.mail_ref for row in rows])
    links.forget(purpose=PURPOSE, subject_ids=[row.pk for row in rows])
    links.forget_mails(mails)


def locked(application_id: int) -> RatingRequest | None:
    """The application's request; both are locked."""
    rows = RatingRequest.objects.across_organisations().filter(application=application_id)
    if not rows.exists():
        return None
    application = lock_application(application_id)
    row = rows.select_for_update(of=("self",), no_key=True).first()
    if row is not None:
        row.application, row.organisation = application, application.organisation
    return row


def ask(row: RatingRequest, rater: Correspondent, *, now: datetime) -> None:
    at = into_working_hours(now, calendar=row.organisation.calendar)
    row.state, row.reason = State.ASKED, ""
    row.rater_name, row.rater_email = rater.name[:150], normalised(rater.address)
    row.round, row.asked_at, row.reminders, row.reminded_at = row.round + 1, at, 0, None
    row.ends_at = end_of_working_day(at, INTERVAL * (REMINDERS + 1), calendar=row.organisation.calendar)
    row.next_at = later(at, row)
    row.save()
    mail(row, key="request", again=False, at=at, now=now)


def later(at: datetime, row: RatingRequest) -> datetime:
    return add_working_days(at, INTERVAL, calendar=row.organisation.calendar)


def needs_rater(row: RatingRequest, reason: str, *, by: str, now: datetime) -> None:
    """Mark a request as needing a rater. The previous rater's name and address stay until another is entered."""
    withdraw(row, now=now)
    row.state, row.reason, row.next_at, row.ends_at = State.NEEDS_RATER, reason, now + TOO_LATE, None
    row.save()
    record("rating.needs_rater", row, by=by, now=now)


def withdraw(row: RatingRequest, *, now: datetime) -> None:
    cancel(organisation=row.organisation, subject_ref=row.mail_ref, now=now)
    links.end(organisation=row.organisation, purpose=PURPOSE, subject_id=row.pk, now=now)


def settle(row: RatingRequest, state: str, reason: str, *, now: datetime, by: str = "goodword") -> None:
    row.state, row.reason, row.settled_at, row.next_at = state, reason, now, None
    row.save()
    cancel(organisation=row.organisation, subject_ref=row.mail_ref, now=now)
    if state == State.GIVEN:
        record("rating.given", row, by=by, now=now)
    elif state == State.DECLINED:
        record("rating.declined", row, by=by, now=now)
    else:
        record("rating.ended", row, by=by, now=now)


def mail(row: RatingRequest, *, key: str, again: bool, at: datetime, now: datetime) -> None:
    application, organisation = row.application, row.organisation
    assert row.ends_at is not None and application.hired_at is not None  # set when asked
    with translation.override(row.language):
        deadline = written_weekday_time(row.ends_at.astimezone(organisation.zone))
        hired = written_day(application.hired_at.astimezone(organisation.zone))
    queue(
        organisation=organisation,
        kind=MAIL_KIND,
        key=f"{row.mail_ref}:{row.round}:{key}",
        to=Correspondent(name=row.rater_name, address=row.rater_email),
        sender=recruiter_of(application),
        template="workspace/mail/rating_request",
        context={
            "person": application.candidate.name,
            "role_title": public_title(application),
            "hired": hired,
            "deadline": deadline,
            "again": again,
        },
        link=LinkFor(purpose=PURPOSE, subject_id=row.pk),
        application=application,
        quotes=application.candidate,
        subject_ref=row.mail_ref,
        language=row.language,
        not_before=at,
        not_after=row.ends_at,
        now=now,
    )


def record(name: str, row: RatingRequest, *, by: str, now: datetime) -> None:
    record_event(
        name,
        organisation_id=row.organisation_id,
        application_id=row.application_id,
        actor=by,
        at=now,
        data={"rating_request_id": row.pk, "reason": row.reason},
    )


def audit(
    row: RatingRequest, action: str, *, now: datetime, by: Membership | None = None, actor: str = ""
) -> None:
    details = {"application": row.application_id}
    write(organisation=row.organisation, action=action, member=by, actor=actor, now=now, details=details)
