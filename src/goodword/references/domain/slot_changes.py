"""Changes to the slots of an open check: a member adds one, the candidate cannot name anyone, a member answers."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.workdays import end_of_working_day
from goodword.references.domain import locking
from goodword.references.domain.completion import complete_if_all_received
from goodword.references.domain.deadlines import candidate_is_asked, update_clock
from goodword.references.domain.locking import Refused, record_event
from goodword.references.domain.mails import mail_candidate, mail_recruiter_cannot_provide
from goodword.references.domain.requests import end_request, revoke_links
from goodword.references.domain.slots import SlotStatus, slot_status
from goodword.references.models import Check, ReferenceRequest, Slot
from goodword.roles.slots import ANY, KINDS, MOST_REFEREES
from goodword.workflow.domain.deadlines import days_left, extend_by_hold

#: in these the candidate can say that they cannot provide somebody
MAY_BE_QUESTIONED = frozenset({"free", "declined", "undelivered"})
Answer = Slot.Answer


def slots_of(check: Check) -> list[Slot]:
    """All slots of a check in order, waived ones too."""
    return list(Slot.objects.of(check.organisation).filter(check_run=check).order_by("number"))


def add_slot(
    *, check_id: int, relationship: str, hint: str, needed: bool, member: Membership, now: datetime
) -> Slot:
    """Ask for one more referee in an open check: the candidate gets a mail, and the check does not complete with
    fewer than one more than before.

    Raises Closed when the check is over, Refused when ten are asked for already, Check.DoesNotExist for one of
    another organisation.
    """
    if relationship not in KINDS:
        raise ValueError(f"{relationship} is no kind of referee")
    with transaction.atomic():
        check = locking.lock_open_check(_check_id_of(check_id, member), now=now)
        if check.wanted >= MOST_REFEREES:
            raise Refused(_("Ten referees are asked for already. More than that is not possible."))
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
        update_clock(check, now=now, asked_at=now)
        days = check.step_request.step.deadline_days
        mail_candidate(check, name="one_more", key=f"slot:{slot.number}:added", now=now, slot=slot, days=days)
        record_event("check.slot_added", check, by=f"member:{member.pk}", at=now, slot=slot.number)
        return slot


def cannot_provide(*, check_id: int, slot: int, reason: str, now: datetime) -> Slot:
    """The candidate cannot provide the referee of a slot: the recruiter gets a mail, once, and the clock
    stops unless referees are asked at the moment.

    Said twice, the first counts. Raises Closed when the check is over, or there is somebody in the slot who
    is asked or has answered.
    """
    with transaction.atomic():
        check = locking.lock_open_check(check_id, now=now)
        place = slot_status(check, slot)
        if place is None:
            raise locking.Closed
        row = place.slot
        if place.state == "questioned":
            return row
        if place.state not in MAY_BE_QUESTIONED:
            raise locking.Closed
        row.cannot_at, row.cannot_reason = now, reason
        row.answer, row.answer_note, row.answered_at, row.answered_by = Answer.NOTHING, "", None, None
        row.save()
        update_clock(check, now=now)
        mail_recruiter_cannot_provide(check, slot=row, now=now)
        record_event("check.cannot_provide", check, by="candidate", at=now, slot=row.number)
        return row


def answer_cannot(
    *, check_id: int, slot: int, answer: str, note: str, member: Membership, now: datetime
) -> Slot:
    """Answer *I can't name anyone*: WAIVED, ANY or STILL_ASKED (a Slot.Answer), with a word for the candidate.

    The candidate gets a mail unless nothing is left for them to do, the clock goes on, and the check completes if
    that was all it waited for. Answered twice, the first counts. Raises Closed when the check is over, Refused
    for waiving the last referee that is asked for, Check.DoesNotExist for a check of another organisation.
    """
    answer = Answer(answer)
    if answer == Answer.NOTHING:
        raise ValueError("an answer is wanted")
    with transaction.atomic():
        check = locking.lock_open_check(_check_id_of(check_id, member), now=now)
        place = slot_status(check, slot)
        if place is None:
            raise locking.Closed
        row = place.slot
        if place.state != "questioned":
            return row
        if answer == Answer.WAIVED and check.wanted <= 1:
            raise Refused(_("This is the only referee needed. To do without, cancel the reference check."))
        row.answer, row.answer_note, row.answered_at, row.answered_by = answer, note, now, member
        if answer == Answer.ANY and row.relationship != ANY:
            row.relationship, row.needed = ANY, False  # the mark was on the kind
        row.save()
        if answer == Answer.WAIVED:
            _waive(check, place, now=now)
        if check.clock_stopped_at is None and row.cannot_at is not None:
            # referees are asked meanwhile, so it ran on; for the candidate the time of waiting does not count
            check.deadline_at = extend_by_hold(
                check.deadline_at, stopped_at=row.cannot_at, now=now, calendar=check.organisation.calendar
            )
        update_clock(check, now=now, asked_at=None if answer == Answer.WAIVED else now)
        if answer != Answer.WAIVED or candidate_is_asked(check):
            key = f"slot:{row.number}:answered:{now:%Y%m%d%H%M%S}"
            days = days_left(check.deadline_at, now=now, calendar=check.organisation.calendar)
            mail_candidate(check, name="cannot_answered", key=key, now=now, slot=row, days=days)
        record_event(
            "check.cannot_answered", check, by=f"member:{member.pk}", at=now, slot=row.number, answer=answer
        )
        complete_if_all_received(check_id=check.pk, now=now)
        return row


def _check_id_of(check_id: int, member: Membership) -> int:
    return Check.objects.of(member.organisation).values_list("pk", flat=True).get(pk=check_id)


def _waive(check: Check, place: SlotStatus, *, now: datetime) -> None:
    check.wanted -= 1
    check.least = min(check.least, check.wanted)
    request = getattr(place.referee, "request", None)
    if request is not None and request.is_out:  # mail to them comes back, and nobody is asked here any more
        end_request(request, why=ReferenceRequest.Why.REPLACED, now=now)
        revoke_links(request, now=now)


def _extend_deadline(check: Check, *, now: datetime) -> None:
    days = check.step_request.step.deadline_days
    enough = end_of_working_day(now, days, calendar=check.organisation.calendar)
    check.deadline_at = max(check.deadline_at, enough)
