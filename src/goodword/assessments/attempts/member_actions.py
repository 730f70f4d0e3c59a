"""Members' actions on an attempt. They never reveal adjustments: deadlines come from the role's settings, and pending
requests block nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.assessments.attempts.completion import end_part_early
from goodword.assessments.attempts.mails import mail_candidate
from goodword.assessments.attempts.parts import as_members_see, is_over, is_running
from goodword.assessments.attempts.reminders import queue_reminder
from goodword.assessments.models import Answer, Attempt, AttemptPart
from goodword.assessments.results import contents_in
from goodword.assessments.scoring import issue_total
from goodword.core.events import record
from goodword.core.text import written_weekday
from goodword.core.workdays import into_working_hours, moved_with
from goodword.notifications.domain.queue import cancel, restore_invitation
from goodword.roles.models import Step
from goodword.workflow.domain.eligibility import closing_outcome, mail_blocked_reason
from goodword.workflow.domain.reminder_times import plan_reminder
from goodword.workflow.domain.runs import (
    CANCELLED,
    MAIL_FAILURES,
    Refused,
    Reminded,
    actor,
    candidate_complained,
    later_deadline,
    lock_for_member,
    refuse_if_over,
    refuse_if_unreachable,
    refuse_if_used_up,
    refuse_if_written_to,
)
from goodword.workflow.models import (
    DONE,
    UNFINISHED,
    StepRun,
    awaits_click,
    is_open,
    move,
    record_event,
    status,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleActions:
    is_running: bool
    remind: bool
    pause: bool
    resume: bool
    mark_complete: bool


def possible_actions(attempt: Attempt, *, now: datetime) -> PossibleActions:
    """`attempt`: fetched with its request, step and application."""
    application = attempt.step_request.application
    running = is_open(attempt) and not closing_outcome(attempt, application)
    quiet = attempt.paused_at is not None or awaits_click(attempt)
    return PossibleActions(
        is_running=running,
        remind=running
        and not quiet
        and attempt.invited_at is not None
        and status(attempt, now=now) != "overdue"
        and attempt.attention not in MAIL_FAILURES
        and attempt.reminders_sent < attempt.reminders_promised
        and not candidate_complained(application),
        pause=running and attempt.paused_at is None,
        resume=running and attempt.paused_at is not None and not awaits_click(attempt),
        mark_complete=running and attempt.begun_at is not None,
    )


def remind_now(*, attempt_id: int, member: Membership, now: datetime) -> Reminded:
    with transaction.atomic():
        attempt = lock_for_member(Attempt, attempt_id, member=member)
        _refuse_unless_open(attempt)
        if attempt.paused_at is not None:
            raise Refused(_("This assessment is paused. Resume it first."))
        if awaits_click(attempt):
            raise Refused(_("Nothing is sent until you press Invite again."))
        application, organisation = attempt.step_request.application, attempt.organisation
        refuse_if_unreachable(attempt, application)
        if status(attempt, now=now) == "overdue":
            refuse_if_over(attempt.deadline_at, now=now)
        refuse_if_used_up(attempt.reminders_promised - attempt.reminders_sent)
        refuse_if_written_to(organisation, attempt.step_request.mail_ref, now=now)
        queue_reminder(attempt, application, by=actor(member), now=now)
        attempt.save()
        return Reminded(
            left=attempt.reminders_promised - attempt.reminders_sent,
            out_of_hours=into_working_hours(now, calendar=organisation.calendar) > now,
        )


def extend_attempt(*, attempt_id: int, days: int, member: Membership, now: datetime) -> Attempt:
    """Extend the deadline. Idempotent. Raises Refused unless it is later, ValueError for impossible `days`."""
    with transaction.atomic():
        attempt = lock_for_member(Attempt, attempt_id, member=member)
        _refuse_unless_open(attempt)
        organisation, before = attempt.organisation, attempt.overdue_since
        day = written_weekday(timezone.localtime(before, organisation.zone))
        until = later_deadline(organisation, days, before=before, day=day, now=now)
        if until <= before:
            return attempt
        extended = moved_with(before, until, moved_to=attempt.deadline_at, calendar=organisation.calendar)
        if attempt.clock_stopped_at is not None:  # or the wait so far would be added to the new deadline
            extended, attempt.clock_stopped_at = max(extended, attempt.deadline_if_resumed(now)), now
        attempt.deadline_at = extended
        attempt.deadline_moved_by = attempt.deadline_at - until
        if attempt.paused_at is None and not awaits_click(attempt) and attempt.attention not in MAIL_FAILURES:
            plan_reminder(attempt, organisation=organisation, now=now)
        attempt.save()
        record_event("attempt.extended", attempt, by=actor(member), at=now, until=until.isoformat())
        _mail_new_deadline(attempt, now=now)
        return attempt


def _mail_new_deadline(attempt: Attempt, *, now: datetime) -> None:
    """Mail the new deadline, even while an adjustment request stops the clock, since a missing mail would reveal it."""
    application = attempt.step_request.application
    if attempt.paused_at is not None or awaits_click(attempt) or attempt.invited_at is None:
        return
    if attempt.attention in MAIL_FAILURES or mail_blocked_reason(application):
        return
    mail_candidate(
        attempt,
        application=application,
        name="extended",
        key=f"extended:{attempt.deadline_at:%Y%m%d%H%M}",
        not_after=attempt.deadline_at,
        now=now,
    )


def pause_attempt(*, attempt_id: int, member: Membership, now: datetime) -> Attempt:
    """Stop reminders until a member resumes. The link still works, and running clocks continue. Idempotent."""
    with transaction.atomic():
        attempt = lock_for_member(Attempt, attempt_id, member=member)
        _refuse_unless_open(attempt)
        if attempt.paused_at is not None:
            return attempt
        move(attempt, "pause", at=now, by=actor(member))
        cancel(organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref, now=now)
        _record_step("step.paused", attempt, member=member, now=now)
        return attempt


def resume_attempt(*, attempt_id: int, member: Membership, now: datetime) -> Attempt:
    """Resume with the remaining reminders and the same deadline. Idempotent. Raises Refused."""
    with transaction.atomic():
        attempt = lock_for_member(Attempt, attempt_id, member=member)
        _refuse_unless_open(attempt)
        if attempt.paused_at is None:
            return attempt
        if awaits_click(attempt):
            raise Refused(_("Press Invite again to resume it and notify the candidate."))
        move(attempt, "resume", at=now, by=actor(member))
        restore_invitation(
            organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref, now=now
        )
        plan_reminder(attempt, organisation=attempt.organisation, now=now)
        attempt.save()
        _record_step("step.resumed", attempt, member=member, now=now)
        return attempt


def cancel_attempt(*, attempt_id: int, member: Membership, now: datetime) -> Attempt:
    """Close the attempt, keeping answers. *Invite again* assigns another. Idempotent. Raises Refused."""
    with transaction.atomic():
        attempt = lock_for_member(Attempt, attempt_id, member=member)
        if attempt.progress not in UNFINISHED:
            raise Refused(_("This assessment has already ended."))
        if attempt.closed_at is not None:
            return attempt
        attempt.attention = ""
        move(attempt, "close", at=now, by=actor(member), reason=CANCELLED)
        cancel(organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref, now=now)
        _record_step("step.closed", attempt, member=member, now=now, reason=CANCELLED)
        return attempt


def mark_complete(*, attempt_id: int, member: Membership, now: datetime) -> Attempt:
    """End and score the parts that have started. A total is issued only if every part is finished. Idempotent. Raises
    Refused if nothing was answered."""
    with transaction.atomic():
        attempt = lock_for_member(Attempt, attempt_id, member=member)
        if attempt.progress == StepRun.Progress.MARKED_COMPLETE:
            return attempt
        _refuse_unless_open(attempt)
        parts, answered = _parts(attempt), _answered(attempt)
        if not any(part.ended_at is not None or answered[part.pk] for part in parts):
            raise Refused(
                _(
                    "Nothing has been answered yet, so there is nothing to report. Cancel the assessment instead."
                )
            )
        for part in parts:
            if part.ended_at is None and part.begun_at is not None:
                end_part_early(part, now=now)
        if all(part.ended_at is not None and part.is_whole for part in parts):
            issue_total(attempt)
        attempt.clock_stopped_at = None
        move(attempt, "mark_complete", at=now, by=actor(member))
        cancel(organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref, now=now)
        record_event("attempt.completed", attempt, by=actor(member), at=now)
        return attempt


def completion_effects(attempt: Attempt, *, now: datetime) -> list[str]:
    done: list[str] = []
    cut: list[str] = []
    without: list[str] = []
    parts, answered = [as_members_see(part) for part in _parts(attempt)], _answered(attempt)
    contents = contents_in(parts, (get_language() or "").partition("-")[0])
    for part in parts:
        title = contents[part.pk].name
        if part.ended_at is not None or is_over(part, now=now):
            done.append(title)
        elif part.begun_at is None:
            without.append(title)
        elif is_running(part):
            cut.append(
                _("%(test)s: the candidate is working on it. Its clock stops; %(n)s of %(m)s answers count.")
                % {"test": title, "n": answered[part.pk], "m": part.items}
            )
        else:
            cut.append(
                _("%(test)s: %(n)s of %(m)s answers count.")
                % {"test": title, "n": answered[part.pk], "m": part.items}
            )
    found = [_("Finished by the candidate: %(tests)s.") % {"tests": ", ".join(done)}] if done else []
    found += cut
    if without:
        found.append(_("Not started, so no result: %(tests)s.") % {"tests": ", ".join(without)})
    return found


def _parts(attempt: Attempt) -> list[AttemptPart]:
    rows = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt).order_by("order")
    parts = list(rows.select_related("version__test", "part"))
    for part in parts:
        part.attempt = attempt
    return parts


def _answered(attempt: Attempt) -> Counter[int]:
    rows = Answer.objects.of(attempt.organisation).filter(part__attempt=attempt)
    return Counter(rows.values_list("part_id", flat=True))


def _refuse_unless_open(attempt: Attempt) -> None:
    if attempt.progress in DONE:
        raise Refused(_("This assessment is already complete."))
    if not is_open(attempt):
        if attempt.step_request.application.end:
            raise Refused(_("This assessment is closed, and the application has ended."))
        raise Refused(_("This assessment is closed. Invite again to start a new one."))
    if closing_outcome(attempt, attempt.step_request.application):
        raise Refused(_("This assessment was closed because the application has ended."))


def _record_step(name: str, attempt: Attempt, *, member: Membership, now: datetime, **data: str) -> None:
    record(
        name,
        organisation_id=attempt.organisation_id,
        application_id=attempt.step_request.application_id,
        actor=actor(member),
        at=now,
        data={"step_request_id": attempt.step_request_id, "kind": Step.Kind.ASSESSMENT.value, **data},
    )
