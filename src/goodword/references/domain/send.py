"""The candidate presses Send, on a page that shows the very mails: each referee is written to."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.notifications.domain.render import render
from goodword.notifications.models import Email
from goodword.references.domain import guard
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.deadlines import referee_deadline
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.mails import REQUEST, language_for, to_referee, unsent_request
from goodword.references.domain.tell import tell
from goodword.references.domain.timelines import plan
from goodword.references.models import Check, Referee, ReferenceRequest


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
    """The named referees for whom *Send* was not pressed yet, slot by slot."""
    return list(
        Referee.objects.of(check.organisation)
        .filter(check_run=check, replaced_at=None, request=None, held_at=None)
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
    said = [
        f"{mail.email.to_name}\0{mail.email.to_address}\0{mail.referee.after_offer}\0{mail.subject}\0{mail.text}"
        for mail in shown
    ]
    return hashlib.sha256("\0\0".join(said).encode()).hexdigest()


def send_requests(*, check_id: int, seen: str, link: str, now: datetime) -> list[ReferenceRequest]:
    """Write to every named referee who was not written to yet; those not to be asked before an offer are held.

    Nobody has to wait until all are named: who is missing can be named and sent later. A second press finds nobody
    left and does nothing. `seen` is the fingerprint of the mails as the page showed them, `link` what stood for the
    secret address there. Raises guard.Closed, NotAsShown or Barred.
    """
    with transaction.atomic():
        check = guard.open_check(check_id, now=now)
        referees = unsent(check)
        if not referees:
            return []
        for referee in referees:
            if is_barred(organisation=check.organisation, address=referee.email):
                raise Barred(referee)
        if fingerprint(show(check, now=now, link=link)) != seen:
            raise NotAsShown
        held = [referee for referee in referees if referee.after_offer]
        for referee in held:
            referee.held_at = now
            referee.save(update_fields=["held_at"])
        requests = [write_to(check, referee, now=now) for referee in referees if not referee.after_offer]
        settle_clock(check, now=now)
        tell("check.requests_sent", check, by="candidate", at=now, requests=len(requests), held=len(held))
        return requests


def write_to(check: Check, referee: Referee, *, now: datetime) -> ReferenceRequest:
    """Create a referee's request and queue its mail. The caller settles the locked check's clock, which then includes
    the referee's deadline."""
    request = ReferenceRequest(
        organisation=check.organisation,
        check_run=check,
        referee=referee,
        sent_at=now,
        deadline_at=referee_deadline(check, now=now),
        language=language_for(check, referee),
        reminders_promised=len(check.step_request.step.referee_reminder_days),
    )
    plan(request, check=check, now=now)
    request.save()
    to_referee(request, check=check, kind=REQUEST, key="invitation", now=now)
    return request
