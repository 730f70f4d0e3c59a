"""Assignment of assessments, invitations, and reactions to changes of applications and mails."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from goodword.accounts.models import Membership
from goodword.assessments.adjustments import mails
from goodword.assessments.adjustments.requests import ask_again, carry_over
from goodword.assessments.attempts.completion import complete_if_done
from goodword.assessments.attempts.mails import mail_candidate
from goodword.assessments.attempts.parts import common_language, version_for
from goodword.assessments.kinds.builtin import WORK_STYLE
from goodword.assessments.models import Assessment, AssessmentPart, Attempt, AttemptPart
from goodword.assessments.plans.versions import current_assessment, current_version
from goodword.assessments.queries import count_of
from goodword.candidates.models import Application
from goodword.core.clock import months_after
from goodword.core.events import only_for
from goodword.core.models import Event
from goodword.core.workdays import end_of_working_day
from goodword.notifications.domain.bounces import mail_of
from goodword.notifications.domain.queue import cancel
from goodword.roles.models import Step
from goodword.workflow.domain import application_outcome, runs
from goodword.workflow.domain.eligibility import blocking_reason
from goodword.workflow.domain.reminder_times import plan_reminder
from goodword.workflow.domain.runs import (
    MAIL_FAILURES,
    clear_mail_failure,
    complaint_code,
    invited_run,
    mark_invited,
)
from goodword.workflow.domain.step_requests import NotConfirmed, ready_to_invite
from goodword.workflow.models import (
    DONE,
    UNFINISHED,
    StepRequest,
    awaits_click,
    is_open,
    lock,
    lock_step_request,
    move,
    record_event,
)

INVITED_AGAIN = "invited_again"


@only_for(kind=Step.Kind.ASSESSMENT)
def on_step_requested(event: Event) -> None:
    """Assign an assessment, unless it is no longer needed or an earlier result can be reused. Idempotent."""
    if found := ready_to_invite(Attempt, event):
        step_request, application = found
        assign(
            step_request=step_request,
            application=application,
            now=event.occurred_at,
            by=event.actor,
            is_first=True,
        )


def assign(
    *,
    step_request: StepRequest,
    application: Application,
    now: datetime,
    by: str,
    replaces: Sequence[Attempt] = (),
    is_first: bool = False,
) -> Attempt:
    """Create an attempt with fixed versions and language, and queue its invitation. The caller locks the request and
    the application. The deadline is never earlier than that of an attempt it `replaces`. `by`: who requested it.
    `is_first`: the request has no other attempt."""
    organisation, step = application.organisation, step_request.step
    assessment = current_assessment(step, now=now)
    planned = list(assessment.parts.select_related("test").order_by("order"))
    for part in planned:
        part.test.organisation = organisation
    candidate = application.candidate
    language = common_language(
        planned, wanted=candidate.chosen_language or candidate.language, fallback=organisation.language
    )
    # by the role's settings, and with adjustments
    restarted = end_of_working_day(now, step.deadline_days, calendar=organisation.calendar)
    nominal = max([restarted, *(replaced.overdue_since for replaced in replaces)])
    deadline = max([nominal, *(replaced.deadline_if_resumed(now) for replaced in replaces)])
    attempt = Attempt(
        organisation=organisation,
        step_request=step_request,
        assessment=assessment,
        language=language,
        opened_at=now,
        deadline_at=deadline,
        deadline_moved_by=deadline - nominal,
        reminders_promised=len(step.reminder_days),
        reminder_days=step.reminder_days,
        attention=complaint_code(application),
    )
    attempt.save()
    AttemptPart.objects.of(organisation).bulk_create(
        _new_part(attempt, part, language=language) for part in planned
    )
    if not is_first:
        carry_over(attempt, now=now)
    mail_candidate(
        attempt,
        application=application,
        name="invitation",
        key=INVITED_AGAIN if replaces else "invitation",
        reminders=attempt.reminders_promised,
        invites=True,
        now=now,
    )
    record_event("attempt.assigned", attempt, by=by, at=now)
    return attempt


def _new_part(attempt: Attempt, planned: AssessmentPart, *, language: str) -> AttemptPart:
    part = AttemptPart(
        organisation_id=attempt.organisation_id,
        attempt=attempt,
        part=planned,
        order=planned.order,
        version=version_for(planned, language=language),
        form=planned.form,
        seconds=planned.minutes * 60 if planned.minutes is not None else None,
    )
    part.items = count_of(part)
    return part


class CannotInvite(Exception):
    """`reason`: the outcome, a StepRequest.WaitingReason, "not_started", or "too_soon" for a retake before `day`."""

    def __init__(self, reason: str, *, day: date | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.day = day


def refuse_too_soon(*, application: Application, step: Step, now: datetime) -> None:
    """Raise CannotInvite("too_soon") within the role's retake interval."""
    if day := retake_from(application=application, step=step, now=now):
        raise CannotInvite("too_soon", day=day)


def needs_confirmation(attempt: Attempt) -> bool:
    return attempt.progress != Attempt.Progress.PENDING


def invite_again(
    *, step_request: StepRequest, member: Membership, now: datetime, after: int | None = None
) -> Attempt:
    """Close unfinished attempts and assign a new one, keeping results and later deadlines. If the last attempt has
    activity, raises NotConfirmed unless `after` is its id. Also raises CannotInvite, and LookupError for a request of
    another organisation or kind."""
    if (
        step_request.organisation_id != member.organisation_id
        or step_request.step.kind != Step.Kind.ASSESSMENT
    ):
        raise LookupError(f"Step request {step_request.pk} is not an assessment of this organisation.")
    by = f"member:{member.pk}"
    with transaction.atomic():
        found = lock_step_request(step_request.pk)
        if found is None:
            raise CannotInvite("not_started")
        locked, application = found
        if reason := _reason_not_to_invite(locked, application):
            raise CannotInvite(reason)
        refuse_too_soon(application=application, step=locked.step, now=now)
        latest = (
            Attempt.objects.of(step_request.organisation).filter(step_request=locked).order_by("-pk").first()
        )
        if latest is not None and latest.pk != after and needs_confirmation(lock(Attempt, latest.pk)):
            raise NotConfirmed
        # the candidate may just have finished or declined one
        unfinished = [run for pk in _unfinished(locked) if (run := lock(Attempt, pk)).progress in UNFINISHED]
        for old in unfinished:
            if old.closed_at is not None:  # closed by a rejection: it must not reopen beside the new one
                move(old, "reopen", at=now, by=by)
            move(old, "close", at=now, by=by, reason=INVITED_AGAIN)
        cancel(organisation=application.organisation, subject_ref=locked.mail_ref, now=now)
        return assign(step_request=locked, application=application, now=now, by=by, replaces=unfinished)


def _reason_not_to_invite(step_request: StepRequest, application: Application) -> str:
    if application.end:
        return application.end
    if step_request.state != StepRequest.State.STARTED:
        return "not_started"
    return blocking_reason(application)


def _unfinished(step_request: StepRequest) -> list[int]:
    rows = Attempt.objects.of(step_request.organisation).filter(
        step_request=step_request, progress__in=UNFINISHED
    )
    return list(rows.exclude(close_reason=INVITED_AGAIN).order_by("pk").values_list("pk", flat=True))


def retake_from(*, application: Application, step: Step, now: datetime) -> date | None:
    """The first day on which this person can retake the step's tests; None: now. Counts attempts on any application."""
    newest = current_version(step)
    # the default assessment only has work style
    months = Assessment().retake_months if newest is None else newest.retake_months
    keys = [WORK_STYLE] if newest is None else list(newest.parts.values_list("test__key", flat=True))
    taken = (
        AttemptPart.objects.of(application.organisation)
        .filter(
            attempt__step_request__application__candidate_id=application.candidate_id,
            attempt__progress__in=DONE,
            attempt__completed_at__isnull=False,
            version__test__key__in=keys,
        )
        .order_by("-attempt__completed_at")
        .values_list("attempt__completed_at", flat=True)
        .first()
    )
    if taken is None:
        return None
    zone = application.organisation.zone
    day = months_after(taken.astimezone(zone).date(), months)
    return day if now.astimezone(zone).date() < day else None


def on_application_changed(event: Event) -> None:
    """Pause, close, reopen or resume attempts when the application moves, ends or is restored.

    If an attempt is closed while the candidate works on it, the next answer is refused (409) and leads to the neutral
    closed page; saved answers stay. A timed part that is running is still ended and scored: when its time is up or, if
    the connection was lost, 30 days after the deadline (after the closing, while an adjustment request is open).
    """
    for act, attempt in application_outcome.apply_outcome(Attempt, event):
        if act == "reopen":  # its parts may have run out of time
            complete_if_done(attempt, now=event.occurred_at)
            if is_open(attempt) and not awaits_click(attempt):
                ask_again(attempt, now=event.occurred_at)


def on_suspicious_name(event: Event) -> None:
    """Mark open attempts whose mail is on hold because the name contains a link, or clear the mark."""
    runs.mark_suspicious_name(Attempt, event)


@only_for(kind=Step.Kind.ASSESSMENT)
def on_requested_again(event: Event) -> None:
    """Resume a paused attempt when the application re-enters one of the step's stages."""
    on_application_changed(event)


@only_for(has_deadline=True)
def on_email_sent(event: Event) -> None:
    """Start deadline and reminders once the invitation, or the answer to a request, has been sent."""
    email = mail_of(event)
    attempt = invited_run(Attempt, email) if email is not None else None
    if email is None or attempt is None:
        return
    before, moved_by, nominal = attempt.deadline_at, attempt.deadline_moved_by, attempt.overdue_since
    mark_invited(attempt, email, at=event.occurred_at)
    if email.kind in mails.TO_CANDIDATE:
        attempt.deadline_moved_by = moved_by + (attempt.deadline_at - before)
    elif email.deadline_days:
        calendar = attempt.organisation.calendar
        restarted = end_of_working_day(event.occurred_at, email.deadline_days, calendar=calendar)
        attempt.deadline_moved_by = attempt.deadline_at - max(nominal, restarted)
    rests = attempt.paused_at is not None or attempt.clock_stopped_at is not None or awaits_click(attempt)
    if is_open(attempt) and not rests and attempt.attention not in MAIL_FAILURES:
        plan_reminder(attempt, organisation=attempt.organisation, now=event.occurred_at)
    attempt.save()


def on_email_queued_again(event: Event) -> None:
    """Clear the attempt's mail failure after a member has resent the mail."""
    email = mail_of(event)
    attempt = invited_run(Attempt, email) if email is not None else None
    if attempt is not None:
        clear_mail_failure(attempt)


def on_email_failed(event: Event) -> None:
    """React to a bounced or unsent mail to the candidate."""
    email = mail_of(event, "application__candidate")
    if email is None:
        return
    if email.bounced_at is not None:
        runs.mark_mail_failure(Attempt, email, code=runs.UNDELIVERED)
    elif email.deadline_days is not None:
        runs.mark_mail_failure(Attempt, email, code=runs.NOT_SENT)


def on_email_complained(event: Event) -> None:
    """Stop reminders after a spam complaint."""
    email = mail_of(event, "application__candidate")
    if email is not None:
        runs.mark_mail_failure(Attempt, email, code=runs.COMPLAINED)
