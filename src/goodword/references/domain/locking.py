"""Locked checks and requests, refusals, and the events of a check."""

from datetime import datetime

from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.core.events import record
from goodword.references.models import Check, ReferenceRequest
from goodword.workflow.domain.eligibility import closing_reason, lock_step_request
from goodword.workflow.states import DONE, is_open, lock, takes_answers


class Closed(Exception):
    """The check or request takes no more answers: the page shows that nothing is needed."""


class Refused(Exception):
    """An action is impossible; the message is for the member."""


def lock_open_check(check_id: int, *, now: datetime) -> Check:
    """The check, locked in the caller's transaction. Raises Closed if it takes no more answers."""
    check = lock(Check, check_id)
    refuse_if_check_over(check, now=now)
    return check


def refuse_if_check_over(check: Check, *, now: datetime) -> None:
    """Raise Closed unless the check is open, at most 30 days past its deadline."""
    if not takes_answers(check, now=now):
        raise Closed


def lock_request(request_id: int) -> tuple[Check, ReferenceRequest]:
    """A request and its check, both locked; the check first, to avoid deadlocks."""
    check_id = (
        ReferenceRequest.objects.across_organisations()
        .filter(pk=request_id)
        .values_list("check_run_id", flat=True)
        .get()
    )
    check = lock(Check, check_id)
    request = (
        ReferenceRequest.objects.of(check.organisation)
        .select_for_update(of=("self",))
        .select_related("referee")
        .get(pk=request_id)
    )
    return check, request


def lock_open_request(request_id: int, *, now: datetime) -> tuple[Check, ReferenceRequest]:
    """The same for a request that still waits for its referee. Raises Closed otherwise."""
    check, request = lock_request(request_id)
    refuse_if_request_over(check, request, now=now)
    return check, request


def refuse_if_request_over(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    """Raise Closed unless the request still waits for its referee and an answer still counts."""
    if not request_takes_answers(check, request, now=now):
        raise Closed


def request_takes_answers(check: Check, request: ReferenceRequest, *, now: datetime) -> bool:
    """Whether an answer to this request still counts: while the check is open; and once it is done, with fewer
    than were asked, until the request's own deadline, unless the application has ended since."""
    if not request.is_out or check.closed_at is not None:
        return False
    if check.progress in DONE:
        return now <= request.deadline_at and not closing_reason(
            check.step_request.application, check.step_request.step
        )
    return takes_answers(check, now=now)


def actor(member: Membership) -> str:
    """The member as events and runs name them."""
    return f"member:{member.pk}"


def lock_check_for_member(check_id: int, *, member: Membership) -> Check:
    """A check of the member's organisation, locked after its application and its start, in the caller's transaction.

    Raises Check.DoesNotExist.
    """
    step_request_id = (
        Check.objects.of(member.organisation).values_list("step_request_id", flat=True).get(pk=check_id)
    )
    if lock_step_request(step_request_id) is None:
        raise Check.DoesNotExist
    return lock(Check, check_id)


def lock_request_for_member(request_id: int, *, member: Membership) -> tuple[Check, ReferenceRequest]:
    """The same for a request and its check. Raises ReferenceRequest.DoesNotExist."""
    requests = ReferenceRequest.objects.of(member.organisation)
    check = lock_check_for_member(
        requests.values_list("check_run_id", flat=True).get(pk=request_id), member=member
    )
    locked = requests.select_for_update(of=("self",)).select_related("referee")
    return check, locked.get(pk=request_id)


def refuse_unless_open(check: Check) -> None:
    """Raise Refused, with the reason, unless members can act on the check."""
    if check.progress in DONE:
        raise Refused(_("This reference check is done."))
    if not is_open(check):
        raise Refused(_("This reference check is closed. Invite again to open it."))
    if closing_reason(check.step_request.application, check.step_request.step):
        raise Refused(_("The application has ended, and the reference check ends with it."))


def is_running(check: Check) -> bool:
    """Whether members can act on it, paused or not."""
    return is_open(check) and not closing_reason(check.step_request.application, check.step_request.step)


def record_event(name: str, check: Check, *, by: str, at: datetime, **data: int | str | bool) -> None:
    """Record `name` in the caller's transaction; `data` holds ids and plain facts only."""
    record(
        name,
        organisation_id=check.organisation_id,
        application_id=check.step_request.application_id,
        actor=by,
        at=at,
        data={"step_request_id": check.step_request_id, "check_id": check.pk, **data},
    )
