"""Step requests: created by a stage or a member, then waiting, started, or offered an earlier result."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, assert_never

from django.db import transaction
from django.db.models import Q, QuerySet

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core.compiled_queries import insert_once
from goodword.core.events import record
from goodword.core.jobs import for_each
from goodword.core.models import Event
from goodword.notifications.domain.queue import candidate_page_url, queue_for_recruiter
from goodword.roles.models import Step, is_confidential, rules_of_stage
from goodword.workflow.domain.eligibility import (
    BLOCKING_REASONS,
    blocking_reason,
    in_step_stage,
    is_unpublished,
    job_matches_role,
    may_start,
    needs_click,
    still_in_stage,
    waiting_reason,
)
from goodword.workflow.models import DONE, StepRequest, StepRun, lock_application, lock_step_request

WaitingReason, State = StepRequest.WaitingReason, StepRequest.State
REUSABLE_FOR: Final = timedelta(days=365)
#: waiting reasons with which entering a stage again may start the step
STARTABLE_LATER = (*BLOCKING_REASONS, WaitingReason.CLICK, WaitingReason.UNPUBLISHED)

DECIDED_BY_MEMBER = (WaitingReason.CLICK, WaitingReason.REUSE)

#: how long a due step waits while there is unread news about the application
NEWS_WAIT: Final = timedelta(minutes=1)
#: whether there is news about an application that we couldn't read yet, and that may end it
_news_conditions: list[Callable[[Application], bool]] = []


def postpone_if(condition: Callable[[Application], bool]) -> None:
    """Register a condition. Due steps don't start while the application meets one."""
    _news_conditions.append(condition)


class NotConfirmed(Exception):
    """There is a finished run, and the member hasn't confirmed that they want another."""


class CannotStart(Exception):
    """`reason`: how the application ended, a StepRequest.WaitingReason, "no_requirement", or "reused"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def lock_application_of(event: Event) -> Application:
    assert event.application_id is not None
    return lock_application(event.application_id)


def waiting_requests(application: Application) -> QuerySet[StepRequest]:
    step_requests = StepRequest.objects.of(application.organisation)
    locked = step_requests.select_for_update(of=("self",), no_key=True).select_related("step")
    return locked.filter(application=application, state=State.WAITING).order_by("pk")


def _set_waiting(step_request: StepRequest, reason: str) -> None:
    step_request.state, step_request.waiting_reason, step_request.started_at, step_request.due_at = (
        State.WAITING,
        reason,
        None,
        None,
    )
    step_request.save(update_fields=["state", "waiting_reason", "started_at", "due_at"])


def wait(step_request: StepRequest, reason: str, *, application: Application, at: datetime, by: str) -> None:
    """Let the request wait. `reason`: a StepRequest.WaitingReason other than a delay."""
    _set_waiting(step_request, reason)
    match why := WaitingReason(reason):
        case WaitingReason.CLICK:
            record_event("step.waits_for_click", step_request, application=application, at=at, by="goodword")
        case WaitingReason.UNPUBLISHED:
            record_event("step.waits_for_assessment", step_request, application=application, at=at, by=by)
        case (
            WaitingReason.NO_ADDRESS
            | WaitingReason.MAY_NOT_EMAIL
            | WaitingReason.PROSPECT
            | WaitingReason.SUSPICIOUS_NAME
            | WaitingReason.REUSE
        ):
            record_event(
                "step.needs_attention", step_request, application=application, at=at, by=by, reason=reason
            )
        case WaitingReason.NOTHING | WaitingReason.DELAY:
            raise ValueError(f"no event for the waiting reason {reason!r}")
        case _:
            assert_never(why)


def keep_for_click(step_request: StepRequest, *, application: Application, at: datetime) -> None:
    """Keep the request after the application has ended, so that a member can start the step if that is undone."""
    _set_waiting(step_request, WaitingReason.CLICK)
    reason = application.end
    record_event(
        "step.not_started", step_request, application=application, at=at, by="goodword", reason=reason
    )


def withdraw(step_request: StepRequest, *, application: Application, at: datetime) -> None:
    reason = "" if job_matches_role(application) else "changed_job"
    if not _has_moved(application, since=step_request.requested_at):
        reason = "unmapped"
    record_event(
        "step.not_started", step_request, application=application, at=at, by="goodword", reason=reason
    )
    step_request.delete()


def dismiss_by_member(
    *, application: Application, step_request_id: int, member: Membership, now: datetime
) -> bool:
    """Withdraw a request that waits for a member's decision, if the candidate has left the stages of its step. Returns
    False if it isn't waiting. The candidate's return to such a stage requests the step again."""
    with transaction.atomic():
        application = lock_application(application.pk)
        rows = waiting_requests(application).filter(waiting_reason__in=DECIDED_BY_MEMBER)
        row = rows.exclude(still_in_stage(member.organisation)).filter(pk=step_request_id).first()
        if row is None:
            return False
        by = f"member:{member.pk}"
        record_event("step.not_started", row, application=application, at=now, by=by, reason="dismissed")
        row.delete()
        return True


def _has_moved(application: Application, *, since: datetime) -> bool:
    moves = ("application.left_stage", "application.changed_job")
    return Event.objects.filter(application_id=application.pk, name__in=moves, occurred_at__gt=since).exists()


def start_step(
    step_request: StepRequest, *, application: Application, at: datetime, by: str, manual: bool = False
) -> None:
    """Mark the request as started; assessments or references then create the run. `manual`: whatever the stage."""
    step_request.state, step_request.waiting_reason, step_request.due_at, step_request.started_at = (
        State.STARTED,
        "",
        None,
        at,
    )
    step_request.save(update_fields=["state", "waiting_reason", "due_at", "started_at"])
    more = {"manual": True} if manual else {}
    record_event("step.requested", step_request, application=application, at=at, by=by, **more)


def record_event(
    name: str,
    step_request: StepRequest,
    *,
    application: Application,
    at: datetime,
    by: str,
    **data: str | bool | int,
) -> None:
    more = {key: value for key, value in data.items() if value}
    record(
        name,
        organisation_id=application.organisation_id,
        application_id=application.pk,
        actor=by,
        at=at,
        data={"step_request_id": step_request.pk, "kind": step_request.step.kind, **more},
    )


def start_by_member(
    *, application_id: int, step: Step, member: Membership, now: datetime, after_reuse: bool = False
) -> StepRequest:
    """Start without the delay. Idempotent. `after_reuse`: even if an earlier result was reused. Raises CannotStart, and
    LookupError if the arguments don't belong together."""
    with transaction.atomic():
        application = lock_application(application_id)
        if application.organisation_id != member.organisation_id or step.role_id != application.role_id:
            raise LookupError(
                f"Step {step.pk} does not belong to application {application_id}, or member {member.pk} to its "
                "organisation."
            )
        if reason := application.end or blocking_reason(application):
            raise CannotStart(reason)
        if is_unpublished(step):
            raise CannotStart("no_requirement")
        step_request, _ = (
            StepRequest.objects.of(member.organisation)
            .select_for_update(of=("self",), no_key=True)
            .select_related("step")
            .get_or_create(
                application=application,
                step=step,
                defaults={"organisation": member.organisation, "requested_at": now},
            )
        )
        if step_request.state == StepRequest.State.REUSED and not after_reuse:
            raise CannotStart("reused")
        if step_request.state != StepRequest.State.STARTED:
            start_step(step_request, application=application, at=now, by=f"member:{member.pk}", manual=True)
        return step_request


def offer_earlier[R: StepRun](
    model: type[R], step_request: StepRequest, *, application: Application, at: datetime
) -> bool:
    """Wait for a member if another application has a recent result of this kind. Returns whether it does."""
    earlier = _latest_result(model, step_request, application=application, at=at)
    if earlier is None:
        return False
    step_request.earlier = earlier.step_request
    step_request.save(update_fields=["earlier"])
    wait(step_request, StepRequest.WaitingReason.REUSE, application=application, at=at, by="goodword")
    return True


def reuse_earlier(step_request: StepRequest, *, application: Application, at: datetime, by: str) -> None:
    step_request.state, step_request.waiting_reason, step_request.started_at = (
        StepRequest.State.REUSED,
        "",
        at,
    )
    step_request.save(update_fields=["state", "waiting_reason", "started_at"])
    record_event(
        "step.reused",
        step_request,
        application=application,
        at=at,
        by=by,
        earlier_id=step_request.earlier_id or 0,
    )


def reuse_times(step_requests: Iterable[StepRequest]) -> dict[int, datetime]:
    """Return when earlier results were reused, by request id, even if a new run followed."""
    having = [
        step_request
        for step_request in step_requests
        if step_request.earlier_id is not None and step_request.started_at is not None
    ]
    found = {
        step_request.pk: step_request.started_at
        for step_request in having
        if step_request.state == StepRequest.State.REUSED and step_request.started_at is not None
    }
    since = {
        step_request.pk: step_request.application_id
        for step_request in having
        if step_request.pk not in found
    }
    if since:
        events = Event.objects.filter(name="step.reused", application_id__in=set(since.values()))
        for event in events.order_by("pk"):
            if event.data.get("step_request_id") in since:
                found[event.data["step_request_id"]] = event.occurred_at
    return found


def too_old_to_reuse(completed_at: datetime | None, *, now: datetime) -> bool:
    """Notices to candidates and referees promise that a result is used for other roles for a year only."""
    return completed_at is not None and completed_at <= now - REUSABLE_FOR


def is_confidential_source(earlier: StepRequest) -> bool:
    """Whether the earlier application may be hidden from members who can see the later one."""
    application = earlier.application
    return application.candidate.private or (
        application.role is not None and is_confidential(application.role)
    )


def _latest_result[R: StepRun](
    model: type[R], step_request: StepRequest, *, application: Application, at: datetime
) -> R | None:
    rows: QuerySet[R] = model._default_manager.all()  # type: ignore[assignment]  # typed as of Model
    done = rows.filter(
        organisation=application.organisation,
        step_request__application__candidate=application.candidate,
        step_request__step__kind=step_request.step.kind,
        progress__in=DONE,
        completed_at__gt=at - REUSABLE_FOR,
        step_request__application__erasure_requested_at=None,
        step_request__application__erased_at=None,
    )
    others = done.exclude(step_request__application=application).select_related("step_request")
    return others.order_by("-completed_at", "-pk").first()


def on_needs_attention(event: Event) -> None:
    """Mail the recruiter once per request and reason."""
    step_request = (
        StepRequest.objects.across_organisations()
        .select_related(
            "organisation",
            "step",
            "application__candidate",
            "application__organisation",
            "application__role__owner__user",
            "earlier__application__candidate",
            "earlier__application__role",
        )
        .filter(pk=event.data["step_request_id"])
        .first()
    )
    if step_request is None:
        return
    application = step_request.application
    if application.is_being_erased:
        return
    reason = str(event.data.get("reason", ""))
    if reason == StepRequest.WaitingReason.REUSE and (
        step_request.earlier is None or is_confidential_source(step_request.earlier)
    ):
        reason = "decide"  # the recipient must not learn of the other application
    queue_for_recruiter(
        application,
        kind="workflow.needs_attention",
        key=f"step_request:{step_request.pk}:attention:{event.data.get('reason', '')}",
        template="workflow/mail/needs_attention",
        context={
            "candidate_name": application.candidate.name,
            "role_title": application.role.title if application.role else "",
            "step": step_request.step.kind,
            "reason": reason,
            "page_url": candidate_page_url(application),
        },
        now=event.occurred_at,
    )


def on_suspicious_name(event: Event) -> None:
    """Mail the recruiter once per application and suspicious name."""
    if event.application_id is None:
        return
    application = (
        Application.objects.across_organisations()
        .select_related("organisation", "candidate", "role__owner__user")
        .get(pk=event.application_id)
    )
    candidate = application.candidate
    step_requests = StepRequest.objects.of(application.organisation).filter(application=application)
    if not candidate.is_name_suspicious or not step_requests.filter(state=StepRequest.State.STARTED).exists():
        return
    if event.name in {"candidate.changed", "candidate.merged"} and application.end:
        return
    spelling = sha256(candidate.name.encode()).hexdigest()[:16]
    queue_for_recruiter(
        application,
        kind="workflow.suspicious_name",
        key=f"application:{application.pk}:name:{spelling}",
        template="workflow/mail/suspicious_name",
        context={
            "candidate_name": candidate.name,
            "role_title": application.role.title if application.role else "",
            "page_url": candidate_page_url(application),
        },
        now=event.occurred_at,
    )


def on_entered_stage(event: Event) -> None:
    """Request the steps of the stage that the event names, unless the application has ended, or has left the stage of a
    step that pauses then. If its job has changed since, a step must also belong to its present stage."""
    assert event.application_id is not None
    applications = Application.objects.across_organisations().filter(pk=event.application_id)
    connection_id = applications.values_list("connection_id", flat=True).get()
    if connection_id is None:
        return
    job_id, stage_id = event.data.get("job_id"), event.data.get("stage_id")
    rules = rules_of_stage(connection_id=connection_id, job_id=job_id, stage_id=stage_id)
    if not rules:
        return
    application = lock_application_of(event)
    same_job = job_id == application.job_id
    for rule in rules:
        if may_start(application, rule.step) and (same_job or in_step_stage(application, rule.step)):
            request_step(application=application, step=rule.step, at=event.occurred_at, by=event.actor)


def on_candidate_changed(event: Event) -> None:
    """Start steps that waited for an address, a valid name or permission to e-mail."""
    application = lock_application_of(event)
    for step_request in waiting_requests(application).filter(waiting_reason__in=BLOCKING_REASONS):
        if not may_start(application, step_request.step):
            continue
        if reason := blocking_reason(application):
            step_request.waiting_reason = reason
            step_request.save(update_fields=["waiting_reason"])
        elif needs_click(application, step_request.step):
            wait(
                step_request,
                WaitingReason.CLICK,
                application=application,
                at=event.occurred_at,
                by="goodword",
            )
        elif is_unpublished(step_request.step):
            wait(
                step_request,
                WaitingReason.UNPUBLISHED,
                application=application,
                at=event.occurred_at,
                by=event.actor,
            )
        else:
            start_step(step_request, application=application, at=event.occurred_at, by=event.actor)


def request_step(*, application: Application, step: Step, at: datetime, by: str) -> StepRequest:
    """Request a step, once per application, which must be locked and active. The request waits if there is a
    `waiting_reason`. The step's delay leaves time to undo a mistaken stage move. A later arrival starts a request that
    waits for one, and is otherwise only recorded (`step.requested_again`), so that a paused run continues."""
    step_request = StepRequest(
        organisation=application.organisation, application=application, step=step, requested_at=at
    )
    reason = waiting_reason(application, step)
    if not reason and is_unpublished(step):
        reason = WaitingReason.UNPUBLISHED
    elif not reason and step.delay_minutes:
        reason = WaitingReason.DELAY
    if not reason:
        step_request.state, step_request.started_at = State.STARTED, at
    fresh = insert_once(step_request)
    if fresh and not reason:
        record_event("step.requested", step_request, application=application, at=at, by=by)
        return step_request
    if not fresh:
        step_request = StepRequest.objects.of(application.organisation).get(
            application=application, step=step
        )
    if not fresh and step_request.waiting_reason not in STARTABLE_LATER:
        record_event("step.requested_again", step_request, application=application, at=at, by=by)
    elif not reason:
        start_step(step_request, application=application, at=at, by=by)
    elif reason == WaitingReason.DELAY:
        step_request.waiting_reason, step_request.due_at = reason, at + timedelta(minutes=step.delay_minutes)
        step_request.save(update_fields=["waiting_reason", "due_at"])
        record_event("step.delayed", step_request, application=application, at=at, by=by)
    elif reason == WaitingReason.CLICK or step_request.waiting_reason != reason:
        wait(step_request, reason, application=application, at=at, by=by)
    elif reason != WaitingReason.UNPUBLISHED:
        record_event("step.requested_again", step_request, application=application, at=at, by=by)
    return step_request


def request_for_new_application(
    *, application: Application, step: Step, at: datetime, by: str
) -> StepRequest:
    """Request a step without its delay. The application was added to an active role in this transaction."""
    step_request = StepRequest.objects.of(application.organisation).create(
        organisation=application.organisation, application=application, step=step, requested_at=at
    )
    reason = blocking_reason(application)
    if not reason and is_unpublished(step):
        reason = WaitingReason.UNPUBLISHED
    if reason:
        wait(step_request, reason, application=application, at=at, by=by)
    else:
        start_step(step_request, application=application, at=at, by=by)
    return step_request


def ready_to_invite[R: StepRun](model: type[R], event: Event) -> tuple[StepRequest, Application] | None:
    """The last decision before the invitation (`step.requested`). Returns request and application, locked. None if
    there is a run, or the request was withdrawn or has to wait, for example for a decision about an earlier result."""
    found = lock_step_request(event.data["step_request_id"], application_id=event.application_id)
    if found is None or model._default_manager.filter(step_request=found[0]).exists():
        return None
    step_request, application = found
    manual = bool(event.data.get("manual"))
    if _wait_or_withdraw(step_request, application, at=event.occurred_at, manual=manual):
        return None
    if not manual and offer_earlier(model, step_request, application=application, at=event.occurred_at):
        return None
    return step_request, application


def _wait_or_withdraw(
    step_request: StepRequest, application: Application, *, at: datetime, manual: bool
) -> bool:
    """Let the request wait (for a click, or until mail is possible), or withdraw it because the stage or the job has
    changed. Returns True if nothing may be sent, which is also the case if it isn't *started*."""
    if step_request.state != State.STARTED:  # waits for a member, or an earlier result was reused
        return True
    if reused_at := reuse_times([step_request]).get(step_request.pk):
        return _keep_reused(step_request, application, reused_at=reused_at, at=at)
    if application.end:
        keep_for_click(step_request, application=application, at=at)
        return True
    if not manual and not may_start(application, step_request.step):
        withdraw(step_request, application=application, at=at)
        return True
    if reason := waiting_reason(application, step_request.step, manual=manual):
        wait(step_request, reason, application=application, at=at, by="goodword")
        return True
    return False


def _keep_reused(
    step_request: StepRequest, application: Application, *, reused_at: datetime, at: datetime
) -> bool:
    """Go back to the reused result if nothing may be sent. The request, which has reports, mustn't wait, since waiting
    requests can be withdrawn. Returns whether it went back."""
    reason = application.end or blocking_reason(application)
    if not reason:
        return False
    step_request.state, step_request.started_at = State.REUSED, reused_at
    step_request.save(update_fields=["state", "started_at"])
    record_event(
        "step.not_started", step_request, application=application, at=at, by="goodword", reason=reason
    )
    return True


def due_requests(*, now: datetime) -> QuerySet[StepRequest]:
    published = Q(waiting_reason=WaitingReason.UNPUBLISHED) & ~Q(step__requirement="")
    waiting = StepRequest.objects.across_organisations().filter(state=State.WAITING)
    return waiting.filter(Q(due_at__lte=now) | published)


def start_due(*, now: datetime) -> int:
    """Start the steps whose delay is over, and withdraw those whose candidate has moved on. Returns how many were
    started."""
    first = due_requests(now=now).order_by("due_at").values_list("pk", flat=True)[:200]
    return for_each(list(first), lambda pk: _start_if_due(pk, now=now))


def _is_due(step_request: StepRequest, *, now: datetime) -> bool:
    if step_request.state != State.WAITING:
        return False
    if step_request.waiting_reason == WaitingReason.UNPUBLISHED:
        return not is_unpublished(step_request.step)
    return step_request.due_at is not None and step_request.due_at <= now


def _start_if_due(pk: int, *, now: datetime) -> bool:
    with transaction.atomic():
        found = lock_step_request(pk)
        if found is None:
            return False
        step_request, application = found
        if not _is_due(step_request, now=now):
            return False
        if application.end:
            keep_for_click(step_request, application=application, at=now)
        elif application.in_greenhouse and not in_step_stage(application, step_request.step):
            withdraw(step_request, application=application, at=now)  # moved on before the delay was over
        elif reason := waiting_reason(application, step_request.step):
            wait(step_request, reason, application=application, at=now, by="goodword")
        elif any(condition(application) for condition in _news_conditions):
            if step_request.due_at is not None:
                step_request.due_at = now + NEWS_WAIT
                step_request.save(update_fields=["due_at"])
        else:
            start_step(step_request, application=application, at=now, by="goodword")
            return True
        return False
