from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from django.db import transaction

from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.queue import cancel, restore_invitation
from goodword.roles.models import AlreadyThere, Step, rules_of_stage
from goodword.workflow.domain.eligibility import (
    RESTORED,
    closing_outcome,
    has_left_stages,
    has_step_requests,
    in_step_stage,
    job_matches_role,
    needs_click,
)
from goodword.workflow.domain.reminder_times import plan_reminder
from goodword.workflow.domain.runs import complaint_code
from goodword.workflow.domain.step_requests import (
    DECIDED_BY_MEMBER,
    keep_for_click,
    lock_application_of,
    request_step,
    wait,
    waiting_requests,
    withdraw,
)
from goodword.workflow.models import (
    BY_OUTCOME,
    REOPENED,
    StepRequest,
    StepRun,
    awaits_click,
    is_open,
    lock,
    lock_application,
    may,
    move,
)

Status = Application.Status
#: events that undo an outcome
_UNDONE = {"application.unrejected": "rejected", "application.unhired": "hired"}
Action = Literal["close", "reopen", "pause", "resume", "transfer"]


def on_ended(event: Event) -> None:
    """Keep waiting requests from starting by themselves."""
    if not has_step_requests(event):
        return
    application = lock_application_of(event)
    if not application.end:
        return
    for step_request in waiting_requests(application).exclude(waiting_reason__in=DECIDED_BY_MEMBER):
        keep_for_click(step_request, application=application, at=event.occurred_at)


def on_restored(event: Event) -> None:
    """Make everything wait for a click: waiting requests, and the steps of a stage entered in the meantime."""
    application = lock_application_of(event)
    if application.end or application.connection_id is None:
        return
    for step_request in waiting_requests(application).exclude(waiting_reason__in=DECIDED_BY_MEMBER):
        if needs_click(application, step_request.step):
            wait(
                step_request,
                StepRequest.WaitingReason.CLICK,
                application=application,
                at=event.occurred_at,
                by="goodword",
            )
    for rule in rules_of_stage(
        connection_id=application.connection_id, job_id=application.job_id, stage_id=application.stage_id
    ):
        asked = StepRequest.objects.of(application.organisation).filter(
            application=application, step=rule.step
        )
        if not asked.exists() and not _was_already_there(application) and needs_click(application, rule.step):
            request_step(application=application, step=rule.step, at=event.occurred_at, by=event.actor)


def on_changed_job(event: Event) -> None:
    """Withdraw waiting requests if the new job has no role. If it has one, they were moved to its steps."""
    if not has_step_requests(event):
        return
    application = lock_application_of(event)
    if job_matches_role(application):
        return
    for step_request in waiting_requests(application):
        withdraw(step_request, application=application, at=event.occurred_at)


def _was_already_there(application: Application) -> bool:
    """Whether they were in their stage when it was mapped, and so mustn't be invited."""
    where = application.connection_id, application.job_id, application.stage_id, application.remote_id
    if None in where:
        return False
    rows = AlreadyThere.objects.of(application.organisation).values_list(
        "automation__connection_id", "automation__job_id", "stage_id", "remote_application_id"
    )
    return where in rows.filter(remote_application_id=application.remote_id or 0)


def apply_outcome[R: StepRun](model: type[R], event: Event) -> Iterator[tuple[Action, R]]:
    """Apply the application's outcome to its runs. Yields each action with its saved, locked run. "transfer": it
    continues with another role's settings."""
    assert event.application_id is not None
    if not has_step_requests(event):
        return
    application = lock_application(event.application_id)
    runs = model._default_manager.filter(step_request__application=application).order_by("pk")
    for pk in runs.values_list("pk", flat=True):
        run = lock(model, pk)
        for act in _actions(run, application, event):
            _perform(run, act, application=application, event=event)
            yield act, run
        ended = application.status in (Status.REJECTED, Status.HIRED)
        continues = ended and run.closed_at is None and not closing_outcome(run, application)
        run.continues_after = application.status if continues else ""
        run.save()


def _actions(run: StepRun, application: Application, event: Event) -> Iterator[Action]:
    """Yield the actions for a run. Each one is computed after the previous one was carried out."""
    step = run.step_request.step
    moved = event.name == "application.changed_job"
    if reason := _reason_to_close_after(run, application, event):
        if may(run, "close"):
            yield "close"
        elif run.close_reason == "changed_job":
            run.close_reason = reason  # from now on, only undoing this outcome reopens it
        return
    if _undone_before_reaction(run, application, event):
        yield "close"
    was_paused = run.paused_at is not None
    undone = run.close_reason != application.end  # else only the step's settings have changed
    if run.close_reason in BY_OUTCOME and undone and may(run, "reopen"):
        yield "reopen"
    elif moved and is_open(run):
        yield "transfer"
    leaving = moved or was_paused or event.name == "application.left_stage"
    if leaving and has_left_stages(application, step) and may(run, "pause"):
        yield "pause"
    elif in_step_stage(application, step) and may(run, "resume") and not _paused_by_person(run, application):
        yield "resume"


def _reason_to_close_after(run: StepRun, application: Application, event: Event) -> str:
    """Return the `close_reason` with which to close the run, or "": the closing outcome, or a move to a job without a
    role. Unlinking a job later closes nothing."""
    if reason := closing_outcome(run, application):
        return reason
    if job_matches_role(application) and run.step_request.step.role_id == application.role_id:
        return ""
    by_move = event.name == "application.changed_job" or (
        run.close_reason in BY_OUTCOME and _moved_to_current_job(application)
    )
    return "changed_job" if by_move else ""


def _paused_by_person(run: StepRun, application: Application) -> bool:
    pauses = Event.objects.filter(
        application_id=application.pk, name="step.paused", data__step_request_id=run.step_request_id
    )
    last = pauses.order_by("-pk").first()
    return last is not None and last.actor.startswith("member:")


def _moved_to_current_job(application: Application) -> bool:
    moves = Event.objects.filter(application_id=application.pk, name="application.changed_job")
    last = moves.order_by("-pk").first()
    return last is not None and last.data.get("job_id") == application.job_id


def _undone_before_reaction(run: StepRun, application: Application, event: Event) -> bool:
    """Whether a rejection or hire was undone before we reacted to it. That needs a click, too."""
    if event.name not in RESTORED or awaits_click(run) or not may(run, "close"):
        return False
    step = run.step_request.step
    settings = {"application.unrejected": step.on_reject, "application.unhired": step.on_hire}
    setting = settings.get(event.name, Step.OnClose.CLOSE)
    if event.name in _UNDONE and run.continues_after == _UNDONE[event.name]:
        return False
    return setting == Step.OnClose.CLOSE and needs_click(application, step)


def _perform(run: StepRun, act: Action, *, application: Application, event: Event) -> None:
    at, organisation = event.occurred_at, application.organisation
    reason = run.close_reason
    match act:
        case "close":
            reason = _reason_to_close_after(run, application, event) or _ended_by(event)
            move(run, act, at=at, by=event.actor, reason=reason)
            cancel(organisation=organisation, subject_ref=run.step_request.mail_ref, now=at)
        case "pause":
            move(run, act, at=at, by=event.actor)
            cancel(organisation=organisation, subject_ref=run.step_request.mail_ref, now=at)
        case "reopen":
            quiet = reason in {"rejected", "hired", "erasure"}
            move(run, act, at=at, by=event.actor)
            run.attention = REOPENED if quiet else complaint_code(application)
            if quiet or run.overdue_since <= at:
                days = run.step_request.step.deadline_days
                run.renew_deadline(end_of_working_day(at, days, calendar=organisation.calendar), at=at)
            if not quiet:
                _continue(run, organisation=organisation, at=at)
        case "resume":
            move(run, act, at=at, by=event.actor)
            if not awaits_click(run):
                _continue(run, organisation=organisation, at=at)
        case "transfer":
            run.reminder_days = run.step_request.step.reminder_days
            if run.next_reminder_at is not None:
                plan_reminder(run, organisation=organisation, now=at)
    run.save()
    if act != "transfer":  # the move itself is on the timeline
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
    return {**_UNDONE, "erasure.cancelled": "erasure"}[event.name]


def _continue(run: StepRun, *, organisation: Organisation, at: datetime) -> None:
    restore_invitation(organisation=organisation, subject_ref=run.step_request.mail_ref, now=at)
    plan_reminder(run, organisation=organisation, now=at)


SETTABLE = (Status.ACTIVE, Status.REJECTED, Status.HIRED)


class NotSettable(Exception):
    """The status can only be set in Greenhouse, or the data is being erased."""


def set_status(
    *, application_id: int, status: Application.Status, reason: str = "", member: Membership, now: datetime
) -> bool:
    """Set the status as Greenhouse would. Returns whether it changed. The caller audits it. Raises NotSettable."""
    if status not in SETTABLE:
        raise ValueError(f"Members do not set the status {status}.")
    with transaction.atomic():
        application = lock_application(application_id)
        if application.in_greenhouse or application.is_being_erased:
            raise NotSettable
        before = application.status
        if before == status:
            return False
        application.status = status
        application.rejection_reason = reason[:300] if status == Status.REJECTED else ""
        application.rejected_at = now if status == Status.REJECTED else None
        application.hired_at = now if status == Status.HIRED else None
        application.save(update_fields=["status", "rejection_reason", "rejected_at", "hired_at"])
        if before == Status.REJECTED:
            _record("application.unrejected", application, member=member, now=now)
        if before == Status.HIRED:
            _record("application.unhired", application, member=member, now=now)
        if status == Status.REJECTED:
            _record("application.rejected", application, member=member, now=now, reason=reason)
        if status == Status.HIRED:
            _record("application.hired", application, member=member, now=now)
        return True


def _record(name: str, application: Application, *, member: Membership, now: datetime, **data: Any) -> None:
    record(
        name,
        organisation_id=application.organisation_id,
        application_id=application.pk,
        actor=f"member:{member.pk}",
        at=now,
        data=data,
    )
