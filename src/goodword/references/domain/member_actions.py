from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.addresses import is_same
from goodword.notifications.domain.queue import cancel, restore_invitation
from goodword.references.domain.checks import (
    candidate_is_asked,
    day_in_words,
    end_wait,
    give_back_wait,
    lock_request_for_member,
    referee_deadline,
    refuse_unless_open,
    update_check,
    waits_since,
)
from goodword.references.domain.mails import (
    REQUEST,
    REQUEST_EXTENDED,
    mail_candidate,
    mail_referee,
    request_language,
)
from goodword.references.domain.reminder_times import plan_reminders, plan_request_reminders
from goodword.references.domain.reminders import is_stopped
from goodword.references.domain.requests import (
    cancel_queued_reminders,
    end_requests,
    has_opted_out,
    mailbox,
    revoke_links,
    wants_no_mail,
)
from goodword.references.models import Check, Referee, ReferenceRequest, open_requests
from goodword.roles.models import Step
from goodword.workflow.domain.runs import (
    CANCELLED,
    MAIL_FAILURES,
    Refused,
    actor,
    later_deadline,
    lock_for_member,
)
from goodword.workflow.models import UNFINISHED, awaits_click, move, record_event

State = ReferenceRequest.State


def pause_check(*, check_id: int, member: Membership, now: datetime) -> Check:
    """Idempotent. Raises Refused."""
    with transaction.atomic():
        check = lock_for_member(Check, check_id, member=member)
        refuse_unless_open(check)
        if check.paused_at is not None:
            return check
        move(check, "pause", at=now, by=actor(member))
        cancel(organisation=check.organisation, subject_ref=check.step_request.mail_ref, now=now)
        cancel_queued_reminders(check, now=now)
        update_check(check, now=now)
        record_event("step.paused", check, by=actor(member), at=now, kind=Step.Kind.REFERENCE_CHECK.value)
        return check


def resume_check(*, check_id: int, member: Membership, now: datetime) -> Check:
    """Resume with the remaining reminders and the same deadline. Idempotent. Raises Refused."""
    with transaction.atomic():
        check = lock_for_member(Check, check_id, member=member)
        refuse_unless_open(check)
        if check.paused_at is None:
            return check
        if awaits_click(check):
            raise Refused(_("Press Invite again to resume it and notify the people it waits for."))
        move(check, "resume", at=now, by=actor(member))
        restore_invitation(organisation=check.organisation, subject_ref=check.step_request.mail_ref, now=now)
        plan_reminders(check, now=now)
        update_check(check, now=now)
        record_event("step.resumed", check, by=actor(member), at=now, kind=Step.Kind.REFERENCE_CHECK.value)
        return check


def cancel_check(*, check_id: int, member: Membership, now: datetime) -> Check:
    """Close the check, keeping answers. *Invite again* reopens it. Idempotent. Raises Refused."""
    with transaction.atomic():
        check = lock_for_member(Check, check_id, member=member)
        if check.progress not in UNFINISHED:
            raise Refused(_("This reference check has already ended."))
        if check.closed_at is not None:
            return check
        move(check, "close", at=now, by=actor(member), reason=CANCELLED)
        check.attention = ""
        end_requests(check, why=ReferenceRequest.Why.CHECK_CLOSED, now=now)
        cancel(organisation=check.organisation, subject_ref=check.step_request.mail_ref, now=now)
        update_check(check, now=now)
        kind = Step.Kind.REFERENCE_CHECK.value
        record_event("step.closed", check, by=actor(member), at=now, kind=kind, reason=CANCELLED)
        return check


def extend_check(
    *, check_id: int, days: int, member: Membership, now: datetime, referees: bool = False
) -> Check:
    """Extend the deadline. `referees`: also of open requests. Raises Refused unless it is later, ValueError for bad
    `days`."""
    with transaction.atomic():
        check = lock_for_member(Check, check_id, member=member)
        refuse_unless_open(check)
        until = _until(check, days, before=check.deadline_at, now=now)
        earlier = (
            [open_request for open_request in open_requests(check) if open_request.deadline_at < until]
            if referees
            else []
        )
        if until == check.deadline_at and not earlier:
            return check
        for request in earlier:
            _extend(request, until, check=check, now=now)
        later = until > check.deadline_at
        # or the wait so far would be added to the new deadline
        if later and (since := waits_since(check)) is not None:
            give_back_wait(check, since=since, now=now)
        check.deadline_at, check.next_reminder_at = max(check.deadline_at, until), None
        update_check(check, now=now)
        record_event(
            "check.extended",
            check,
            by=actor(member),
            at=now,
            until=check.deadline_at.isoformat(),
            requests=len(earlier),
        )
        if later:
            _mail_candidate_new_deadline(check, now=now)
        return check


def extend_request(*, request_id: int, days: int, member: Membership, now: datetime) -> ReferenceRequest:
    with transaction.atomic():
        check, request = lock_request_for_member(request_id, member=member)
        refuse_unless_open(check)
        if not request.is_out:
            raise Refused(_("This request is no longer open."))
        until = _until(check, days, before=request.deadline_at, now=now)
        if until == request.deadline_at:
            return request
        _extend(request, until, check=check, now=now)
        check.deadline_at = max(check.deadline_at, until)
        update_check(check, now=now)
        record_event(
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
    plan_request_reminders(request, check=check, now=now)
    request.save()
    if sends_no_mail(check) or request.invited_at is None or request.undelivered_at is not None:
        return
    if wants_no_mail(request, check=check):
        return
    key = f"extended:{until:%Y%m%d%H%M}"
    mail_referee(request, check=check, kind=REQUEST_EXTENDED, key=key, now=now)


def _mail_candidate_new_deadline(check: Check, *, now: datetime) -> None:
    """Mail the candidate the new deadline, if the check is waiting for the candidate."""
    if sends_no_mail(check) or check.invited_at is None or check.attention in MAIL_FAILURES:
        return
    if not candidate_is_asked(check):
        return
    key = f"extended:{check.deadline_at:%Y%m%d%H%M}"
    mail_candidate(check, name="extended", key=key, not_after=check.deadline_at, now=now)


def sends_no_mail(check: Check) -> bool:
    """Whether no mail is sent now. New deadlines are mailed once the check continues."""
    return is_stopped(check) or awaits_click(check)


def _until(check: Check, days: int, *, before: datetime, now: datetime) -> datetime:
    # in the language of the member's page, which may differ from that of the mails
    day = day_in_words(before, organisation=check.organisation, language=get_language() or "en")
    return later_deadline(check.organisation, days, before=before, day=day, now=now)


def correct_address(*, request_id: int, address: str, member: Membership, now: datetime) -> ReferenceRequest:
    """Send the request to another address. The deadline restarts, and the draft is deleted, since somebody else may
    have the old link. Idempotent. Raises Refused."""
    with transaction.atomic():
        check, request = lock_request_for_member(request_id, member=member)
        refuse_unless_open(check)
        referee = request.referee
        if not request.is_out:
            raise Refused(_("This request is no longer open."))
        if is_same(referee.email, address):
            if request.undelivered_at is not None:
                raise Refused(_("Mail to this address bounced. Enter another one."))
            return request
        _refuse_address(check, referee, address)
        cancel(organisation=check.organisation, subject_ref=request.mail_ref, now=now)
        revoke_links(request, now=now)
        referee.email, referee.address_corrected = address, True
        referee.save(update_fields=["email", "address_corrected"])
        _restart_request(request, check=check, now=now)
        update_check(check, now=now)
        record_event("request.address_corrected", check, by=actor(member), at=now, request_id=request.pk)
        return request


def _restart_request(request: ReferenceRequest, *, check: Check, now: datetime) -> None:
    end_wait(check, request, now=now)
    request.state, request.begun_at, request.draft = State.SENT, None, {}
    request.language, request.time_zone = request_language(check, request.referee), ""
    request.chosen_language = ""
    request.undelivered_at, request.sent_at, request.invited_at = None, now, None
    request.sent_again += 1
    request.deadline_at = max(request.deadline_at, referee_deadline(check, now=now))
    check.deadline_at = max(check.deadline_at, request.deadline_at)
    plan_request_reminders(request, check=check, now=now)
    request.save()
    mail_referee(request, check=check, kind=REQUEST, key=f"address:{request.sent_again}", now=now)


def _refuse_address(check: Check, referee: Referee, address: str) -> None:
    box = mailbox(address)
    if box == mailbox(check.step_request.application.candidate.email):
        raise Refused(_("This is the candidate's own address."))
    others = Referee.objects.of(check.organisation).filter(check_run=check).exclude(pk=referee.pk)
    if box in {mailbox(other) for other in others.values_list("email", flat=True) if other}:
        raise Refused(_("Another referee of this candidate has this address."))
    if has_opted_out(organisation=check.organisation, address=address):
        raise Refused(_("This person has asked not to be contacted. Ask the candidate for another referee."))
