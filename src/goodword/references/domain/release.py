"""Referees who are not to be asked before there is an offer: held at *Send*, written to when somebody lets them go."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.notifications.domain.queue import cancel
from goodword.notifications.models import Email
from goodword.references.domain import guard
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.mails import REQUEST, request_ref, to_candidate
from goodword.references.domain.send import write_to
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import ended, hold
from goodword.steps.states import UNFINISHED

BY_HIRE = "greenhouse"


def release(*, referee_id: int, member: Membership, now: datetime) -> ReferenceRequest | None:
    """A member lets the mail to a held referee go. A second click changes nothing.

    None if there is nothing to let go, or they have asked meanwhile not to be written to: the candidate is then
    asked for somebody else. Raises Referee.DoesNotExist for one of another organisation, guard.Closed when the
    check is over.
    """
    with transaction.atomic():
        referee = Referee.objects.of(member.organisation).get(pk=referee_id)
        check = guard.open_check(referee.check_run_id, now=now)
        return _let_go(check, referee.pk, by=f"member:{member.pk}", now=now)


def on_hired(event: Event) -> None:
    """There is an offer, and more than that: all who waited for it are asked, unless the hire closes the check or
    was taken back meanwhile."""
    assert event.application_id is not None
    application = hold(event.application_id)
    if application.status != Application.Status.HIRED:
        return
    for check in _checks_of(application):
        if ended(application, check.step_request.step):
            continue
        try:
            guard.refuse_if_check_over(check, now=event.occurred_at)
        except guard.Closed:
            continue
        for referee in _held(check):
            _let_go(check, referee.pk, by=BY_HIRE, now=event.occurred_at)


def on_unhired(event: Event) -> None:
    """The hire was taken back: a mail that it let go and that has not gone out yet waits again."""
    assert event.application_id is not None
    application = hold(event.application_id)
    if application.status == Application.Status.HIRED:
        return
    for check in _checks_of(application):
        requests = ReferenceRequest.objects.of(check.organisation).filter(
            check_run=check, referee__released_by=BY_HIRE, state=ReferenceRequest.State.SENT
        )
        for request in requests.select_related("referee"):
            _hold_again(request, now=event.occurred_at)
        settle_clock(check, now=event.occurred_at)


def _checks_of(application: Application) -> list[Check]:
    rows = Check.objects.of(application.organisation).filter(
        step_request__application=application, progress__in=UNFINISHED
    )
    return [lock(Check, pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]


def _held(check: Check) -> list[Referee]:
    rows = Referee.objects.of(check.organisation).filter(
        check_run=check, replaced_at=None, released_at=None, request=None
    )
    return list(rows.exclude(held_at=None).order_by("slot"))


def _let_go(check: Check, referee_id: int, *, by: str, now: datetime) -> ReferenceRequest | None:
    referee = next((one for one in _held(check) if one.pk == referee_id), None)
    if referee is None:
        return None
    if is_barred(organisation=check.organisation, address=referee.email):
        referee.held_at = None
        referee.save(update_fields=["held_at"])
        settle_clock(check, now=now, asked_at=now)
        to_candidate(
            check,
            name="another",
            key=f"barred:{referee.pk}",
            referee=referee.name,
            undeliverable=False,
            days=0,
            now=now,
        )
        return None
    referee.released_at, referee.released_by = now, by
    referee.save(update_fields=["released_at", "released_by"])
    request = write_to(check, referee, now=now)
    settle_clock(check, now=now)
    tell("request.released", check, by=by, at=now, request_id=request.pk)
    return request


def _hold_again(request: ReferenceRequest, *, now: datetime) -> None:
    """Only where no mail of it has gone out, or is going out at this moment."""
    mails = Email.objects.of(request.organisation).select_for_update(of=("self",))
    about_it = list(mails.filter(subject_ref=request_ref(request), kind=REQUEST))
    if not about_it or any(mail.state != Email.State.QUEUED for mail in about_it):
        return
    cancel(organisation=request.organisation, subject_ref=request_ref(request), now=now)
    referee = request.referee
    request.delete()
    referee.released_at, referee.released_by = None, ""
    referee.save(update_fields=["released_at", "released_by"])
