"""The rows of starts: what each comes to, with its event. In the caller's transaction, the application `held`."""

from datetime import datetime

from django.db.models import QuerySet

from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.core.models import Event
from goodword.roles.models import Step
from goodword.steps.domain.standing import has_home, has_left, hold
from goodword.steps.models import StepRequest

Waits, State = StepRequest.Waits, StepRequest.State


def held_of(event: Event) -> Application:
    """The application that an event is about, `held`."""
    assert event.application_id is not None  # these events are about applications
    return hold(event.application_id)


def waiting_of(application: Application) -> QuerySet[StepRequest]:
    """Its starts that have not begun, locked."""
    step_requests = StepRequest.objects.of(application.organisation)
    locked = step_requests.select_for_update(of=("self",), no_key=True).select_related("step")
    return locked.filter(application=application, state=State.WAITING).order_by("pk")


def may_start(application: Application, step: Step) -> bool:
    """Whether the step may begin by itself: active, on a job of the role, not gone from a stage that matters."""
    return not application.end and not has_left(application, step) and has_home(application)


def wait(step_request: StepRequest, reason: str, *, application: Application, at: datetime, by: str) -> None:
    """Let a start wait for a person's decision, and notify the recruiter. In the caller's transaction."""
    _set_waiting(step_request, reason)
    tell("step.needs_attention", step_request, application=application, at=at, by=by, reason=reason)


def _set_waiting(step_request: StepRequest, reason: str) -> None:
    step_request.state, step_request.waits_for, step_request.started_at, step_request.due_at = (
        State.WAITING,
        reason,
        None,
        None,
    )
    step_request.save(update_fields=["state", "waits_for", "started_at", "due_at"])


def wait_for_click(
    step_request: StepRequest, *, application: Application, at: datetime, by: str = "goodword"
) -> None:
    """Nothing is sent before a member clicks."""
    _set_waiting(step_request, Waits.CLICK)
    tell("step.waits_for_click", step_request, application=application, at=at, by=by)


def keep_for_click(step_request: StepRequest, *, application: Application, at: datetime) -> None:
    """The application has ended: nothing begins; should it come back, a member may click."""
    _set_waiting(step_request, Waits.CLICK)
    reason = application.end
    tell("step.not_started", step_request, application=application, at=at, by="goodword", reason=reason)


def take_back(step_request: StepRequest, *, application: Application, at: datetime) -> None:
    """They have left the stage, or the role's jobs, before anything was sent: a later arrival asks anew."""
    reason = "" if has_home(application) else "changed_job"
    tell("step.not_started", step_request, application=application, at=at, by="goodword", reason=reason)
    step_request.delete()


def go(
    step_request: StepRequest, *, application: Application, at: datetime, by: str, by_hand: bool = False
) -> None:
    """Begin: the step's own app does the rest. `by_hand`: a member asked, whatever stage they stand in."""
    step_request.state, step_request.waits_for, step_request.due_at, step_request.started_at = (
        State.STARTED,
        "",
        None,
        at,
    )
    step_request.save(update_fields=["state", "waits_for", "due_at", "started_at"])
    more = {"by_hand": True} if by_hand else {}
    tell("step.requested", step_request, application=application, at=at, by=by, **more)


def tell(
    name: str,
    step_request: StepRequest,
    *,
    application: Application,
    at: datetime,
    by: str,
    **data: str | bool | int,
) -> None:
    """Record an event about a start; empty values are left out."""
    more = {key: value for key, value in data.items() if value}
    record(
        name,
        organisation_id=application.organisation_id,
        application_id=application.pk,
        actor=by,
        at=at,
        data={"step_request_id": step_request.pk, "kind": step_request.step.kind, **more},
    )
