"""The candidate names referees, changes, removes or replaces them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.core.models import Event
from goodword.core.quoted import has_link, has_written_link
from goodword.notifications.models import Email
from goodword.references.domain import locking
from goodword.references.domain.deadlines import update_clock
from goodword.references.domain.declines import is_barred, mailbox
from goodword.references.domain.locking import record_event
from goodword.references.domain.mails import REQUEST, mail_candidate
from goodword.references.domain.requests import end_request, revoke_links
from goodword.references.domain.slots import slot_status
from goodword.references.models import Check, Referee, ReferenceRequest, Slot
from goodword.roles.slots import ANY
from goodword.workflow.models import StepRun
from goodword.workflow.states import lock, move, takes_answers

LONGEST_MESSAGE = 300
MOST_IN_A_SLOT = 3
#: somebody can be named here, or what was stated about them changed
MAY_BE_NAMED = frozenset({"free", "named", "held"})
Why = ReferenceRequest.Why
#: written to, and nobody's answer is lost
MAY_BE_REPLACED = frozenset({"out", "undelivered", "declined"})


class InvalidNomination(Exception):
    """What cannot be taken: a sentence by field, "" for the whole."""

    def __init__(self, details_problems: dict[str, str]) -> None:
        super().__init__(str(details_problems))
        self.problems = details_problems


@dataclass(frozen=True, kw_only=True)
class RefereeDetails:
    """What the candidate states about a referee; months as "YYYY-MM", `to_month` empty until today."""

    name: str
    email: str
    relationship: str
    company: str
    candidate_title: str
    from_month: str
    to_month: str
    message: str
    #: the language of the mail to them; empty: the check's
    language: str = ""
    #: not to be asked before there is an offer
    after_offer: bool = False


def details_problems(
    details: RefereeDetails,
    *,
    own_addresses: Collection[str],
    other_addresses: Collection[str],
    this_month: str,
    kind: str = ANY,
) -> dict[str, str]:
    """A sentence by field for all that cannot be taken; empty when all is well.

    `kind` is the relationship that is asked for, `own_addresses` are the candidate's, `other_addresses` those of
    the check's other referees.
    """
    found: dict[str, str] = {}
    if kind not in {ANY, details.relationship}:
        found["relationship"] = _("Somebody else is needed here. Please check the page.")
    if wrong := address_problem(details.email, own_addresses=own_addresses, other_addresses=other_addresses):
        found["email"] = wrong
    if details.from_month > this_month:
        found["from_month"] = _("The first month is in the future. Please check it.")
    if details.to_month and details.to_month < details.from_month:
        found["to_month"] = _("The last month is before the first month. Please check both.")
    elif details.to_month > this_month:
        found["to_month"] = _("The last month is in the future. Please check it.")
    if len(details.message) > LONGEST_MESSAGE:
        found["message"] = _("The message is longer than 300 characters. Please shorten it.")
    quoted = {"name": has_link, "company": has_written_link, "candidate_title": has_link, "message": has_link}
    for name, is_refused in quoted.items():
        if is_refused(getattr(details, name)):
            found[name] = _("This looks like a link. We don't pass links on, so please remove it.")
    return found


def address_problem(address: str, *, own_addresses: Collection[str], other_addresses: Collection[str]) -> str:
    """Why an address cannot be a referee's, in a sentence; empty if it can."""
    box = mailbox(address)
    if box in {mailbox(own) for own in own_addresses if own}:
        return _("This is your own address. Please enter your referee's.")
    if box in {mailbox(other) for other in other_addresses}:
        return _("You have already named somebody with this address. Each referee needs their own.")
    return ""


def nominate(*, check_id: int, slot: int, details: RefereeDetails, now: datetime) -> Referee:
    """Save what the candidate states about the referee of a slot, new or changed.

    One who is held for an offer can be changed too; *Send* is then to be pressed once more. Raises Refused with the
    sentences to show, and Closed when the check is over, nobody is asked for in this slot, or its referee has
    been written to already (then only `replace` helps).
    """
    with transaction.atomic():
        check = locking.lock_open_check(check_id, now=now)
        place = slot_status(check, slot)
        if place is None or place.state not in MAY_BE_NAMED:
            raise locking.Closed
        if place.referee is None and not may_name_another(check, place.slot):
            raise InvalidNomination({"": too_many()})
        return _save_nomination(check, slot=place.slot, referee=place.referee, details=details, now=now)


def _save_nomination(
    check: Check, *, slot: Slot, referee: Referee | None, details: RefereeDetails, now: datetime
) -> Referee:
    """Judge and save the details, in the caller's transaction with the check locked. Raises Refused."""
    found = nomination_problems(check, slot=slot, details=details, now=now)
    if found:
        raise InvalidNomination(found)
    referee = referee or Referee(
        organisation=check.organisation, check_run=check, slot=slot.number, created_at=now
    )
    for name in RefereeDetails.__dataclass_fields__:
        setattr(referee, name, getattr(details, name))
    referee.held_at = None  # what goes out is what was read
    referee.save()
    if check.progress == StepRun.Progress.PENDING:
        move(check, "begin", at=now, by="candidate")
        record_event("check.begun", check, by="candidate", at=now)
    update_clock(check, now=now)
    return referee


def remove_nomination(*, check_id: int, slot: int, now: datetime) -> None:
    """Take a name back that nobody has written to yet; one that is gone already is no error."""
    with transaction.atomic():
        check = locking.lock_open_check(check_id, now=now)
        referee = in_slot(check, slot)
        if referee is not None and not hasattr(referee, "request"):
            referee.delete()
            update_clock(check, now=now)


def in_slot(check: Check, slot: int) -> Referee | None:
    """The current referee of a slot."""
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


def nomination_problems(
    check: Check, *, slot: Slot, details: RefereeDetails, now: datetime
) -> dict[str, str]:
    """What cannot be taken of these details, a sentence by field; changes nothing."""
    found = details_problems(
        details,
        kind=slot.relationship,
        own_addresses=[check.step_request.application.candidate.email],
        other_addresses=_other_addresses(check, slot),
        this_month=f"{now.astimezone(check.organisation.zone):%Y-%m}",
    )
    if said := _declined_problem(check, details.email):
        found["email"] = said
    if "email" not in found and is_barred(organisation=check.organisation, address=details.email):
        found["email"] = _("This person has asked not to be contacted. Please name somebody else.")
    if details.language and details.language not in check.languages:
        found["language"] = _("Choose one of the answers.")
    return found


def nomination_address_problem(check: Check, *, slot: Slot, address: str) -> str:
    """What is wrong with an address alone, while the rest is still being filled in; empty if nothing is.

    Only `judge` reveals an opt-out, once the form is complete: an address alone would make it too easy to find out.
    """
    return _declined_problem(check, address) or address_problem(
        address,
        own_addresses=[check.step_request.application.candidate.email],
        other_addresses=_other_addresses(check, slot),
    )


def _other_addresses(check: Check, slot: Slot) -> list[str]:
    """Of the check's other referees. Replaced ones count too: who did not answer is not asked again under another
    slot."""
    others = Referee.objects.of(check.organisation).filter(check_run=check, erased_at=None)
    return list(others.exclude(slot=slot.number, replaced_at=None).values_list("email", flat=True))


def _declined_problem(check: Check, address: str) -> str:
    """The error for the address of a person who declined in this check: they were promised no more mail about it."""
    requests = ReferenceRequest.objects.of(check.organisation).select_related("referee")
    for request in requests.filter(check_run=check, state=ReferenceRequest.State.DECLINED).order_by("-pk"):
        if mailbox(request.referee.email) != mailbox(address):
            continue
        if request.is_wrong_person:
            return _("Our e-mail to this address didn't reach the right person. Please give another address.")
        return _("Someone has already declined from this address. Please name somebody else.")
    return ""


def replace_referee(*, check_id: int, slot: int, details: RefereeDetails, now: datetime) -> Referee:
    """Put another referee into a slot: the old request and its link end, the new mail waits for *Send*.

    Raises Refused with the sentences to show; Closed when the check is over or there is nobody to replace
    (nobody written to in this slot, or they have answered).
    """
    with transaction.atomic():
        check = locking.lock_open_check(check_id, now=now)
        place = slot_status(check, slot)
        if place is None or place.referee is None or place.state not in MAY_BE_REPLACED:
            raise locking.Closed
        if not may_name_another(check, place.slot):
            raise InvalidNomination({"": too_many()})
        old = place.referee
        old.replaced_at = now
        old.save(update_fields=["replaced_at"])
        if old.request.is_out:
            end_request(old.request, why=Why.REPLACED, now=now)
            record_event("request.replaced", check, by="candidate", at=now, request_id=old.request.pk)
        revoke_links(old.request, now=now)
        return _save_nomination(check, slot=place.slot, referee=None, details=details, now=now)


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
    update_clock(check, now=now, asked_at=now)
    mail_candidate(
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
