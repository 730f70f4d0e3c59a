"""Locks a check, or a request with its check, and says no when nothing can come in any more."""

from datetime import datetime

from goodword.references.models import Check, ReferenceRequest
from goodword.steps.domain.move import lock
from goodword.steps.domain.standing import ended
from goodword.steps.states import DONE, takes_answers


class Closed(Exception):
    """The step, or this request, is over: the page shows that nothing is needed."""


def open_check(check_id: int, *, now: datetime) -> Check:
    """The check, locked in the caller's transaction. Raises Closed when it takes nothing more."""
    check = lock(Check, check_id)
    refuse_if_check_over(check, now=now)
    return check


def refuse_if_check_over(check: Check, *, now: datetime) -> None:
    """Raise Closed unless the check is open, at most 30 days past its deadline."""
    if not takes_answers(check, now=now):
        raise Closed


def locked_request(request_id: int) -> tuple[Check, ReferenceRequest]:
    """A request and its check, both locked, always the check first, so that nobody waits for each other."""
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


def open_request(request_id: int, *, now: datetime) -> tuple[Check, ReferenceRequest]:
    """The same for a request that still waits for its referee. Raises Closed otherwise."""
    check, request = locked_request(request_id)
    refuse_if_over(check, request, now=now)
    return check, request


def refuse_if_over(check: Check, request: ReferenceRequest, *, now: datetime) -> None:
    """Raise Closed unless the request still waits for its referee and an answer still counts."""
    if not request_takes_answers(check, request, now=now):
        raise Closed


def request_takes_answers(check: Check, request: ReferenceRequest, *, now: datetime) -> bool:
    """Whether an answer to this request still counts: while the check is open; and once it is done, with fewer
    than were asked, until the request's own deadline, unless the application has ended since."""
    if not request.is_out or check.closed_at is not None:
        return False
    if check.progress in DONE:
        return now <= request.deadline_at and not ended(
            check.step_request.application, check.step_request.step
        )
    return takes_answers(check, now=now)
