"""The candidate names a referee, changes what they stated, or takes a name back, until it is sent."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from goodword.references.domain import guard
from goodword.references.domain.do_not_contact import is_barred
from goodword.references.domain.rules import Details, problems
from goodword.references.domain.tell import tell
from goodword.references.models import Check, Referee
from goodword.steps.domain.move import move
from goodword.steps.models import Run

MOST_IN_A_SLOT = 3


class Refused(Exception):
    """What cannot be taken: a sentence by field, "" for the whole."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(str(problems))
        self.problems = problems


def nominate(*, check_id: int, slot: int, details: Details, now: datetime) -> Referee:
    """Save what the candidate states about the referee of a slot (1 to `wanted`), new or changed.

    Raises Refused with the sentences to show, and guard.Closed when the check is over, the slot does not exist,
    or its referee has been written to already (then only `replace` helps).
    """
    with transaction.atomic():
        check = guard.open_check(check_id, now=now)
        referee = in_slot(check, slot)
        if not 1 <= slot <= check.wanted or (referee is not None and hasattr(referee, "request")):
            raise guard.Closed
        return save(check, slot=slot, referee=referee, details=details, now=now)


def save(check: Check, *, slot: int, referee: Referee | None, details: Details, now: datetime) -> Referee:
    """Judge and save the details, in the caller's transaction with the check locked. Raises Refused."""
    found = _judge(check, slot=slot, details=details, now=now)
    if found:
        raise Refused(found)
    referee = referee or Referee(organisation=check.organisation, check_run=check, slot=slot, created_at=now)
    for name in Details.__dataclass_fields__:
        setattr(referee, name, getattr(details, name))
    referee.save()
    if check.progress == Run.Progress.PENDING:
        move(check, "begin", at=now, by="candidate")
        tell("check.begun", check, by="candidate", at=now)
    return referee


def remove(*, check_id: int, slot: int, now: datetime) -> None:
    """Take a name back that nobody has written to yet; one that is gone already is no error."""
    with transaction.atomic():
        check = guard.open_check(check_id, now=now)
        referee = in_slot(check, slot)
        if referee is not None and not hasattr(referee, "request"):
            referee.delete()


def in_slot(check: Check, slot: int) -> Referee | None:
    """The referee who stands in a slot now."""
    return (
        Referee.objects.of(check.organisation)
        .select_related("request")
        .filter(check_run=check, slot=slot, replaced_at=None)
        .first()
    )


def _judge(check: Check, *, slot: int, details: Details, now: datetime) -> dict[str, str]:
    organisation, candidate = check.organisation, check.start.application.candidate
    # Replaced ones count too: who did not answer is not asked again under another slot.
    others = Referee.objects.of(organisation).filter(check_run=check).exclude(slot=slot, replaced_at=None)
    found = problems(
        details,
        own_addresses=[candidate.email],
        other_addresses=list(others.values_list("email", flat=True)),
        this_month=f"{now.astimezone(organisation.zone):%Y-%m}",
    )
    if "email" not in found and is_barred(organisation=organisation, address=details.email):
        found["email"] = _("This person has asked not to be contacted. Please name somebody else.")
    return found
