"""A member gives more time: the candidate, or a referee who has not answered."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.workdays import end_of_working_day
from goodword.references.domain.about import day_in_words
from goodword.references.domain.by_member import (
    Refused,
    actor,
    held_check,
    held_request,
    refuse_unless_open,
)
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.requests import out
from goodword.references.domain.tell import tell
from goodword.references.domain.timelines import plan
from goodword.references.models import Check, ReferenceRequest
from goodword.roles.domain.settings import LONGEST_DEADLINE


def extend(*, check_id: int, days: int, member: Membership, now: datetime, referees: bool = False) -> Check:
    """Let the check's deadline be `days` working days from now. Nobody is written to; pressed twice it is the same.

    With `referees` those who have not answered have as long too, else each keeps their own time. Raises Refused where
    that would be no later than now, ValueError for a number of days that no form lets through, Check.DoesNotExist for
    one of another organisation.
    """
    with transaction.atomic():
        check = held_check(check_id, member=member)
        refuse_unless_open(check)
        until = _until(check, days, before=check.deadline_at, now=now)
        earlier = [one for one in out(check) if one.deadline_at < until] if referees else []
        if until == check.deadline_at and not earlier:
            return check
        for request in earlier:
            _extend(request, until, check=check, now=now)
        check.deadline_at, check.next_reminder_at = until, None
        settle_clock(check, now=now)
        tell(
            "check.extended",
            check,
            by=actor(member),
            at=now,
            until=until.isoformat(),
            requests=len(earlier),
        )
        return check


def extend_request(*, request_id: int, days: int, member: Membership, now: datetime) -> ReferenceRequest:
    """The same for one referee who has not answered; the check then waits at least as long.

    Raises as `extend`, ReferenceRequest.DoesNotExist.
    """
    with transaction.atomic():
        check, request = held_request(request_id, member=member)
        refuse_unless_open(check)
        if not request.is_out:
            raise Refused(_("This referee is no longer asked."))
        until = _until(check, days, before=request.deadline_at, now=now)
        if until == request.deadline_at:
            return request
        _extend(request, until, check=check, now=now)
        check.deadline_at = max(check.deadline_at, until)
        settle_clock(check, now=now)
        tell(
            "request.extended",
            check,
            by=actor(member),
            at=now,
            request_id=request.pk,
            until=until.isoformat(),
        )
        return request


def _extend(request: ReferenceRequest, until: datetime, *, check: Check, now: datetime) -> None:
    request.deadline_at = until
    plan(request, check=check, now=now)
    request.save()


def _until(check: Check, days: int, *, before: datetime, now: datetime) -> datetime:
    if not 1 <= days <= LONGEST_DEADLINE:
        raise ValueError(f"{days} working days")
    organisation = check.organisation
    until = end_of_working_day(now, days, calendar=organisation.calendar)
    if until < before - timedelta(minutes=1):
        # the sentence is for the member's page, which need not speak the language of the mails
        day = day_in_words(before, organisation=organisation, language=get_language() or "en")
        raise Refused(_("They have until %(day)s already. Choose more days.") % {"day": day})
    return until
