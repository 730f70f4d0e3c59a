"""What an application's fate does to its open runs: the same for checks and attempts, honouring the step's settings.

The event says that something has changed; the application's row, locked, says how it is now (steps.domain.standing).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from goodword.accounts.models import Organisation
from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.queue import cancel, restore_invitation
from goodword.roles.models import Step
from goodword.steps.domain.move import lock, move
from goodword.steps.domain.reminders import next_reminder
from goodword.steps.domain.standing import (
    RESTORED,
    ended,
    has_home,
    has_left,
    has_starts,
    hold,
    stands,
    waits_for_click,
)
from goodword.steps.models import StepRequest, StepRun
from goodword.steps.states import BY_FATE, REOPENED, is_open, may

Act = Literal["close", "reopen", "pause", "resume", "carry"]


def settle[R: StepRun](model: type[R], event: Event) -> Iterator[tuple[Act, R]]:
    """Bring the application's runs to how it stands now, in the caller's transaction.

    Yields each act with its run, locked and saved, so that the caller can look after what hangs under it; one
    run may go through several. "carry": it goes on under another role's settings.
    """
    assert event.application_id is not None  # these events are about applications
    if not has_starts(event):
        return
    application = hold(event.application_id)
    runs = model._default_manager.filter(step_request__application=application).order_by("pk")
    for pk in runs.values_list("pk", flat=True):
        run = lock(model, pk)
        for act in _acts(run, application, event):
            _do(run, act, application=application, event=event)
            yield act, run
        run.save()


def subject_ref(step_request: StepRequest) -> str:
    """What the candidate's mails about a step are filed under."""
    return f"step_request:{step_request.pk}"


def plan_reminder(run: StepRun, *, organisation: Organisation, now: datetime) -> None:
    """Set the run's next reminder (unsaved); none before the invitation is sent."""
    if run.invited_at is None:
        run.next_reminder_at = None
        return
    step = run.step_request.step
    run.next_reminder_at = next_reminder(
        opened_at=run.opened_at,
        days=step.reminder_days[: run.reminders_promised],
        sent=run.reminders_sent,
        calendar=organisation.calendar,
        hours=run.hours,
        now=now,
    )


def is_quiet(run: StepRun) -> bool:
    """Whether nothing is sent of it before a member clicks."""
    return run.attention == REOPENED


def _acts(run: StepRun, application: Application, event: Event) -> Iterator[Act]:
    """What is to be done, one after another: each is asked for after the one before was done."""
    step = run.step_request.step
    moved = event.name == "application.changed_job"
    if reason := _why_closed(run, application, event):
        if may(run, "close"):
            yield "close"
        elif run.close_reason == "changed_job":
            run.close_reason = reason  # what opens it again is now something else
        return
    if _taken_back_unnoticed(run, application, event):
        yield "close"
    was_paused = run.paused_at is not None
    if run.close_reason in BY_FATE and may(run, "reopen"):
        yield "reopen"
    elif moved and is_open(run):
        yield "carry"
    leaving = moved or was_paused or event.name == "application.left_stage"
    if leaving and has_left(application, step) and may(run, "pause"):
        yield "pause"
    elif stands(application, step) and may(run, "resume") and not _paused_by_person(run, application):
        yield "resume"


def _why_closed(run: StepRun, application: Application, event: Event) -> str:
    """Why the run is to be closed; empty if it is to be open. A job of no role closes what is open at the move,
    not what is open when a job is unlinked later."""
    if reason := ended(application, run.step_request.step):
        return reason
    if has_home(application) and run.step_request.step.role_id == application.role_id:
        return ""
    by_move = event.name == "application.changed_job" or (
        run.close_reason in BY_FATE and _was_moved_there(application)
    )
    return "changed_job" if by_move else ""


def _paused_by_person(run: StepRun, application: Application) -> bool:
    """What a member has paused goes on when a member says so, whatever Greenhouse tells meanwhile."""
    pauses = Event.objects.filter(
        application_id=application.pk, name="step.paused", data__step_request_id=run.step_request_id
    )
    last = pauses.order_by("-pk").first()
    return last is not None and last.actor.startswith("member:")


def _was_moved_there(application: Application) -> bool:
    moves = Event.objects.filter(application_id=application.pk, name="application.changed_job")
    last = moves.order_by("-pk").first()
    return last is not None and last.data.get("job_id") == application.job_id


def _taken_back_unnoticed(run: StepRun, application: Application, event: Event) -> bool:
    """Whether a rejection or a hire that closes the run was over before its own reaction ran: nothing is sent
    then either before a member clicks."""
    if event.name not in RESTORED or is_quiet(run) or not may(run, "close"):
        return False
    step = run.step_request.step
    settings = {"application.unrejected": step.on_reject, "application.unhired": step.on_hire}
    setting = settings.get(event.name, Step.OnClose.CLOSE)
    return setting == Step.OnClose.CLOSE and waits_for_click(application, step)


def _do(run: StepRun, act: Act, *, application: Application, event: Event) -> None:
    at, organisation = event.occurred_at, application.organisation
    reason = run.close_reason
    match act:
        case "close":
            reason = _why_closed(run, application, event) or _ended_by(event)
            move(run, act, at=at, by=event.actor, reason=reason)
            cancel(organisation=organisation, subject_ref=subject_ref(run.step_request), now=at)
        case "pause":
            move(run, act, at=at, by=event.actor)
            cancel(organisation=organisation, subject_ref=subject_ref(run.step_request), now=at)
        case "reopen":
            quiet = reason in {"rejected", "hired", "erasure"}
            move(run, act, at=at, by=event.actor)
            run.attention = REOPENED if quiet else ""
            if quiet or run.deadline_at <= at:
                run.renew_deadline(
                    end_of_working_day(
                        at, run.step_request.step.deadline_days, calendar=organisation.calendar
                    )
                )
            if not quiet:
                _go_on(run, organisation=organisation, at=at)
        case "resume":
            move(run, act, at=at, by=event.actor)
            if not is_quiet(run):
                _go_on(run, organisation=organisation, at=at)
        case "carry" if run.next_reminder_at is not None:
            plan_reminder(run, organisation=organisation, now=at)
    run.save()
    if act != "carry":  # the move to the other job stands on the timeline itself
        record(
            {
                "pause": "step.paused",
                "resume": "step.resumed",
                "close": "step.closed",
                "reopen": "step.reopened",
            }[act],
            organisation_id=organisation.pk,
            application_id=application.pk,
            actor=event.actor,
            at=at,
            data={
                "step_request_id": run.step_request_id,
                "kind": run.step_request.step.kind,
                "reason": run.close_reason,
            },
        )


def _ended_by(event: Event) -> str:
    ends = {
        "application.unrejected": "rejected",
        "application.unhired": "hired",
        "erasure.cancelled": "erasure",
    }
    return ends[event.name]


def _go_on(run: StepRun, *, organisation: Organisation, at: datetime) -> None:
    restore_invitation(organisation=organisation, subject_ref=subject_ref(run.step_request), now=at)
    plan_reminder(run, organisation=organisation, now=at)
