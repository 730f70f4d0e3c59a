"""The candidate names a referee, changes what they stated, or takes a name back, until it is sent."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.references.domain import guard
from goodword.references.domain.addresses import mailbox
from goodword.references.domain.clock import settle_clock
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.places import place_of
from goodword.references.domain.rules import Details, address_problem, problems
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Referee, ReferenceRequest, Slot
from goodword.steps.domain.move import move
from goodword.steps.models import StepRun

MOST_IN_A_SLOT = 3
#: somebody can be named here, or what was stated about them changed
MAY_BE_NAMED = frozenset({"free", "named", "held"})


class Refused(Exception):
    """What cannot be taken: a sentence by field, "" for the whole."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(str(problems))
        self.problems = problems


def nominate(*, check_id: int, slot: int, details: Details, now: datetime) -> Referee:
    """Save what the candidate states about the referee of a slot, new or changed.

    One who is held for an offer can be changed too; *Send* is then to be pressed once more. Raises Refused with the
    sentences to show, and guard.Closed when the check is over, nobody is asked for in this slot, or its referee has
    been written to already (then only `replace` helps).
    """
    with transaction.atomic():
        check = guard.open_check(check_id, now=now)
        place = place_of(check, slot)
        if place is None or place.state not in MAY_BE_NAMED:
            raise guard.Closed
        if place.referee is None and not may_name_another(check, place.slot):
            raise Refused({"": too_many()})
        return save(check, slot=place.slot, referee=place.referee, details=details, now=now)


def save(check: Check, *, slot: Slot, referee: Referee | None, details: Details, now: datetime) -> Referee:
    """Judge and save the details, in the caller's transaction with the check locked. Raises Refused."""
    found = judge(check, slot=slot, details=details, now=now)
    if found:
        raise Refused(found)
    referee = referee or Referee(
        organisation=check.organisation, check_run=check, slot=slot.number, created_at=now
    )
    for name in Details.__dataclass_fields__:
        setattr(referee, name, getattr(details, name))
    referee.held_at = None  # what goes out is what was read
    referee.save()
    if check.progress == StepRun.Progress.PENDING:
        move(check, "begin", at=now, by="candidate")
        tell("check.begun", check, by="candidate", at=now)
    settle_clock(check, now=now)
    return referee


def remove(*, check_id: int, slot: int, now: datetime) -> None:
    """Take a name back that nobody has written to yet; one that is gone already is no error."""
    with transaction.atomic():
        check = guard.open_check(check_id, now=now)
        referee = in_slot(check, slot)
        if referee is not None and not hasattr(referee, "request"):
            referee.delete()
            settle_clock(check, now=now)


def in_slot(check: Check, slot: int) -> Referee | None:
    """The referee who stands in a slot now."""
    return (
        Referee.objects.of(check.organisation)
        .select_related("request")
        .filter(check_run=check, slot=slot, replaced_at=None)
        .first()
    )


def may_name_another(check: Check, slot: Slot) -> bool:
    """Whether the slot takes one more nomination: three, and three more once a member has asked for it still."""
    return slot.number not in full_slots(check, [slot])


def full_slots(check: Check, slots: Sequence[Slot]) -> set[int]:
    """The numbers of those that take no more nominations. One query."""
    rows = Referee.objects.of(check.organisation).filter(check_run=check)
    named = list(rows.values_list("slot", "created_at"))
    return {
        slot.number
        for slot in slots
        if sum(
            number == slot.number and (slot.answered_at is None or at > slot.answered_at)
            for number, at in named
        )
        >= MOST_IN_A_SLOT
    }


def too_many() -> str:
    """What is said when it does not."""
    return _(
        "You've already named three people here. If there is nobody else, go back and choose “I can't "
        "name anyone”."
    )


def judge(check: Check, *, slot: Slot, details: Details, now: datetime) -> dict[str, str]:
    """What cannot be taken of these details, a sentence by field; changes nothing."""
    found = problems(
        details,
        kind=slot.relationship,
        own_addresses=[check.step_request.application.candidate.email],
        other_addresses=_other_addresses(check, slot),
        this_month=f"{now.astimezone(check.organisation.zone):%Y-%m}",
    )
    if said := _declined(check, details.email):
        found["email"] = said
    if "email" not in found and is_barred(organisation=check.organisation, address=details.email):
        found["email"] = _("This person has asked not to be contacted. Please name somebody else.")
    if details.language and details.language not in check.languages:
        found["language"] = _("Choose one of the answers.")
    return found


def judge_address(check: Check, *, slot: Slot, address: str) -> str:
    """What is wrong with an address alone, while the rest is still being filled in; empty if nothing is.

    Only `judge` reveals an opt-out, once the form is complete: an address alone would make it too easy to find out.
    """
    return _declined(check, address) or address_problem(
        address,
        own_addresses=[check.step_request.application.candidate.email],
        other_addresses=_other_addresses(check, slot),
    )


def _other_addresses(check: Check, slot: Slot) -> list[str]:
    """Of the check's other referees. Replaced ones count too: who did not answer is not asked again under another
    slot."""
    others = Referee.objects.of(check.organisation).filter(check_run=check, erased_at=None)
    return list(others.exclude(slot=slot.number, replaced_at=None).values_list("email", flat=True))


def _declined(check: Check, address: str) -> str:
    """The error for the address of a person who declined in this check: they were promised no more mail about it."""
    requests = ReferenceRequest.objects.of(check.organisation).select_related("referee")
    for request in requests.filter(check_run=check, state=ReferenceRequest.State.DECLINED).order_by("-pk"):
        if mailbox(request.referee.email) != mailbox(address):
            continue
        if request.is_wrong_person:
            return _("Our e-mail to this address didn't reach the right person. Please give another address.")
        return _("Someone has already declined from this address. Please name somebody else.")
    return ""
