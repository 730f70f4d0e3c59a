"""The candidate names another referee instead of one who has not answered, declined or could not be reached."""

from datetime import datetime

from django.db import transaction

from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.references.domain import guard
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.mails import REQUEST, to_candidate
from goodword.references.domain.nominate import Refused, may_name_another, save, too_many
from goodword.references.domain.places import place_of
from goodword.references.domain.requests import end_request, kill_links
from goodword.references.domain.rules import Details
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.steps.domain.move import lock
from goodword.steps.states import takes_answers

Why = ReferenceRequest.Why
#: written to, and nobody's answer is lost
MAY_BE_REPLACED = frozenset({"out", "undelivered", "declined"})


def replace(*, check_id: int, slot: int, details: Details, now: datetime) -> Referee:
    """Put another referee into a slot: the old request and its link end, the new mail waits for *Send*.

    Raises Refused with the sentences to show; guard.Closed when the check is over or there is nobody to replace
    (nobody written to in this slot, or they have answered).
    """
    with transaction.atomic():
        check = guard.open_check(check_id, now=now)
        place = place_of(check, slot)
        if place is None or place.referee is None or place.state not in MAY_BE_REPLACED:
            raise guard.Closed
        if not may_name_another(check, place.slot):
            raise Refused({"": too_many()})
        old = place.referee
        old.replaced_at = now
        old.save(update_fields=["replaced_at"])
        if old.request.is_out:
            end_request(old.request, why=Why.REPLACED, now=now)
            tell("request.replaced", check, by="candidate", at=now, request_id=old.request.pk)
        kill_links(old.request, now=now)
        return save(check, slot=place.slot, referee=None, details=details, now=now)


def on_request_declined(event: Event) -> None:
    """After a referee declines, ask the candidate for another, or for the right address if it reached the wrong person.

    Other reasons are not passed on.
    """
    ask_for_another(event.data["check_id"], event.data["request_id"], now=event.occurred_at)


def on_mail_failed(event: Event) -> None:
    """A mail to a referee could not be delivered: ask the candidate to look at the address.

    The request stays: the fault can also lie with the mail server, and a later mail may still arrive.
    """
    if event.data["kind"] != REQUEST:
        return
    email = Email.objects.across_organisations().filter(pk=event.data["email_id"]).first()
    if email is None:  # erased with its person since
        return
    requests = ReferenceRequest.objects.of(email.organisation).select_related("referee")
    request = requests.filter(pk=email.link_subject_id or 0).first()
    if request is None or request.referee.email.lower() != email.to_address.lower():
        return  # erased, or another address is written to by now
    if request.is_out:
        ask_for_another(request.check_run_id, request.pk, now=event.occurred_at, undeliverable=True)


def ask_for_another(check_id: int, request_id: int, *, now: datetime, undeliverable: bool = False) -> None:
    """Ask the candidate, once for each address, to name somebody else or, where mail comes back, to look at it.
    In the caller's transaction; nothing where the check is over or the referee was replaced since."""
    check = lock(Check, check_id)
    if not takes_answers(check, now=now):
        return
    request = ReferenceRequest.objects.of(check.organisation).select_related("referee").get(pk=request_id)
    if request.referee.replaced_at is not None:
        return
    settle_clock(check, now=now, asked_at=now)
    to_candidate(
        check,
        name="another",
        key=f"another:{request_id}:{request.sent_again}",
        referee=request.referee.name,
        address=request.referee.email,
        undeliverable=undeliverable,
        wrong_person=request.is_wrong_person,
        days=0,
        now=now,
    )
