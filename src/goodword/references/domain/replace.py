"""The candidate names another referee instead of one who has not answered, declined or could not be reached."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.references.domain import guard
from goodword.references.domain.mails import REQUEST, to_candidate
from goodword.references.domain.nominate import MOST_IN_A_SLOT, Refused, in_slot, save
from goodword.references.domain.requests import end_request, kill_links
from goodword.references.domain.rules import Details
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Referee, ReferenceRequest
from goodword.steps.domain.move import lock
from goodword.steps.states import takes_answers

State, Why = ReferenceRequest.State, ReferenceRequest.Why


def replace(*, check_id: int, slot: int, details: Details, now: datetime) -> Referee:
    """Put another referee into a slot: the old request and its link end, the new mail waits for *Send*.

    Raises Refused with the sentences to show; guard.Closed when the check is over or there is nobody to replace
    (nobody written to in this slot, or they have answered).
    """
    with transaction.atomic():
        check = guard.open_check(check_id, now=now)
        old = in_slot(check, slot)
        if old is None or not hasattr(old, "request") or old.request.state == State.ANSWERED:
            raise guard.Closed
        if not may_name_another(check, slot):
            raise Refused({"": _("You have named three people here already. Please write to the recruiter.")})
        old.replaced_at = now
        old.save(update_fields=["replaced_at"])
        if old.request.is_out:
            end_request(old.request, why=Why.REPLACED, now=now)
            tell("request.replaced", check, by="candidate", at=now, request_id=old.request.pk)
        kill_links(old.request, now=now)
        return save(check, slot=slot, referee=None, details=details, now=now)


def may_name_another(check: Check, slot: int) -> bool:
    """Whether the slot takes one more nomination: three at most."""
    named = Referee.objects.of(check.organisation).filter(check_run=check, slot=slot).count()
    return named < MOST_IN_A_SLOT


def on_request_declined(event: Event) -> None:
    """A referee said no: ask the candidate for another. Why they said no is not told."""
    _ask_for_another(event.data["check_id"], event.data["request_id"], event)


def on_mail_failed(event: Event) -> None:
    """A mail to a referee could not be delivered: ask the candidate to look at the address.

    The request stays: the fault can also lie with the mail server, and a later mail may still arrive.
    """
    if event.data["kind"] != REQUEST:
        return
    email = Email.objects.across_organisations().filter(pk=event.data["email_id"]).first()
    if email is None:  # erased with its person since
        return
    request = ReferenceRequest.objects.of(email.organisation).filter(pk=email.link_subject_id or 0).first()
    if request is not None and request.is_out:
        _ask_for_another(request.check_run_id, request.pk, event, undeliverable=True)


def _ask_for_another(check_id: int, request_id: int, event: Event, *, undeliverable: bool = False) -> None:
    check = lock(Check, check_id)
    if not takes_answers(check, now=event.occurred_at):
        return
    request = ReferenceRequest.objects.of(check.organisation).select_related("referee").get(pk=request_id)
    if request.referee.replaced_at is not None:
        return
    to_candidate(
        check,
        name="another",
        key=f"another:{request_id}",
        referee=request.referee.name,
        address=request.referee.email,
        undeliverable=undeliverable,
        now=event.occurred_at,
    )
