"""From what happened to an application to a step: started once, waiting with its reason, or not at all."""

from datetime import datetime, timedelta

from django.db import transaction

from goodword.candidates.models import Application
from goodword.core.events import record
from goodword.core.models import Event
from goodword.core.sweep import each
from goodword.roles.models import Step
from goodword.roles.queries import rules_of_stage
from goodword.steps.domain.standing import has_left, hold, stands
from goodword.steps.models import StepStart

Waits = StepStart.Waits

#: what may stand in the way of a mail; it goes by what Greenhouse says later
HINDRANCES = (Waits.PROSPECT, Waits.NO_ADDRESS, Waits.MAY_NOT_EMAIL)


def on_entered_stage(event: Event) -> None:
    """Ask for each step that the stage starts. A second arrival is noted and starts nothing.

    Who was rejected or hired meanwhile, or has moved on from a step that would pause, is left alone.
    """
    application = hold(_application_id(event))
    if application.connection_id is None:
        return
    for rule in rules_of_stage(
        connection_id=application.connection_id,
        job_id=event.data.get("job_id"),
        stage_id=event.data.get("stage_id"),
    ):
        if _may_start(application, rule.step):
            request(application=application, step=rule.step, at=event.occurred_at, by=event.actor)


def on_candidate_changed(event: Event) -> None:
    """Start, once, what waited for an address or for leave to e-mail, when the reason has gone."""
    application = hold(_application_id(event))
    for start in (
        StepStart.objects.of(application.organisation)
        .select_for_update(of=("self",), no_key=True)
        .select_related("step")
        .filter(application=application, state=StepStart.State.WAITING, waits_for__in=HINDRANCES)
    ):
        if _may_start(application, start.step) and not hindrance(application):
            _go(start, application=application, at=event.occurred_at, by=event.actor)


def request(*, application: Application, step: Step, at: datetime, by: str) -> StepStart:
    """Ask for a step on an application, in the caller's transaction: once per application and step.

    Where something is in the way the start waits with its reason, and goes on at a later request if that has
    gone; with a delay it waits until then. Whether the application is still active is for the caller to see.
    """
    start, fresh = StepStart.objects.of(application.organisation).get_or_create(
        application=application,
        step=step,
        defaults={"organisation": application.organisation, "requested_at": at},
    )
    if not fresh and start.waits_for not in HINDRANCES:
        _record("step.asked_again", start, application=application, at=at, by=by)
    elif reason := hindrance(application):
        if start.waits_for == reason:
            _record("step.asked_again", start, application=application, at=at, by=by)
        else:
            _wait(start, reason, application=application, at=at, by=by)
    elif step.delay_minutes:
        start.waits_for, start.due_at = Waits.DELAY, at + timedelta(minutes=step.delay_minutes)
        start.save(update_fields=["waits_for", "due_at"])
        _record("step.delayed", start, application=application, at=at, by=by)
    else:
        _go(start, application=application, at=at, by=by)
    return start


def still_wanted(start: StepStart, application: Application, *, at: datetime) -> bool:
    """Whether a step that was asked for may begin now, with both `held`; if not, what becomes of the start.

    Of an application that has ended the start is kept, for a person who invites after all. Who has left the
    stage has undone a slip of the hand: the start is taken back, and a later arrival asks anew.
    """
    if application.status != Application.Status.ACTIVE:
        _record(
            "step.not_started",
            start,
            application=application,
            at=at,
            by="goodword",
            reason=application.status,
        )
        return False
    if has_left(application, start.step):
        _record("step.not_started", start, application=application, at=at, by="goodword")
        start.delete()
        return False
    if reason := hindrance(application):
        _wait(start, reason, application=application, at=at, by="goodword")
        return False
    return True


def hindrance(application: Application) -> str:
    """Why nothing may be mailed for this application, as a code of StepStart.Waits; empty if nothing is in the way."""
    if application.prospect:
        return Waits.PROSPECT
    if not application.candidate.email:
        return Waits.NO_ADDRESS
    if not application.candidate.can_email:
        return Waits.MAY_NOT_EMAIL
    return Waits.NOTHING


def start_delayed(*, now: datetime) -> int:
    """Start what waited for its delay and still stands in a stage that starts it; drop what has moved on."""
    due = StepStart.objects.across_organisations().filter(state=StepStart.State.WAITING, due_at__lte=now)
    first = due.order_by("due_at").values_list("pk", flat=True)[:200]
    return each(list(first), lambda pk: _start_delayed(pk, now=now))


def _start_delayed(pk: int, *, now: datetime) -> bool:
    with transaction.atomic():
        start = (
            StepStart.objects.across_organisations()
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("application__candidate", "step", "organisation")
            .filter(pk=pk, state=StepStart.State.WAITING, due_at__lte=now)
            .first()
        )
        if start is None:
            return False
        if _may_start(start.application, start.step) and stands(start.application, start.step):
            _go(start, application=start.application, at=now, by="goodword")
            return True
        # the slip was undone in time; a later arrival asks anew
        _record("step.not_started", start, application=start.application, at=now, by="goodword")
        start.delete()
        return False


def _may_start(application: Application, step: Step) -> bool:
    return application.status == Application.Status.ACTIVE and not has_left(application, step)


def _wait(start: StepStart, reason: str, *, application: Application, at: datetime, by: str) -> None:
    start.state, start.waits_for, start.started_at = StepStart.State.WAITING, reason, None
    start.save(update_fields=["state", "waits_for", "started_at"])
    _record("step.needs_attention", start, application=application, at=at, by=by, reason=reason)


def _go(start: StepStart, *, application: Application, at: datetime, by: str) -> None:
    start.state, start.waits_for, start.due_at, start.started_at = StepStart.State.STARTED, "", None, at
    start.save(update_fields=["state", "waits_for", "due_at", "started_at"])
    _record("step.requested", start, application=application, at=at, by=by)


def _record(
    name: str, start: StepStart, *, application: Application, at: datetime, by: str, reason: str = ""
) -> None:
    data = {"start_id": start.pk, "kind": start.step.kind} | ({"reason": reason} if reason else {})
    record(
        name,
        organisation_id=application.organisation_id,
        application_id=application.pk,
        actor=by,
        at=at,
        data=data,
    )


def _application_id(event: Event) -> int:
    assert event.application_id is not None  # these events are about applications
    return event.application_id
