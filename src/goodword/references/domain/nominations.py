from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.accounts.models import Organisation
from goodword.core.clock import latest_day
from goodword.core.models import Event
from goodword.core.text import has_link, has_written_link, too_long
from goodword.notifications.models import Email
from goodword.references.domain import checks
from goodword.references.domain.checks import slot_status, update_check
from goodword.references.domain.mails import mail_candidate, mail_key
from goodword.references.domain.requests import end_request, has_opted_out, mailbox, revoke_links
from goodword.references.models import Check, Referee, ReferenceRequest, Slot
from goodword.roles.slots import ANY
from goodword.workflow.models import StepRun, awaits_click, lock, move, record_event, takes_answers

LONGEST_MESSAGE = 300
MOST_IN_A_SLOT = 3
MAY_BE_NAMED = frozenset({"free", "named", "deferred"})
Why = ReferenceRequest.Why
MAY_BE_REPLACED = frozenset({"out", "undelivered", "declined"})


class InvalidNomination(Exception):
    """`problems`: messages by field, "" for the whole form."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(str(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class RefereeDetails:
    """Months as "2021-04"; `to_month` is empty if ongoing."""

    name: str
    email: str
    relationship: str
    company: str
    candidate_title: str
    from_month: str
    to_month: str
    message: str
    #: language of the mail; empty: the check's
    language: str = ""
    after_offer: bool = False


def details_problems(
    details: RefereeDetails,
    *,
    own_addresses: Collection[str],
    other_addresses: Collection[str],
    this_month: str,
    kind: str = ANY,
) -> dict[str, str]:
    """Return error messages by field. `kind`: the relationship asked for. `other_addresses`: addresses of the check's
    other referees."""
    found: dict[str, str] = {}
    if details.relationship and kind not in {ANY, details.relationship}:
        found["relationship"] = _("A different kind of referee is needed here. Please reload the page.")
    box = mailbox(details.email) if details.email else ""
    if box and box in {mailbox(own) for own in own_addresses if own}:
        found["email"] = _("This is your own address. Please enter your referee's.")
    elif box and box in {mailbox(other) for other in other_addresses}:
        found["email"] = _("You've already named somebody with this address. Each referee needs their own.")
    if details.from_month > this_month:
        found["from_month"] = _("The first month is in the future. Please check it.")
    if details.to_month and details.to_month < details.from_month:
        found["to_month"] = _("The last month is before the first month.")
    elif details.to_month > this_month:
        found["to_month"] = _("The last month is in the future. Please check it.")
    if problem := too_long(details.message, LONGEST_MESSAGE):
        found["message"] = problem
    quoted = {"name": has_link, "company": has_written_link, "candidate_title": has_link, "message": has_link}
    for name, is_refused in quoted.items():
        if is_refused(getattr(details, name)):
            found[name] = _("This looks like a link. Links aren't allowed here; please remove it.")
    return found


def nominate(*, check_id: int, slot: int, details: RefereeDetails, now: datetime) -> Referee:
    """Name a referee, or change their details. A deferred request then has to be sent again. Raises InvalidNomination;
    Closed if the referee has been contacted."""
    with transaction.atomic():
        check = checks.lock_open_check(check_id, now=now)
        status = slot_status(check, slot)
        if status is None or status.state not in MAY_BE_NAMED:
            raise checks.CheckClosed
        if status.referee is None and not may_name_another(check, status.slot):
            raise InvalidNomination({"": too_many_message()})
        return _save_nomination(check, slot=status.slot, referee=status.referee, details=details, now=now)


def _save_nomination(
    check: Check, *, slot: Slot, referee: Referee | None, details: RefereeDetails, now: datetime
) -> Referee:
    found = nomination_problems(check, slot=slot, details=details, now=now)
    if found:
        raise InvalidNomination(found)
    referee = referee or Referee(
        organisation=check.organisation, check_run=check, slot=slot.number, created_at=now
    )
    for name in RefereeDetails.__dataclass_fields__:
        setattr(referee, name, getattr(details, name))
    referee.deferred_at = None  # changed since the candidate saw the mail, so it counts as not sent
    referee.save()
    if check.progress == StepRun.Progress.PENDING:
        move(check, "begin", at=now, by="candidate")
        record_event("check.begun", check, by="candidate", at=now)
    update_check(check, now=now)
    return referee


def remove_nomination(*, check_id: int, slot: int, now: datetime) -> None:
    """Remove a nomination, unless the referee was already contacted. Idempotent."""
    with transaction.atomic():
        check = checks.lock_open_check(check_id, now=now)
        referee = in_slot(check, slot)
        if referee is not None and not hasattr(referee, "request"):
            referee.delete()
            update_check(check, now=now)


def in_slot(check: Check, slot: int) -> Referee | None:
    return (
        Referee.objects.of(check.organisation)
        .select_related("request")
        .filter(check_run=check, slot=slot, replaced_at=None)
        .first()
    )


def may_name_another(check: Check, slot: Slot) -> bool:
    """Return whether the slot accepts another nomination. It accepts three, and three more once a member has answered
    *I can't name anyone*."""
    return slot.number not in full_slots(check, [slot])


def full_slots(check: Check, slots: Sequence[Slot]) -> set[int]:
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


def too_many_message() -> str:
    return _(
        "You've already named three people here. If there is nobody else, go back and choose “I can't "
        "name anyone”."
    )


def nomination_problems(
    check: Check, *, slot: Slot, details: RefereeDetails, now: datetime, complete: bool = True
) -> dict[str, str]:
    """Messages by field. Opt-outs are reported only for a `complete` form, which makes it harder to probe addresses."""
    found = details_problems(
        details,
        kind=slot.relationship,
        own_addresses=[check.step_request.application.candidate.email],
        other_addresses=_other_addresses(check, slot),
        this_month=f"{latest_day(now):%Y-%m}",
    )
    if details.email and (problem := _declined_problem(check, details.email)):
        found["email"] = problem
    if (
        complete
        and "email" not in found
        and has_opted_out(organisation=check.organisation, address=details.email)
    ):
        found["email"] = _("This person has asked not to be contacted. Please name somebody else.")
    if details.language and details.language not in check.languages:
        found["language"] = _("Choose one of the answers.")
    return found


def _other_addresses(check: Check, slot: Slot) -> list[str]:
    """Addresses in other slots, including replaced referees, who can't be named again."""
    others = Referee.objects.of(check.organisation).filter(check_run=check, erased_at=None)
    return list(others.exclude(slot=slot.number, replaced_at=None).values_list("email", flat=True))


def _declined_problem(check: Check, address: str) -> str:
    """Return why this address can't be named, if its owner declined, or "". We promised them no more mail about this,
    also if a member invites again."""
    declined = ReferenceRequest.objects.of(check.organisation).filter(
        check_run__step_request__application=check.step_request.application_id,
        state=ReferenceRequest.State.DECLINED,
    )
    for request in declined.select_related("referee").order_by("-pk"):
        if mailbox(request.referee.email) != mailbox(address):
            continue
        if request.is_wrong_person:
            return _("Our e-mail to this address didn't reach the right person. Please give another address.")
        return _("Somebody at this address has already declined. Please name somebody else.")
    return ""


def replace_referee(*, check_id: int, slot: int, details: RefereeDetails, now: datetime) -> Referee:
    """Replace a referee. The old link ends now; the new mail waits for *Send*. Raises InvalidNomination, Closed."""
    with transaction.atomic():
        check = checks.lock_open_check(check_id, now=now)
        status = slot_status(check, slot)
        if status is None or status.referee is None or status.state not in MAY_BE_REPLACED:
            raise checks.CheckClosed
        if not may_name_another(check, status.slot):
            raise InvalidNomination({"": too_many_message()})
        old = status.referee
        old.replaced_at = now
        old.save(update_fields=["replaced_at"])
        if old.request.is_out:
            end_request(old.request, why=Why.REPLACED, now=now)
            record_event("request.replaced", check, by="candidate", at=now, request_id=old.request.pk)
        revoke_links(old.request, now=now)
        if status.slot.is_questioned:  # asked before the request was sent again
            status.slot.cannot_at, status.slot.cannot_reason = None, ""
            status.slot.save(update_fields=["cannot_at", "cannot_reason"])
        return _save_nomination(check, slot=status.slot, referee=None, details=details, now=now)


def on_request_declined(event: Event) -> None:
    """Ask the candidate for another referee, or for the right address. Reasons are not disclosed."""
    ask_for_another(event.data["check_id"], event.data["request_id"], now=event.occurred_at)


def ask_for_another(check_id: int, request_id: int, *, now: datetime, undeliverable: bool = False) -> None:
    """Ask the candidate for another referee, once per address, unless the check is over, the referee was replaced or
    *I can't name anyone* awaits an answer. After an undone rejection or hire, only *Invite again* does that."""
    check = lock(Check, check_id)
    if not takes_answers(check, now=now):
        return
    request = ReferenceRequest.objects.of(check.organisation).select_related("referee").get(pk=request_id)
    if request.referee.replaced_at is not None:
        return
    if awaits_click(check):
        update_check(check, now=now)
        return
    status = slot_status(check, request.referee.slot)
    if status is not None and status.state == "questioned":  # they have already said that they can't
        update_check(check, now=now)
        return
    update_check(check, now=now, asked_at=now)
    mail_candidate(
        check,
        name="another",
        key=_another_key(request),
        referee=request.referee.name,
        address=request.referee.email,
        undeliverable=undeliverable,
        wrong_person=request.is_wrong_person,
        days=0,
        now=now,
    )


def _another_key(request: ReferenceRequest) -> str:
    return f"another:{request.pk}:{request.sent_again}"


def asked_for_another(organisation: Organisation, requests: Iterable[ReferenceRequest]) -> set[int]:
    """The ids of the requests for which the candidate was asked for another referee by mail."""
    keys = {mail_key(request.check_run_id, _another_key(request)): request.pk for request in requests}
    mails = Email.objects.of(organisation).filter(key__in=list(keys)).exclude(state=Email.State.CANCELLED)
    return {keys[key] for key in mails.values_list("key", flat=True)}
