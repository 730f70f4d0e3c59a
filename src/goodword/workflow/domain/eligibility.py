"""Decides from the locked application whether a step may start, continue or close.

Reactions run concurrently and in any order, so they look at the row, not at the event, which only says that
something has changed. Whichever runs last leaves the step in the right state.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from goodword.candidates.models import Application
from goodword.core.compiled_queries import compiled, remembered
from goodword.core.models import Event, HasPk
from goodword.roles.models import StageRule, Step, automation_of, rules_of_stage
from goodword.workflow.models import StepRequest, StepRun

Status, WaitingReason = Application.Status, StepRequest.WaitingReason
#: reasons why the candidate can't be e-mailed; a step starts once their details have changed
BLOCKING_REASONS = (
    WaitingReason.PROSPECT,
    WaitingReason.NO_ADDRESS,
    WaitingReason.MAY_NOT_EMAIL,
    WaitingReason.SUSPICIOUS_NAME,
)
RESTORED = ("application.unrejected", "application.unhired", "erasure.cancelled")
REQUESTED_BY_MEMBER = (
    "step.requested",
    "step.waits_for_assessment",
    "attempt.assigned",
    "check.opened",
    "check.invited_again",
)


def has_step_requests(event: Event) -> bool:
    """Whether the application has step requests: most changes in Greenhouse are about applications that have none. No
    lock is needed, since these events, except `candidate.changed`, are recorded under the application's lock."""
    assert event.application_id is not None
    rows = StepRequest.objects.across_organisations().filter(application_id=event.application_id)
    return remembered(("has step requests", event.pk), rows.exists)


def in_step_stage(application: Application, step: Step) -> bool:
    if application.connection_id is None:
        return False
    rules = rules_of_stage(
        connection_id=application.connection_id, job_id=application.job_id, stage_id=application.stage_id
    )
    return any(rule.step_id == step.pk for rule in rules)


def still_in_stage(organisation: HasPk) -> Q:
    """`in_step_stage` of step requests. Applications without an ATS have no stage to leave."""
    stages = StageRule.objects.of(organisation).filter(
        step=OuterRef("step"),
        automation__connection_id=OuterRef("application__connection_id"),
        automation__job_id=OuterRef("application__job_id"),
        stage_id=OuterRef("application__stage_id"),
    )
    return Q(application__connection_id=None) | Q(Exists(stages))


def left_before_start(organisation: HasPk) -> Q:
    """Waiting step requests that nobody can act on, since the candidate has left the step's stages: even once the
    reason for waiting is gone, they start only if the candidate returns."""
    needs_stage = Q(waiting_reason=WaitingReason.UNPUBLISHED) | Q(
        waiting_reason__in=BLOCKING_REASONS,
        step__on_leave=Step.OnLeave.PAUSE,
        application__stage_id__isnull=False,
    )
    return needs_stage & ~still_in_stage(organisation)


def has_left_stages(application: Application, step: Step) -> bool:
    """Whether it has left the step's stages and the step pauses then. Without an ATS there are no stages."""
    return (
        application.in_greenhouse
        and step.on_leave == Step.OnLeave.PAUSE
        and not in_step_stage(application, step)
    )


def job_matches_role(application: Application) -> bool:
    """Whether its Greenhouse job belongs to its role. True for prospects, who have no job."""
    if application.connection_id is None or application.job_id is None:
        return True
    automation = automation_of(connection_id=application.connection_id, job_id=application.job_id)
    return automation is not None and automation.role_id == application.role_id


def closing_outcome(run: StepRun, application: Application) -> str:
    """Return the application's outcome if the step's settings close the run after it ("erasure", "rejected", …), else
    "". A later change of the settings doesn't close a run that has continued after an outcome."""
    if application.is_being_erased:
        return "erasure"
    step = run.step_request.step
    closes = {
        Status.REJECTED: step.on_reject,
        Status.HIRED: step.on_hire,
        Status.CONVERTED: Step.OnClose.CLOSE,  # replaced by another application
    }
    status = Status(application.status)
    if status == run.continues_after or closes.get(status) != Step.OnClose.CLOSE:
        return ""
    return status.value


def needs_click(application: Application, step: Step) -> bool:
    """Whether the role is archived, Greenhouse no longer shows the application, or an outcome was undone and the step
    hasn't been requested again since."""
    if step.role.archived_at is not None or application.not_visible_since is not None:
        return True
    events = Event.objects.filter(application_id=application.pk)
    found = remembered(("restored", application.pk), lambda: _last_restored(application.pk))
    if not found:
        return False
    [restored] = found
    rules = StageRule.objects.of(application.organisation).filter(step=step)
    stages = set(rules.values_list("automation__job_id", "stage_id"))
    step_requests = StepRequest.objects.of(application.organisation).filter(
        application=application, step=step
    )
    ids = set(step_requests.values_list("pk", flat=True))
    return not any(_asks_for(event, stages, ids) for event in events.filter(pk__gt=restored.pk))


@compiled
def _last_restored(application_id: int) -> QuerySet[Event]:
    events = Event.objects.filter(application_id=application_id, name__in=RESTORED)
    return events.order_by("-pk")[:1]


def _asks_for(event: Event, stages: set[tuple[int, int]], step_requests: set[int]) -> bool:
    if event.name == "application.entered_stage":
        return (event.data.get("job_id"), event.data.get("stage_id")) in stages
    by_member = event.name in REQUESTED_BY_MEMBER and event.actor.startswith("member:")
    return by_member and event.data.get("step_request_id") in step_requests


def may_start(application: Application, step: Step) -> bool:
    """Whether the application's outcome, stage and job allow the step. A `waiting_reason` may still apply."""
    return not application.end and not has_left_stages(application, step) and job_matches_role(application)


def waiting_reason(application: Application, step: Step, *, manual: bool = False) -> str:
    """Return why a step that may start has to wait (a StepRequest.WaitingReason), or "". `manual`: it needs no click.
    Delay, nothing published and an earlier result are decided by `request_step` and `offer_earlier`."""
    if not manual and needs_click(application, step):
        return WaitingReason.CLICK
    return blocking_reason(application)


def blocking_reason(application: Application) -> str:
    """The StepRequest.WaitingReason that keeps all steps from starting, or ""."""
    if reason := mail_blocked_reason(application):
        return reason
    return (
        WaitingReason.SUSPICIOUS_NAME if application.candidate.is_name_suspicious else WaitingReason.NOTHING
    )


def is_unpublished(step: Step) -> bool:
    """Whether it is an assessment that nobody can take yet. The default test needs a job requirement, and publishing a
    member's draft stores its requirements in the step."""
    return step.kind == Step.Kind.ASSESSMENT and not step.requirement.strip()


def mail_blocked_reason(application: Application) -> str:
    if application.prospect:
        return WaitingReason.PROSPECT
    if not application.candidate.email:
        return WaitingReason.NO_ADDRESS
    if not application.candidate.can_email:
        return WaitingReason.MAY_NOT_EMAIL
    return WaitingReason.NOTHING
