"""Mails about adjustment requests. They belong to the request, so they aren't in members' timelines and exports."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from goodword.assessments.adjustments.contacts import AdjustmentContact, contact_of, is_outside
from goodword.assessments.adjustments.status import timed_parts_not_begun
from goodword.assessments.attempts.mails import deadline_in_words
from goodword.assessments.attempts.overview import title_of
from goodword.assessments.attempts.parts import attempt_language, version_for
from goodword.assessments.models import Adjustment, Attempt, AttemptPart
from goodword.assessments.queries import application_of, clock_minutes, content_of
from goodword.candidates.models import Application, public_title
from goodword.core.addresses import Correspondent
from goodword.core.jobs import for_first
from goodword.core.workdays import add_working_days, days_left, into_working_hours
from goodword.notifications.domain.links import was_mailed_lately
from goodword.notifications.domain.queue import LinkFor, queue
from goodword.notifications.models import Email, Link
from goodword.workflow.domain.eligibility import mail_blocked_reason
from goodword.workflow.models import UNFINISHED, is_open, lock

ASKED = "assessment.adjustment_request"
ANSWERED = "assessment.adjustment_answered"
LOST = "assessment.adjustment_lost"
#: mails to the candidate that restart the deadline
TO_CANDIDATE = frozenset({ANSWERED, LOST})
REMINDER = "again"
#: delay of the reminder in working days
REMIND_AFTER = 2


def subject_ref_of(row: Adjustment) -> str:
    return f"adjustment:{row.pk}"


def mail_contact(
    row: Adjustment,
    *,
    application: Application,
    contact: AdjustmentContact,
    now: datetime,
    key: str = "asked",
) -> None:
    candidate, organisation = application.candidate, application.organisation
    queue(
        organisation=organisation,
        kind=ASKED,
        key=f"{subject_ref_of(row)}:{key}",
        to=Correspondent(name=contact.name, address=contact.address),
        sender=Correspondent(name=candidate.name, address=candidate.email or contact.address),
        template="assessments/mail/adjustment_request",
        context={
            "candidate_name": candidate.name,
            "title": public_title(application),
            "percent": row.wants_time,
            "form": row.wants_accessible_version,
            "lines": row.text.splitlines(),
            "outside": contact.outside,
            "parts": [
                {"title": title_of(part), "minutes": clock_minutes(part)}
                for part in timed_parts_not_begun(row.attempt)
            ],
            "again": key == REMINDER,
        },
        link=LinkFor(purpose=Link.Purpose.ADJUSTMENT, subject_id=row.pk),
        subject_ref=subject_ref_of(row),
        language=organisation.language,
        now=now,
    )


def mail_answer(
    row: Adjustment,
    *,
    application: Application,
    by: Correspondent,
    open_texts: Sequence[AttemptPart] = (),
    now: datetime,
) -> None:
    if mail_blocked_reason(application):
        return
    language = attempt_language(row.attempt, application.candidate)
    _write(
        row,
        ANSWERED,
        application=application,
        sender=by,
        now=now,
        percent=row.percent,
        form=row.accessible_version,
        granted=row.state == Adjustment.State.GRANTED,
        lines=row.answer.splitlines(),
        inside=not is_outside(application, by.address),
        open_texts=[content_of(version_for(part.part, language=language)).name for part in open_texts],
    )


def mail_request_lost(row: Adjustment, *, application: Application, now: datetime) -> None:
    if mail_blocked_reason(application):
        return
    goodword = Correspondent(name="Goodword", address=settings.GOODWORD_HELP_CONTACT)
    _write(row, LOST, application=application, sender=goodword, now=now)


def lost(rows: Sequence[Adjustment]) -> set[int]:
    """Return the ids of requests that ended because nobody could answer them. Their candidates have been told."""
    by_ref = {subject_ref_of(row): row.pk for row in rows}
    sent = Email.objects.across_organisations().filter(kind=LOST, subject_ref__in=list(by_ref))
    return {by_ref[ref] for ref in sent.values_list("subject_ref", flat=True)}


def _write(
    row: Adjustment,
    kind: str,
    *,
    application: Application,
    sender: Correspondent,
    now: datetime,
    **more: object,
) -> None:
    candidate, organisation, attempt = application.candidate, application.organisation, row.attempt
    name, language = kind.removeprefix("assessment."), attempt_language(attempt, candidate)
    queue(
        organisation=organisation,
        kind=kind,
        key=f"{subject_ref_of(row)}:{name.removeprefix('adjustment_')}",
        to=Correspondent(name=candidate.name, address=candidate.email),
        sender=sender,
        template=f"assessments/mail/{name}",
        context={
            "first_name": candidate.short_name,
            "title": public_title(application),
            "deadline": deadline_in_words(attempt, organisation=organisation, language=language),
            "is_late": attempt.deadline_at < now,
            **more,
        },
        link=LinkFor(purpose=Link.Purpose.CANDIDATE, subject_id=attempt.step_request_id),
        quotes=candidate,
        subject_ref=subject_ref_of(row),
        language=language,
        deadline_days=days_left(attempt.deadline_at, now=now, calendar=organisation.calendar),
        earliest_deadline=attempt.deadline_at,
        now=now,
    )


def next_reader(attempt: Attempt, *, application: Application) -> AdjustmentContact:
    refs = [subject_ref_of(adjustment) for adjustment in attempt.adjustments.all()]
    mails = Email.objects.of(attempt.organisation).filter(kind=ASKED, subject_ref__in=refs)
    failed = mails.filter(Q(bounced_at__isnull=False) | Q(state=Email.State.FAILED))
    return contact_of(application, but=set(failed.values_list("to_address", flat=True)))


def remind_contacts(*, now: datetime) -> int:
    due = contacts_due(now=now).order_by("asked_at", "pk")
    return for_first(due, lambda pk: remind_contact(adjustment_id=pk, now=now))


def contacts_due(*, now: datetime) -> QuerySet[Adjustment]:
    """Requests that may be due. Those that are never due are left out, since they would crowd out newer ones."""
    mail = Email.objects.across_organisations().filter(organisation=OuterRef("organisation"))
    ref = Concat(Value("adjustment:"), Cast(OuterRef("pk"), CharField()))
    again = Concat(Value("adjustment:"), Cast(OuterRef("pk"), CharField()), Value(f":{REMINDER}"))
    return Adjustment.objects.across_organisations().filter(
        # working days last at least a day, minus an hour when summer time begins
        Exists(
            mail.filter(
                subject_ref=ref,
                kind=ASKED,
                state=Email.State.SENT,
                settled_at__lte=now - timedelta(days=REMIND_AFTER, hours=-1),
            )
        ),
        ~Exists(mail.filter(key=again)),
        state=Adjustment.State.ASKED,
        attempt__progress__in=UNFINISHED,
        attempt__closed_at=None,
    )


def remind_contact(*, adjustment_id: int, now: datetime) -> bool:
    """Remind the contact once, in working hours, if it is due. Returns whether a mail was queued."""
    with transaction.atomic():
        row = Adjustment.objects.across_organisations().get(pk=adjustment_id)
        attempt = lock(Attempt, row.attempt_id)
        row = Adjustment.objects.of(attempt.organisation).select_for_update(no_key=True).get(pk=row.pk)
        calendar = attempt.organisation.calendar
        if row.state != Adjustment.State.ASKED or not is_open(attempt):
            return False
        sent = Email.objects.of(attempt.organisation).filter(subject_ref=subject_ref_of(row), kind=ASKED)
        last = sent.order_by("pk").last()
        if last is None or last.state != Email.State.SENT or last.settled_at is None:
            return False
        if add_working_days(last.settled_at, REMIND_AFTER, calendar=calendar) > now:
            return False
        if into_working_hours(now, calendar=calendar) > now:
            return False
        if sent.filter(key=f"{subject_ref_of(row)}:{REMINDER}").exists():
            return False
        row.attempt = attempt
        application = application_of(attempt)
        contact = AdjustmentContact(
            name=last.to_name, address=last.to_address, outside=is_outside(application, last.to_address)
        )
        mail_contact(row, application=application, contact=contact, now=now, key=REMINDER)
        return True


def send_fresh_link(row: Adjustment, *, application: Application, to: Correspondent, now: datetime) -> bool:
    """Mail the same person a new link. Returns False, without a mail, within ten minutes of the last one."""
    with transaction.atomic():
        row.attempt = lock(Attempt, row.attempt_id)
        sent = Email.objects.of(row.organisation).filter(subject_ref=subject_ref_of(row), kind=ASKED)
        if was_mailed_lately(sent, now=now):
            return False
        contact = AdjustmentContact(
            name=to.name, address=to.address, outside=is_outside(application, to.address)
        )
        key = f"fresh:{sent.count() + 1}"
        mail_contact(row, application=application, contact=contact, now=now, key=key)
        return True
