"""End and score parts, complete attempts, and decline."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from goodword.assessments.attempts import part_state
from goodword.assessments.attempts.begin import needs_start
from goodword.assessments.attempts.part_state import record_event
from goodword.assessments.models import Attempt, AttemptPart
from goodword.assessments.queries import answers_of, unanswered, visible_items
from goodword.assessments.scoring import issue_total, score_part
from goodword.core.jobs import for_each
from goodword.notifications.domain.queue import cancel
from goodword.workflow.models import StepRun
from goodword.workflow.states import GRACE, is_open, lock, move, takes_answers

AT_MOST = 200


class Unanswered(Exception):
    """`numbers` of items, from 1."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(str(numbers))
        self.numbers = numbers


def finish_part(*, attempt_id: int, order: int, now: datetime) -> AttemptPart:
    """End a part by *Finish*. Idempotent. Raises Unanswered, for untimed parts, and as open_part except PartOver."""
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        part = part_state.part_of(attempt, order)
        if part.ended_at is not None:
            return part
        if not takes_answers(attempt, now=now):
            raise part_state.Closed
        if part_state.is_over(part, now=now):
            end_part(part, by=AttemptPart.Ended.TIME_UP, now=now)
            return part
        part = part_state.open_part(attempt_id, order, now=now)
        if needs_start(part):
            raise part_state.NotBegun
        if part.seconds is None:
            answers = answers_of(part)
            if missing := unanswered(visible_items(part, answers), answers):
                raise Unanswered(missing)
        end_part(part, by=AttemptPart.Ended.FINISHED, now=now)
        return part


def overdue(*, now: datetime) -> QuerySet[AttemptPart]:
    """Parts whose time is up, or that stay disconnected while answers count."""
    broke = Q(
        breaks__lt=part_state.MAX_BREAKS,
        seen_at__lt=F("ends_at") - part_state.BREAK_AFTER,
        at__lte=F("items"),
        attempt__deadline_at__gte=now - GRACE,
    )
    waits = Q(attempt__clock_stopped_at__isnull=False)
    parts = AttemptPart.objects.across_organisations()
    return parts.filter(ended_at=None, ends_at__lt=now - part_state.IN_TRANSIT).exclude(broke | waits)


def end_overdue(*, now: datetime) -> int:
    """Returns how many were ended."""
    due = overdue(now=now).order_by("ends_at").values_list("pk", flat=True)[:AT_MOST]
    return for_each(list(due), lambda pk: time_up(part_id=pk, now=now))


def time_up(*, part_id: int, now: datetime) -> bool:
    """End one part if its time is up, even of a closed attempt. Returns whether it was."""
    with transaction.atomic():
        found = AttemptPart.objects.across_organisations().get(pk=part_id)
        attempt = lock(Attempt, found.attempt_id)
        part = part_state.part_of(attempt, found.order)
        given_up = attempt.clock_stopped_at is None and attempt.deadline_at < now - GRACE
        if part.ended_at is not None or not (part_state.is_over(part, now=now) or given_up):
            return False
        end_part(part, by=AttemptPart.Ended.TIME_UP, now=now)
        return True


def end_part(part: AttemptPart, *, by: AttemptPart.Ended, now: datetime) -> None:
    _end(part, by=by, now=now)
    complete_if_done(part.attempt, now=now)


def end_part_early(part: AttemptPart, *, now: datetime) -> None:
    """End a part that has begun because a member marks the attempt complete. The attempt is locked."""
    over = part_state.is_over(part, now=now)
    _end(part, by=AttemptPart.Ended.TIME_UP if over else AttemptPart.Ended.BY_MEMBER, now=now)


def _end(part: AttemptPart, *, by: AttemptPart.Ended, now: datetime) -> None:
    part.ended_at, part.ended_by = now, by
    if part.begun_at is None:
        part.begun_at = now
    part.save(update_fields=["ended_at", "ended_by", "begun_at"])
    score_part(part)


def complete_if_done(attempt: Attempt, *, now: datetime) -> None:
    """A closed attempt keeps its answers and completes when it is reopened."""
    left = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt, ended_at=None)
    if not is_open(attempt) or left.exists():
        return
    issue_total(attempt)
    move(attempt, "complete", at=now, by="candidate")
    cancel(organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref, now=now)
    record_event("attempt.completed", attempt, by="candidate", at=now)


def decline(*, attempt_id: int, now: datetime) -> Attempt:
    """Cancels the candidate's mails; answers are never scored. Idempotent. Raises Closed."""
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        if attempt.progress == StepRun.Progress.DECLINED:
            return attempt
        if not takes_answers(attempt, now=now):
            raise part_state.Closed
        move(attempt, "decline", at=now, by="candidate")
        cancel(organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref, now=now)
        record_event("attempt.declined", attempt, by="candidate", at=now)
        return attempt
