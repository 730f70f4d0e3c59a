"""What an application's fate does to its open runs: the same for checks and attempts, honouring the step's settings.

The event says that something has changed; the application's row, locked, says how it is now (steps.domain.standing).
Each function returns the runs it changed, so that the caller can look after what hangs under them.
"""

from collections.abc import Callable
from datetime import datetime

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.queue import cancel, restore_invitation
from goodword.steps.domain.move import lock, move
from goodword.steps.domain.reminders import next_reminder
from goodword.steps.domain.standing import ended, has_left, hold, stands
from goodword.steps.models import Run, StepStart
from goodword.steps.states import is_open, may


def pause_on_leave[R: Run](model: type[R], event: Event) -> list[R]:
    """The candidate left a mapped stage: pause what is open, unless the step goes on or the new stage starts it too."""
    return _each(model, event, act="pause", only=lambda run, of: has_left(of, run.start.step))


def resume_on_return[R: Run](model: type[R], event: Event) -> list[R]:
    """The candidate came back to a stage that starts the step: a paused run goes on."""
    return _each(
        model,
        event,
        act="resume",
        only=lambda run, of: run.start_id == event.data["start_id"] and stands(of, run.start.step),
    )


def close_on_end[R: Run](model: type[R], event: Event) -> list[R]:
    """Rejected or hired: what the step's setting closes is closed. Reminders stop at once; results and answers
    in progress are kept."""
    return _each(model, event, act="close", only=lambda run, of: bool(ended(of, run.start.step)))


def reopen[R: Run](model: type[R], event: Event) -> list[R]:
    """Unrejected or unhired: what that closed is open again, with a new deadline; nothing is sent."""
    return _each(
        model,
        event,
        act="reopen",
        only=lambda run, of: run.close_reason in {"rejected", "hired"} and not ended(of, run.start.step),
    )


def subject_ref(start: StepStart) -> str:
    """What the candidate's mails about a step are filed under."""
    return f"start:{start.pk}"


def plan_reminder(run: Run, *, organisation: Organisation, now: datetime) -> None:
    """Set the run's next reminder (unsaved)."""
    step = run.start.step
    run.next_reminder_at = next_reminder(
        opened_at=run.opened_at,
        days=step.reminder_days[: run.reminders_promised],
        sent=run.reminders_sent,
        zone=organisation.zone,
        now=now,
    )


def _each[R: Run](
    model: type[R], event: Event, *, act: str, only: Callable[[R, Application], bool]
) -> list[R]:
    changed: list[R] = []
    assert event.application_id is not None  # these events are about applications
    application = hold(event.application_id)
    runs = model._default_manager.filter(start__application=application).order_by("pk")
    for pk in runs.values_list("pk", flat=True):
        run = lock(model, pk)
        if not may(run, act) or not only(run, application):
            continue
        reason = ended(application, run.start.step) if act == "close" else ""
        move(run, act, at=event.occurred_at, by=event.actor, reason=reason)
        _after(run, act, event, organisation=application.organisation)
        changed.append(run)
    return changed


def _after(run: Run, act: str, event: Event, *, organisation: Organisation) -> None:
    if act in {"close", "pause"}:
        cancel(organisation=organisation, subject_ref=subject_ref(run.start), now=event.occurred_at)
    if act == "reopen":
        run.deadline_at = end_of_working_day(
            event.occurred_at, run.start.step.deadline_days, zone=organisation.zone
        )
    if act == "resume" and is_open(run):
        restore_invitation(
            organisation=organisation, subject_ref=subject_ref(run.start), now=event.occurred_at
        )
        plan_reminder(run, organisation=organisation, now=event.occurred_at)
    run.save()
    record(
        {"pause": "step.paused", "resume": "step.resumed", "close": "step.closed", "reopen": "step.reopened"}[
            act
        ],
        organisation_id=event.organisation_id,
        application_id=event.application_id,
        actor=event.actor,
        at=event.occurred_at,
        data={"start_id": run.start_id, "kind": run.start.step.kind, "reason": run.close_reason},
    )
