"""Reminds the person who answers adjustment requests once, two working days after the first mail was sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from goodword.assessments.domain.adjust import mails
from goodword.assessments.domain.adjust.contact import Contact
from goodword.assessments.models import Adjustment, Attempt
from goodword.assessments.queries import application_of
from goodword.core.sweep import each
from goodword.core.workdays import add_working_days, into_working_hours
from goodword.notifications.models import Email
from goodword.steps.domain.move import lock
from goodword.steps.states import UNFINISHED, is_open

AT_MOST = 200
#: working days without an answer
AFTER = 2


def chase_due(*, now: datetime) -> int:
    """Ask once more wherever it is due. Returns how many mails were queued."""
    return each(unanswered(now=now), lambda pk: chase(adjustment_id=pk, now=now))


def unanswered(*, now: datetime) -> Sequence[int]:
    """The ids of requests that may be due, the oldest `AT_MOST`: open ones of which somebody was asked but once.

    Those that can never be due any more are left out here, or they would be in the way of newer ones. One query.
    """
    mail = Email.objects.across_organisations().filter(organisation=OuterRef("organisation"))
    ref = Concat(Value("adjustment:"), Cast(OuterRef("pk"), CharField()))
    again = Concat(Value("adjustment:"), Cast(OuterRef("pk"), CharField()), Value(f":{mails.AGAIN}"))
    rows = Adjustment.objects.across_organisations().filter(
        # a working day is never shorter than a day, except for the hour lost to summer time
        Exists(
            mail.filter(
                subject_ref=ref,
                kind=mails.ASKED,
                state=Email.State.SENT,
                settled_at__lte=now - timedelta(days=AFTER, hours=-1),
            )
        ),
        ~Exists(mail.filter(key=again)),
        state=Adjustment.State.ASKED,
        attempt__progress__in=UNFINISHED,
        attempt__closed_at=None,
    )
    return list(rows.order_by("asked_at", "pk").values_list("pk", flat=True)[:AT_MOST])


def chase(*, adjustment_id: int, now: datetime) -> bool:
    """Ask the same person once more if it is due; whether a mail was queued. In working hours, and once."""
    with transaction.atomic():
        row = Adjustment.objects.across_organisations().get(pk=adjustment_id)
        attempt = lock(Attempt, row.attempt_id)
        row = Adjustment.objects.of(attempt.organisation).select_for_update().get(pk=row.pk)
        calendar = attempt.organisation.calendar
        if row.state != Adjustment.State.ASKED or not is_open(attempt):
            return False
        sent = Email.objects.of(attempt.organisation).filter(subject_ref=mails.ref_of(row), kind=mails.ASKED)
        last = sent.order_by("pk").last()
        if last is None or last.state != Email.State.SENT or last.settled_at is None:
            return False
        if add_working_days(last.settled_at, AFTER, calendar=calendar) > now:
            return False
        if into_working_hours(now, calendar=calendar) > now:
            return False
        if sent.filter(key=f"{mails.ref_of(row)}:{mails.AGAIN}").exists():
            return False
        row.attempt = attempt
        contact = Contact(name=last.to_name, address=last.to_address)
        mails.to_contact(row, application=application_of(attempt), contact=contact, now=now, key=mails.AGAIN)
        return True
