"""Ends and scores parts, completes or declines attempts, handles lost connections."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q, QuerySet

from goodword.assessments.attempts import parts
from goodword.assessments.attempts.parts import needs_start
from goodword.assessments.kinds.builtin import newest
from goodword.assessments.kinds.generated import from_json, to_json
from goodword.assessments.kinds.items import OnBreak
from goodword.assessments.kinds.registry import Content, kind_of
from goodword.assessments.models import Answer, Attempt, AttemptPart, DrawnItem, Observation, Score
from goodword.assessments.queries import answers_of, content_of, items_of, unanswered, visible_items
from goodword.assessments.scoring import issue_total, score_part
from goodword.core.jobs import for_first
from goodword.notifications.domain.queue import cancel
from goodword.workflow.models import (
    GRACE,
    UNFINISHED,
    StepRun,
    is_open,
    lock,
    move,
    record_event,
    takes_answers,
)


class Unanswered(Exception):
    """`numbers` of items, from 1."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(str(numbers))
        self.numbers = numbers


def finish_part(*, attempt_id: int, order: int, now: datetime) -> AttemptPart:
    """Finish a part. Idempotent. Raises Unanswered for untimed parts, and the same as open_part except PartOver."""
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        part = parts.part_of(attempt, order)
        if part.ended_at is not None:
            return part
        if not takes_answers(attempt, now=now):
            raise parts.AttemptClosed
        if parts.is_over(part, now=now):
            end_part(part, by=AttemptPart.Ended.TIME_UP, now=now)
            return part
        part = parts.open_part(attempt_id, order, now=now)
        if needs_start(part):
            raise parts.PartNotBegun
        if part.seconds is None:
            answers = answers_of(part)
            if missing := unanswered(visible_items(part, answers), answers):
                raise Unanswered(missing)
        end_part(part, by=AttemptPart.Ended.FINISHED, now=now)
        return part


def overdue(*, now: datetime) -> QuerySet[AttemptPart]:
    broke = Q(
        breaks__lt=parts.MAX_BREAKS,
        seen_at__lt=F("ends_at") - parts.BREAK_AFTER,
        at__lte=F("items"),
    )
    since = now - GRACE
    open_lately = Q(attempt__closed_at=None) | Q(attempt__closed_at__gte=since)
    on_hold = Q(attempt__clock_stopped_at__isnull=False) & open_lately
    may_return = Q(attempt__progress__in=UNFINISHED) & (Q(attempt__deadline_at__gte=since) | on_hold)
    rows = AttemptPart.objects.across_organisations()
    return rows.filter(ended_at=None, ends_at__lt=now - parts.IN_TRANSIT).exclude(broke & may_return)


def end_overdue(*, now: datetime) -> int:
    """End overdue parts. Returns how many were ended."""
    return for_first(overdue(now=now).order_by("ends_at"), lambda pk: time_up(part_id=pk, now=now))


def time_up(*, part_id: int, now: datetime) -> bool:
    """End one part, even of a closed attempt. Returns False if it has time left."""
    with transaction.atomic():
        found = AttemptPart.objects.across_organisations().get(pk=part_id)
        attempt = lock(Attempt, found.attempt_id)
        part = parts.part_of(attempt, found.order)
        since = now - GRACE
        open_lately = attempt.closed_at is None or attempt.closed_at >= since
        on_hold = attempt.clock_stopped_at is not None and open_lately
        given_up = attempt.progress not in UNFINISHED or (attempt.deadline_at < since and not on_hold)
        if part.ended_at is not None or not (parts.is_over(part, now=now) or given_up):
            return False
        end_part(part, by=AttemptPart.Ended.TIME_UP, now=now)
        return True


def end_part(part: AttemptPart, *, by: AttemptPart.Ended, now: datetime) -> None:
    _end(part, by=by, now=now)
    complete_if_done(part.attempt, now=now)


def end_part_early(part: AttemptPart, *, now: datetime) -> None:
    """End a part of an attempt that a member marks as complete. The attempt must be locked."""
    over = parts.is_over(part, now=now)
    _end(part, by=AttemptPart.Ended.TIME_UP if over else AttemptPart.Ended.BY_MEMBER, now=now)


def _end(part: AttemptPart, *, by: AttemptPart.Ended, now: datetime) -> None:
    part.ended_at, part.ended_by = now, by
    if part.begun_at is None:
        part.begun_at = now
    part.save(update_fields=["ended_at", "ended_by", "begun_at"])
    if part.attempt.progress != StepRun.Progress.DECLINED:
        score_part(part)


def complete_if_done(attempt: Attempt, *, now: datetime) -> None:
    """Complete the attempt if all its parts have ended. A closed attempt is completed once it is reopened."""
    left = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt, ended_at=None)
    if not is_open(attempt) or left.exists():
        return
    issue_total(attempt)
    move(attempt, "complete", at=now, by="candidate")
    cancel(organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref, now=now)
    record_event("attempt.completed", attempt, by="candidate", at=now)


def decline(*, attempt_id: int, now: datetime) -> Attempt:
    """Decline, and cancel the candidate's mails. Answers are never scored, and scores of finished parts are deleted, as
    the page promises. Idempotent. Raises Closed."""
    with transaction.atomic():
        attempt = lock(Attempt, attempt_id)
        if attempt.progress == StepRun.Progress.DECLINED:
            return attempt
        if not takes_answers(attempt, now=now):
            raise parts.AttemptClosed
        move(attempt, "decline", at=now, by="candidate")
        Score.objects.of(attempt.organisation).filter(part__attempt=attempt).delete()
        cancel(organisation=attempt.organisation, subject_ref=attempt.step_request.mail_ref, now=now)
        record_event("attempt.declined", attempt, by="candidate", at=now)
        return attempt


def heartbeat(part: AttemptPart, *, now: datetime) -> bool:
    """Record a heartbeat. Returns False if the part is over or disconnected."""
    if not parts.is_running(part) or parts.is_over(part, now=now) or parts.is_disconnected(part, now=now):
        return False
    rows = AttemptPart.objects.of(part.organisation).filter(pk=part.pk, ended_at=None, seen_at__lt=now)
    rows.update(seen_at=now)
    return True


class AfterBreak(StrEnum):
    #: the item on screen was answered before the break, so the next one follows
    NEXT = "next"
    #: the same, and it was the last item
    END = "end"
    REPLACED = "replaced"
    SAME = "same"


def resume(*, attempt_id: int, order: int, now: datetime) -> bool:
    """Continue after a lost connection and give back the lost time (for a void item, all time since it was shown).
    Returns False if the connection wasn't lost. Raises the same as open_part."""
    with transaction.atomic():
        part = parts.open_part(attempt_id, order, now=now)
        if not parts.is_disconnected(part, now=now):
            return False
        assert part.ends_at is not None and part.seen_at is not None and part.shown_at is not None
        silence = now - part.seen_at
        on_screen = str(part.at + len(part.void))
        after = after_break(part)
        part.ends_at += now - part.shown_at if after == AfterBreak.REPLACED else silence
        if after == AfterBreak.REPLACED:
            _void(part, now=now)
        elif after in {AfterBreak.NEXT, AfterBreak.END}:
            part.at += 1
        Observation.objects.create(
            organisation_id=part.organisation_id,
            part=part,
            item=on_screen,
            kind=Observation.Kind.DISCONNECTED,
            amount=int(silence.total_seconds()),
            observed_at=now,
        )
        part.breaks += 1
        part.shown_at = part.seen_at = now
        part.save()
        if after == AfterBreak.END:
            end_part(part, by=AttemptPart.Ended.FINISHED, now=now)
        return True


def after_break(part: AttemptPart) -> AfterBreak:
    """Return what happens after a lost connection. An item answered only during the break is replaced too, because the
    candidate had extra time to think. Custom questions stay, as do generated items of an earlier version, which can no
    longer be drawn."""
    kind = kind_of(content_of(part.version))
    on_break = kind.on_break
    if on_break is OnBreak.STAYS:
        return AfterBreak.SAME
    item = items_of(part)[part.at - 1]
    answer = Answer.objects.of(part.organisation).filter(part=part, item=item.id).first()
    is_last = part.at >= part.items
    if answer is not None and item.is_whole(answer.value):
        assert part.seen_at is not None
        if answer.answered_at <= part.seen_at:
            return AfterBreak.END if is_last else AfterBreak.NEXT
    if kind.is_generated and part.version.number != newest(part.version.test.key)[0]:
        return AfterBreak.SAME
    return AfterBreak.SAME if is_last and on_break is OnBreak.SKIPPED else AfterBreak.REPLACED


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """`paused`: whether a lost connection has paused the clock. `breaks_left`: how many more times lost time will be
    given back."""

    paused: bool
    minutes: int
    breaks_left: int


def clock_state(part: AttemptPart, *, now: datetime) -> ClockState | None:
    if not parts.is_running(part) or parts.is_over(part, now=now):
        return None
    paused = parts.is_disconnected(part, now=now)
    seconds = parts.seconds_left(part, now=_stopped_at(part) if paused else now)
    return ClockState(
        paused=paused,
        minutes=-(-seconds // 60),
        breaks_left=parts.MAX_BREAKS - part.breaks - int(paused),
    )


def _stopped_at(part: AttemptPart) -> datetime:
    assert part.seen_at is not None and part.shown_at is not None
    return part.shown_at if after_break(part) == AfterBreak.REPLACED else part.seen_at


def _void(part: AttemptPart, *, now: datetime) -> None:
    content = content_of(part.version)
    if kind_of(content).is_generated:
        _replace(part, content, now=now)
        return
    item = items_of(part)[part.at - 1]
    Answer.objects.of(part.organisation).filter(part=part, item=item.id).delete()
    part.void = [*part.void, item.id]
    part.items -= 1


def _replace(part: AttemptPart, content: Content, *, now: datetime) -> None:
    rows = list(DrawnItem.objects.of(part.organisation).filter(part=part))
    old = next(row for row in rows if row.position == part.at and row.voided_at is None)
    fresh = kind_of(content).redraw(
        content,
        from_json(old.content),
        seed=(part.seed or 0) + part.breaks + 1,
        taken=[from_json(row.content) for row in rows],
    )
    old.voided_at = now
    old.save(update_fields=["voided_at"])
    Answer.objects.of(part.organisation).filter(part=part, item=old.item).delete()
    DrawnItem.objects.create(
        organisation_id=part.organisation_id,
        part=part,
        position=old.position,
        item=f"{old.position}{'ab'[part.breaks]}",
        content=to_json(fresh),
    )
