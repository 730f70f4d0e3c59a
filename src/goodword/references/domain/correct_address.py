"""A member corrects a referee's address: the old link dies, and a fresh mail goes to the new one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.notifications.domain.queue import cancel
from goodword.references.domain.addresses import mailbox
from goodword.references.domain.by_member import (
    Refused,
    actor,
    held_request,
    refuse_unless_open,
)
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.deadlines import referee_deadline
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.mails import REQUEST, language_for, request_ref, to_referee
from goodword.references.domain.requests import kill_links
from goodword.references.domain.tell import tell
from goodword.references.domain.timelines import plan
from goodword.references.models import Check, Referee, ReferenceRequest

State = ReferenceRequest.State


def correct_address(*, request_id: int, address: str, member: Membership, now: datetime) -> ReferenceRequest:
    """Write to the referee at another address, which the caller has judged to be one. Pressed twice it is one mail.

    They get the full time again. Drafts are deleted, with their language and time zone: the holder of the old link may
    be someone else, and nobody may read a stranger's draft. Raises Refused, ReferenceRequest.DoesNotExist.
    """
    with transaction.atomic():
        check, request = held_request(request_id, member=member)
        refuse_unless_open(check)
        referee = request.referee
        if not request.is_out:
            raise Refused(_("This referee is no longer asked."))
        if referee.email.casefold() == address.casefold():
            if request.undelivered_at is not None:
                raise Refused(_("Mail to this address bounced. Enter another one."))
            return request
        _refuse(check, referee, address)
        cancel(organisation=check.organisation, subject_ref=request_ref(request), now=now)
        kill_links(request, now=now)
        referee.email, referee.address_corrected = address, True
        referee.save(update_fields=["email", "address_corrected"])
        _begin_anew(request, check=check, now=now)
        settle_clock(check, now=now)
        tell("request.address_corrected", check, by=actor(member), at=now, request_id=request.pk)
        return request


def _begin_anew(request: ReferenceRequest, *, check: Check, now: datetime) -> None:
    request.state, request.begun_at, request.draft = State.SENT, None, {}
    request.language, request.time_zone = language_for(check, request.referee), ""
    request.chosen_language = ""
    request.undelivered_at, request.sent_at, request.invited_at = None, now, None
    request.sent_again += 1
    request.deadline_at = max(request.deadline_at, referee_deadline(check, now=now))
    check.deadline_at = max(check.deadline_at, request.deadline_at)
    plan(request, check=check, now=now)
    request.save()
    to_referee(request, check=check, kind=REQUEST, key=f"address:{request.sent_again}", now=now)


def _refuse(check: Check, referee: Referee, address: str) -> None:
    box = mailbox(address)
    if box == mailbox(check.step_request.application.candidate.email):
        raise Refused(_("This is the candidate's own address. A referee must be another person."))
    others = Referee.objects.of(check.organisation).filter(check_run=check).exclude(pk=referee.pk)
    if box in {mailbox(other) for other in others.values_list("email", flat=True) if other}:
        raise Refused(_("Another referee of this candidate has this address."))
    if is_barred(organisation=check.organisation, address=address):
        raise Refused(_("This person has asked not to be contacted. Ask the candidate for another referee."))
