"""Adjustment requests. They appear in no events and no mails of an application, since members can read those."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from goodword.accounts.models import Membership, Organisation, active_members
from goodword.assessments.adjustments import mails
from goodword.assessments.adjustments.contacts import contact_of
from goodword.assessments.adjustments.mails import ASKED, next_reader
from goodword.assessments.adjustments.open_text import carry_over_open_texts, grant_open_texts
from goodword.assessments.adjustments.status import WhyNot, extend_clocks, granted_percent, request_status
from goodword.assessments.attempts import parts
from goodword.assessments.attempts.parts import set_form
from goodword.assessments.models import Adjustment, Attempt, AttemptPart
from goodword.assessments.queries import application_of
from goodword.candidates.models import Application
from goodword.core.addresses import Correspondent, is_same
from goodword.core.models import Event
from goodword.notifications.domain.bounces import mail_of
from goodword.notifications.domain.links import end
from goodword.notifications.domain.queue import cancel
from goodword.notifications.models import Email, Link
from goodword.workflow.domain.reminder_times import plan_reminder
from goodword.workflow.domain.runs import MAIL_FAILURES
from goodword.workflow.models import UNFINISHED, awaits_click, is_open, lock, takes_answers

#: extra time that can be requested, in percent
PERCENT_CHOICES = (25, 50, 100)
#: extra time that can be granted, in percent
MAX_PERCENT = 200
#: minimum time since the last mail before the contact is mailed again about a new attempt
ASK_AGAIN_AFTER = timedelta(days=1)


class CannotRequest(Exception):
    def __init__(self, why: WhyNot) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOutcome:
    granted: Adjustment | None
    waits: Adjustment | None


def request_adjustment(
    *, attempt_id: int, percent: int, form: bool, text: str, may_disclose: bool, now: datetime
) -> RequestOutcome:
    """Grant extra time immediately if the role offers it to everyone; otherwise e-mail the contact and put the deadline
    on hold. Raises CannotRequest, Closed, and ValueError for an empty request."""
    if not (percent or form or text):
        raise ValueError("Nothing is requested.")
    with transaction.atomic():
        attempt = parts.open_attempt(attempt_id, now=now)
        status = request_status(attempt)
        if status.why_not:
            raise CannotRequest(status.why_not)
        if percent and not status.timed:
            raise CannotRequest(WhyNot.BEGUN)
        granted = waiting = None
        if 0 < percent <= attempt.assessment.more_time:
            extend_clocks(attempt, percent=percent)
            granted = _new_request(attempt, now=now, wants_time=percent, may_disclose=may_disclose)
            granted.state, granted.percent, granted.answered_at = Adjustment.State.GRANTED, percent, now
            granted.save()
            percent, text = 0, text if form else ""
        if percent or form or text:
            waiting = _new_request(
                attempt,
                now=now,
                wants_time=percent,
                wants_accessible_version=form,
                text=text,
                may_disclose=may_disclose,
            )
            waiting.save()
            stop_deadline(attempt, now=now)
            application = application_of(attempt)
            contact = next_reader(attempt, application=application)
            mails.mail_contact(waiting, application=application, contact=contact, now=now)
        return RequestOutcome(granted=granted, waits=waiting)


def _new_request(attempt: Attempt, *, now: datetime, **values: object) -> Adjustment:
    return Adjustment(organisation_id=attempt.organisation_id, attempt=attempt, asked_at=now, **values)


class AlreadyAnswered(Exception): ...


def _lock_with_attempt(adjustment_id: int) -> tuple[Attempt, Adjustment]:
    """Lock the attempt, then the request. Raises Closed if the request was erased."""
    rows = Adjustment.objects.across_organisations().filter(pk=adjustment_id)
    while (attempt_id := rows.values_list("attempt_id", flat=True).first()) is not None:
        attempt = lock(Attempt, attempt_id)
        row = rows.select_for_update(no_key=True).first()
        if row is not None and row.attempt_id == attempt_id:
            return attempt, row
        # a new invitation has moved the request to another attempt in the meantime
    raise parts.AttemptClosed


def answer_request(
    *,
    adjustment_id: int,
    percent: int,
    forms: Mapping[int, str],
    accessible: bool,
    sentence: str,
    by: Correspondent,
    now: datetime,
    open_texts: Mapping[int, int] | None = None,
) -> Adjustment:
    """Grant extra time, other `forms` (by part number), `open_texts` (see `grant_open_texts`) or an accessible version,
    or refuse. Parts that have started keep their clocks. Raises AlreadyAnswered, Closed, PartStarted, ValueError for an
    invalid percentage, and the exceptions of `grant_open_texts`."""
    if not 0 <= percent <= MAX_PERCENT:
        raise ValueError(f"{percent} percent")
    with transaction.atomic():
        attempt, row = _lock_with_attempt(adjustment_id)
        if row.state != Adjustment.State.ASKED:
            raise AlreadyAnswered
        application = application_of(attempt)
        if not takes_answers(attempt, now=now) or application.is_being_erased:
            raise parts.AttemptClosed
        _set_forms(attempt, forms)
        replaced = grant_open_texts(attempt, open_texts or {}, now=now)
        extend_clocks(attempt, percent=percent)
        row.percent, row.accessible_version = percent, bool(forms or replaced) or accessible
        granted = bool(percent) or row.accessible_version
        row.state = Adjustment.State.GRANTED if granted else Adjustment.State.REFUSED
        row.answer, row.answered_by, row.answered_at = sentence, by.name[:200], now
        row.save()
        resume_deadline(attempt, now=now)
        mails.mail_answer(row, application=application, by=by, open_texts=replaced, now=now)
        return row


class PartStarted(Exception):
    """A part whose form would change has started. Nothing was granted."""


def _set_forms(attempt: Attempt, forms: Mapping[int, str]) -> None:
    parts = AttemptPart.objects.of(attempt.organisation).select_related("version__test", "part")
    found = list(parts.filter(attempt=attempt, order__in=list(forms), begun_at=None))
    if len(found) < len(forms):
        raise PartStarted
    for part in found:
        part.attempt = attempt
        if forms[part.order] != part.form:  # the candidate may already have chosen it
            set_form(part, forms[part.order])


def withdraw_request(*, attempt_id: int, now: datetime) -> bool:
    """Withdraw the unanswered request. Returns False if there is none. Raises Closed."""
    with transaction.atomic():
        attempt = parts.open_attempt(attempt_id, now=now)
        rows = Adjustment.objects.of(attempt.organisation).select_for_update(no_key=True)
        asked = rows.filter(attempt=attempt, state=Adjustment.State.ASKED).first()
        if asked is None:
            return False
        asked.state, asked.answered_at = Adjustment.State.WITHDRAWN, now
        asked.save(update_fields=["state", "answered_at"])
        cancel(organisation=attempt.organisation, subject_ref=mails.subject_ref_of(asked), now=now)
        resume_deadline(attempt, now=now)
        return True


def carry_over(attempt: Attempt, *, now: datetime) -> None:
    """Move the requests of earlier attempts at the step to this one: apply granted ones, and stay on hold while one is
    open."""
    earlier = Adjustment.objects.of(attempt.organisation).filter(
        attempt__step_request_id=attempt.step_request_id
    )
    if not earlier.update(attempt=attempt):
        return
    carry_over_open_texts(attempt)
    extend_clocks(attempt, percent=granted_percent(attempt))
    asked = earlier.filter(state=Adjustment.State.ASKED).first()
    if asked is not None:
        stop_deadline(attempt, now=now)
        asked.attempt = attempt
        _ask_again(asked, now=now)


def ask_again(attempt: Attempt, *, now: datetime) -> None:
    """Mail the contact again about the open request of a reopened, locked attempt."""
    asked = Adjustment.objects.of(attempt.organisation).select_for_update(no_key=True)
    for row in asked.filter(attempt=attempt, state=Adjustment.State.ASKED):
        row.attempt = attempt
        _ask_again(row, now=now)


def _ask_again(asked: Adjustment, *, now: datetime) -> None:
    """Mail the contact again, since their link didn't work while the assessment was closed, unless their last mail is
    recent. If only a member of the hiring team is left, end the request, since the candidate wasn't told who would read
    it."""
    application = application_of(asked.attempt)
    contact = next_reader(asked.attempt, application=application)
    recent = _mails_of(asked).filter(created_at__gt=now - ASK_AGAIN_AFTER)
    if recent.filter(to_address__same_address=contact.address).exists():
        return
    was_named = any(is_same(contact.address, address) for address in _addresses_tried(asked))
    if not contact.outside and not was_named:
        _end_unread(asked, application=application, now=now)
        return
    if not was_named:
        end(organisation=asked.organisation, purpose=Link.Purpose.ADJUSTMENT, subject_id=asked.pk, now=now)
    key = f"asked:attempt:{asked.attempt.pk}"
    mails.mail_contact(asked, application=application, contact=contact, now=now, key=key)


def on_email_failed(event: Event) -> None:
    """After a bounced mail, ask the next person outside the hiring team; if there is none, end the request."""
    email = mail_of(event)
    if email is None or email.kind != mails.ASKED or email.link_subject_id is None:
        return
    _ask_next(email.organisation, email.link_subject_id, after=email.to_address, now=event.occurred_at)


def on_member_deactivated(event: Event) -> None:
    """Pass unanswered requests on to the next person, and end the member's links."""
    member = (
        Membership.objects.across_organisations()
        .select_related("organisation", "user")
        .get(pk=event.data["member_id"])
    )
    organisation, address, now = member.organisation, member.user.email, event.occurred_at
    if member.deactivated_at is None:  # reactivated in the meantime
        return
    asked = _with_reader(organisation, address).filter(state=Adjustment.State.ASKED)
    for row in asked.order_by("pk"):
        cancel(organisation=organisation, subject_ref=mails.subject_ref_of(row), now=now)
        end(organisation=organisation, purpose=Link.Purpose.ADJUSTMENT, subject_id=row.pk, now=now)
        _ask_next(organisation, row.pk, after=address, now=now)


def on_contact_changed(event: Event) -> None:
    """Pass unanswered requests of a former contact on to the new one, and end the former contact's links. Members keep
    theirs, which they see on Home; so does a former contact if nobody else is outside the hiring team."""
    organisation = Organisation.objects.get(pk=event.organisation_id)
    for row in _with_readers(organisation).filter(state=Adjustment.State.ASKED).order_by("pk"):
        reader = row.reader or ""
        members = active_members(organisation).filter(user__email__same_address=reader)
        if not is_same(reader, organisation.adjustments_email) and not members.exists():
            _ask_next(organisation, row.pk, after=reader, now=event.occurred_at, replaced=True)


def _ask_next(
    organisation: Organisation, adjustment_id: int, *, after: str, now: datetime, replaced: bool = False
) -> None:
    """Pass the request on, unless it has already been passed on from the address `after`, or the attempt is closed.
    `replaced`: that person could still answer it."""
    with transaction.atomic():
        asked = Adjustment.objects.of(organisation).filter(pk=adjustment_id).first()
        if asked is None:
            return
        attempt = lock(Attempt, asked.attempt_id)
        asked = Adjustment.objects.of(organisation).select_for_update(no_key=True).get(pk=asked.pk)
        if (
            asked.state != Adjustment.State.ASKED
            or not is_open(attempt)
            or not _with_reader(organisation, after).filter(pk=asked.pk).exists()
        ):
            return
        asked.attempt = attempt
        application = application_of(attempt)
        if replaced:  # a contact may be named again after others have been asked
            contact = next_reader(attempt, application=application)
            if not contact.outside:
                return
            cancel(organisation=organisation, subject_ref=mails.subject_ref_of(asked), now=now)
            end(organisation=organisation, purpose=Link.Purpose.ADJUSTMENT, subject_id=asked.pk, now=now)
        else:
            contact = contact_of(application, but=_addresses_tried(asked))
        if contact.outside:
            key = f"asked:{_mails_of(asked).count() + 1}"
            mails.mail_contact(asked, application=application, contact=contact, now=now, key=key)
            return
        _end_unread(asked, application=application, now=now)


def _end_unread(asked: Adjustment, *, application: Application, now: datetime) -> None:
    """End the request, since nobody outside the hiring team is left. The candidate may ask once more, and reads who
    would see the request."""
    asked.state, asked.answered_at = Adjustment.State.WITHDRAWN, now
    asked.save(update_fields=["state", "answered_at"])
    resume_deadline(asked.attempt, now=now)
    mails.mail_request_lost(asked, application=application, now=now)


def _addresses_tried(asked: Adjustment) -> set[str]:
    return set(_mails_of(asked).values_list("to_address", flat=True))


def _mails_of(asked: Adjustment) -> QuerySet[Email]:
    """All mails to contacts about this request."""
    return Email.objects.of(asked.organisation).filter(subject_ref=mails.subject_ref_of(asked), kind=ASKED)


def stop_deadline(attempt: Attempt, *, now: datetime) -> None:
    """Stop the deadline, and save the locked attempt."""
    if attempt.clock_stopped_at is None:
        attempt.clock_stopped_at = now
    attempt.next_reminder_at = None
    attempt.save(update_fields=["clock_stopped_at", "next_reminder_at"])


def resume_deadline(attempt: Attempt, *, now: datetime) -> None:
    """Restart the deadline with the remaining working days, and save the locked attempt."""
    if attempt.clock_stopped_at is None:
        return
    deadline = attempt.deadline_if_resumed(now)
    attempt.deadline_moved_by += deadline - attempt.deadline_at
    attempt.deadline_at, attempt.clock_stopped_at = deadline, None
    rests = attempt.paused_at is not None or awaits_click(attempt) or attempt.attention in MAIL_FAILURES
    if is_open(attempt) and not rests:
        plan_reminder(attempt, organisation=attempt.organisation, now=now)
    attempt.save(update_fields=["deadline_at", "deadline_moved_by", "clock_stopped_at", "next_reminder_at"])


def waiting_for(member: Membership) -> QuerySet[Adjustment]:
    """Requests that wait for this member's answer. Only this member sees them, on Home."""
    return _with_reader(member.organisation, member.user.email).filter(
        state=Adjustment.State.ASKED,
        attempt__progress__in=UNFINISHED,
        attempt__closed_at=None,
        attempt__step_request__application__erasure_requested_at=None,
        attempt__step_request__application__erased_at=None,
    )


def _with_reader(organisation: Organisation, address: str) -> QuerySet[Adjustment]:
    """Requests last mailed to this address."""
    return _with_readers(organisation).filter(reader__same_address=address)


def _with_readers(organisation: Organisation) -> QuerySet[Any]:
    """Annotates requests with the address that was last mailed about them, as `reader`."""
    mails = Email.objects.of(organisation).filter(
        kind=ASKED, link_purpose=Link.Purpose.ADJUSTMENT, link_subject_id=OuterRef("pk")
    )
    return Adjustment.objects.of(organisation).annotate(
        reader=Subquery(mails.order_by("-pk").values("to_address")[:1])
    )
