"""What all acts of members on a check begin with: the locks, in their order, and saying no in a sentence."""

from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.references.domain.slots import Refused
from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import ended, held
from goodword.steps.states import DONE, is_open

__all__ = ["Refused", "actor", "held_check", "held_request", "refuse_unless_open"]


def actor(member: Membership) -> str:
    """Who did it, as events and runs keep it."""
    return f"member:{member.pk}"


def held_check(check_id: int, *, member: Membership) -> Check:
    """A check of the member's organisation, locked after its application and its start, in the caller's transaction.

    Raises Check.DoesNotExist.
    """
    step_request_id = (
        Check.objects.of(member.organisation).values_list("step_request_id", flat=True).get(pk=check_id)
    )
    if held(step_request_id) is None:
        raise Check.DoesNotExist
    return lock(Check, check_id)


def held_request(request_id: int, *, member: Membership) -> tuple[Check, ReferenceRequest]:
    """The same for a request and its check. Raises ReferenceRequest.DoesNotExist."""
    requests = ReferenceRequest.objects.of(member.organisation)
    check = held_check(requests.values_list("check_run_id", flat=True).get(pk=request_id), member=member)
    locked = requests.select_for_update(of=("self",)).select_related("referee")
    return check, locked.get(pk=request_id)


def refuse_unless_open(check: Check) -> None:
    """Raise Refused with why nothing can be done with the check; what was done or closed is said for what it is."""
    if check.progress in DONE:
        raise Refused(_("This reference check is done."))
    if not is_open(check):
        raise Refused(_("This reference check is closed. Invite again to open it."))
    if ended(check.step_request.application, check.step_request.step):
        raise Refused(_("The application has ended, and the reference check ends with it."))


def is_running(check: Check) -> bool:
    """Whether members can still do something with it, paused or not."""
    return is_open(check) and not ended(check.step_request.application, check.step_request.step)
