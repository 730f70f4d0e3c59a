"""The candidate presses Send, on a page that shows the very mails: each referee is written to."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.notifications.domain.render import render
from goodword.notifications.models import Email
from goodword.references.domain import guard
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.mails import REQUEST, deadline_when_sent, to_referee, unsent_request
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.steps.domain.reminders import next_reminder


class TooFew(Exception):
    """Not all referees that the role asks for are named."""


class NotAsShown(Exception):
    """What would be sent is not what the page showed: it was changed elsewhere meanwhile."""


class Barred(Exception):
    """A referee has asked meanwhile not to be written to."""

    def __init__(self, referee: Referee) -> None:
        super().__init__(referee.pk)
        self.referee = referee


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A mail that waits for Send, in words."""

    referee: Referee
    email: Email
    subject: str
    text: str


def unsent(check: Check) -> list[Referee]:
    """The named referees whom nobody has written to yet, slot by slot."""
    return list(
        Referee.objects.of(check.organisation)
        .filter(check_run=check, replaced_at=None, request=None)
        .order_by("slot")
    )


def show(check: Check, *, now: datetime, link: str) -> list[Shown]:
    """The mails that Send would queue now, in words; `link` stands where the secret address will be."""
    shown = []
    for referee in unsent(check):
        email = unsent_request(check, referee, now=now)
        words = render(email, link=link)
        shown.append(Shown(referee=referee, email=email, subject=words.subject, text=words.text))
    return shown


def fingerprint(shown: list[Shown]) -> str:
    """Changes with any word or address of the mails."""
    said = [f"{mail.email.to_name}\0{mail.email.to_address}\0{mail.subject}\0{mail.text}" for mail in shown]
    return hashlib.sha256("\0\0".join(said).encode()).hexdigest()


def send_requests(*, check_id: int, seen: str, link: str, now: datetime) -> list[ReferenceRequest]:
    """Write to every named referee who was not written to yet. A second press finds nobody left and does nothing.

    `seen` is the fingerprint of the mails as the page showed them, `link` what stood for the secret address there.
    Raises guard.Closed, TooFew, NotAsShown or Barred.
    """
    with transaction.atomic():
        check = guard.open_check(check_id, now=now)
        referees = unsent(check)
        if not referees:
            return []
        named = Referee.objects.of(check.organisation).filter(check_run=check, replaced_at=None).count()
        if named < check.wanted:
            raise TooFew
        for referee in referees:
            if is_barred(organisation=check.organisation, address=referee.email):
                raise Barred(referee)
        if fingerprint(show(check, now=now, link=link)) != seen:
            raise NotAsShown
        check.deadline_at = deadline_when_sent(check, now=now)
        check.next_reminder_at = None
        check.save(update_fields=["deadline_at", "next_reminder_at"])
        requests = [_request(check, referee, now=now) for referee in referees]
        tell("check.requests_sent", check, by="candidate", at=now, requests=len(requests))
        return requests


def _request(check: Check, referee: Referee, *, now: datetime) -> ReferenceRequest:
    days = check.start.step.reminder_days
    request = ReferenceRequest.objects.create(
        organisation=check.organisation,
        check_run=check,
        referee=referee,
        sent_at=now,
        deadline_at=check.deadline_at,
        language=check.language,
        reminders_promised=len(days),
        next_reminder_at=next_reminder(
            opened_at=now, days=days, sent=0, calendar=check.organisation.calendar, now=now
        ),
    )
    to_referee(request, check=check, kind=REQUEST, key="invitation", now=now)
    return request
