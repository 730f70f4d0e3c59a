from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from goodword.accounts.models import Membership, Organisation
from goodword.core.workdays import end_of_working_day
from goodword.notifications.models import Email
from goodword.roles.domain.settings import LONGEST_DEADLINE

#: close reason
CANCELLED: Final = "cancelled"
#: minimum time between a mail and a member's reminder
REMINDER_INTERVAL: Final = timedelta(minutes=10)


class Refused(Exception):
    """The message is for the member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    left: int
    out_of_hours: bool


def actor(member: Membership) -> str:
    return f"member:{member.pk}"


def refuse_if_over(deadline: datetime, *, now: datetime) -> None:
    if deadline < now:
        raise Refused(_("The deadline has passed. Extend it first."))


def refuse_if_used_up(left: int) -> None:
    if left <= 0:
        raise Refused(_("All promised reminders have been sent. Use Invite again instead."))


def refuse_if_written_to(organisation: Organisation, subject_ref: str, *, now: datetime) -> None:
    mails = Email.objects.of(organisation).filter(subject_ref=subject_ref)
    waiting = mails.filter(state__in=(Email.State.QUEUED, Email.State.SENDING))
    recent = mails.filter(created_at__gt=now - REMINDER_INTERVAL)
    if waiting.exists() or recent.exclude(state__in=(Email.State.CANCELLED, Email.State.FAILED)).exists():
        raise Refused(_("They have just been e-mailed. Wait ten minutes."))


def later_deadline(
    organisation: Organisation, days: int, *, before: datetime, day: str, now: datetime
) -> datetime:
    """The end of the working day in `days`. Raises Refused, naming the present `day`, if it is earlier than `before`,
    and ValueError for an impossible number of days."""
    if not 1 <= days <= LONGEST_DEADLINE:
        raise ValueError(f"{days} working days")
    until = end_of_working_day(now, days, calendar=organisation.calendar)
    if until < before - timedelta(minutes=1):
        raise Refused(_("The deadline is already %(day)s. Choose a later one.") % {"day": day})
    return until
