"""Somebody who has not answered a request for an adjustment is asked once more, after two working days."""

from datetime import datetime

from django.db import transaction

from goodword.assessments.domain.adjust import mails
from goodword.assessments.domain.adjust.ask import application_of
from goodword.assessments.domain.adjust.contact import Contact
from goodword.assessments.models import Adjustment, Attempt
from goodword.core.sweep import each
from goodword.core.workdays import add_working_days, into_working_hours
from goodword.notifications.models import Email
from goodword.steps.domain.move import lock
from goodword.steps.states import is_open

AT_MOST = 200
#: working days without an answer
AFTER = 2


def chase_due(*, now: datetime) -> int:
    """Ask once more wherever it is due. Returns how many mails were queued."""
    waiting = Adjustment.objects.across_organisations().filter(state=Adjustment.State.ASKED)
    due = waiting.order_by("asked_at").values_list("pk", flat=True)[:AT_MOST]
    return each(list(due), lambda pk: chase(adjustment_id=pk, now=now))


def chase(*, adjustment_id: int, now: datetime) -> bool:
    """Ask the same person once more if it is due; whether a mail was queued. In working hours, and once."""
    with transaction.atomic():
        row = Adjustment.objects.across_organisations().get(pk=adjustment_id)
        attempt = lock(Attempt, row.attempt_id)
        row = Adjustment.objects.of(attempt.organisation).select_for_update().get(pk=row.pk)
        calendar = attempt.organisation.calendar
        if row.state != Adjustment.State.ASKED or not is_open(attempt):
            return False
        if add_working_days(row.asked_at, AFTER, calendar=calendar) > now:
            return False
        sent = Email.objects.of(attempt.organisation).filter(subject_ref=mails.ref_of(row), kind=mails.ASKED)
        last = sent.order_by("pk").last()
        if last is None or into_working_hours(now, calendar=calendar) > now:
            return False
        if sent.filter(key=f"{mails.ref_of(row)}:{mails.AGAIN}").exists():
            return False
        row.attempt = attempt
        contact = Contact(name=last.to_name, address=last.to_address)
        mails.to_contact(row, application=application_of(attempt), contact=contact, now=now, key=mails.AGAIN)
        return True
