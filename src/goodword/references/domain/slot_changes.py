from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.workdays import days_left, end_of_working_day
from goodword.references.domain import checks
from goodword.references.domain.checks import (
    SlotStatus,
    candidate_is_asked,
    give_back_wait,
    slot_status,
    update_check,
    waits_since,
)
from goodword.references.domain.completion import complete_if_all_received
from goodword.references.domain.mails import mail_candidate, mail_recruiter_cannot_provide
from goodword.references.domain.requests import end_request, revoke_links
from goodword.references.models import Check, ReferenceRequest, Slot
from goodword.roles.slots import ANY, KINDS, MOST_REFEREES
from goodword.workflow.domain.runs import Refused
from goodword.workflow.models import record_event

MAY_BE_QUESTIONED = frozenset({"free", "declined", "undelivered"})
Answer = Slot.Answer


def slots_of(check: Check) -> list[Slot]:
    return list(Slot.objects.of(check.organisation).filter(check_run=check).order_by("number"))


def add_slot(
    *, check_id: int, relationship: str, hint: str, needed: bool, member: Membership, now: datetime
) -> Slot:
    """Ask for one more referee; the check then needs one more reference. Raises Closed, Refused."""
    if relationship not in KINDS:
        raise ValueError(f"{relationship} is not a kind of referee")
    with transaction.atomic():
        check = checks.lock_open_check(_check_id_of(check_id, member), now=now)
        if check.wanted >= MOST_REFEREES:
            raise Refused(_("You can ask for at most ten referees."))
        last = Slot.objects.of(check.organisation).filter(check_run=check).order_by("-number").first()
        slot = Slot.objects.create(
            organisation=check.organisation,
            check_run=check,
            number=(last.number if last else 0) + 1,
            relationship=relationship,
            needed=needed,
            hint=hint,
            added_by=member,
        )
        check.wanted, check.least = check.wanted + 1, check.least + 1
        _extend_deadline(check, now=now)
        update_check(check, now=now, asked_at=now)
        days = check.step_request.step.deadline_days
        mail_candidate(check, name="one_more", key=f"slot:{slot.number}:added", now=now, slot=slot, days=days)
        record_event("check.slot_added", check, by=f"member:{member.pk}", at=now, slot=slot.number)
        return slot


def cannot_provide(*, check_id: int, slot: int, reason: str, now: datetime) -> Slot:
    """Record *I can't name anyone*. Only the first call counts. Stops the clock unless requests are open. Raises
    Closed."""
    with transaction.atomic():
        check = checks.lock_open_check(check_id, now=now)
        status = slot_status(check, slot)
        if status is None:
            raise checks.CheckClosed
        row = status.slot
        if status.state == "questioned":
            return row
        if status.state not in MAY_BE_QUESTIONED:
            raise checks.CheckClosed
        row.cannot_at, row.cannot_reason = now, reason
        row.answer, row.answer_note, row.answered_at, row.answered_by = Answer.NOTHING, "", None, None
        row.save()
        update_check(check, now=now)
        mail_recruiter_cannot_provide(check, slot=row, now=now)
        record_event("check.cannot_provide", check, by="candidate", at=now, slot=row.number)
        return row


def answer_cannot(
    *, check_id: int, slot: int, answer: str, note: str, member: Membership, now: datetime
) -> Slot:
    """Answer *I can't name anyone*. Only the first answer counts; the same member may send it again. Raises Closed,
    Refused."""
    answer = Answer(answer)
    if answer == Answer.NOTHING:
        raise ValueError("an answer is required")
    with transaction.atomic():
        check = checks.lock_open_check(_check_id_of(check_id, member), now=now)
        status = slot_status(check, slot)
        if status is None:
            raise checks.CheckClosed
        row = status.slot
        if status.state != "questioned":
            if (row.answer, row.answer_note, row.answered_by_id) == (answer, note, member.pk):
                return row
            raise Refused(_too_late(row))
        if answer == Answer.WAIVED and check.wanted <= 1:
            raise Refused(
                _("This is the only referee needed. If you don't need it, cancel the reference check.")
            )
        since = waits_since(check)
        row.answer, row.answer_note, row.answered_at, row.answered_by = answer, note, now, member
        if answer == Answer.ANY and row.relationship != ANY:
            row.relationship, row.needed = ANY, False
        row.save()
        if answer == Answer.WAIVED:
            _waive(check, status, now=now)
        if check.clock_stopped_at is None and since is not None:
            give_back_wait(check, since=since, now=now)  # the clock ran because requests were open
        update_check(check, now=now, asked_at=None if answer == Answer.WAIVED else now)
        if answer != Answer.WAIVED or candidate_is_asked(check):
            key = f"slot:{row.number}:answered:{now:%Y%m%d%H%M%S}"
            days = days_left(check.deadline_at, now=now, calendar=check.organisation.calendar)
            mail_candidate(check, name="cannot_provide_answered", key=key, now=now, slot=row, days=days)
        record_event(
            "check.cannot_provide_answered",
            check,
            by=f"member:{member.pk}",
            at=now,
            slot=row.number,
            answer=answer,
        )
        complete_if_all_received(check_id=check.pk, now=now)
        return row


def _too_late(row: Slot) -> str:
    if row.answered_at is None:
        return _("The candidate is no longer waiting for an answer.")
    name = row.answered_by.user.name if row.answered_by else _("A former member")
    return _("%(name)s has already answered. Your answer was not sent.") % {"name": name}


def _check_id_of(check_id: int, member: Membership) -> int:
    return Check.objects.of(member.organisation).values_list("pk", flat=True).get(pk=check_id)


def _waive(check: Check, status: SlotStatus, *, now: datetime) -> None:
    check.wanted -= 1
    check.least = min(check.least, check.wanted)
    request = getattr(status.referee, "request", None)
    if request is not None and request.is_out:  # their mail bounced
        end_request(request, why=ReferenceRequest.Why.REPLACED, now=now)
        revoke_links(request, now=now)


def _extend_deadline(check: Check, *, now: datetime) -> None:
    days = check.step_request.step.deadline_days
    enough = end_of_working_day(now, days, calendar=check.organisation.calendar)
    check.deadline_at = max(check.deadline_at, enough)
