from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from goodword.assessments.attempts import part_state
from goodword.assessments.attempts.completion import end_part
from goodword.assessments.kinds import Content, kind_of
from goodword.assessments.kinds.builtin import newest
from goodword.assessments.kinds.items import OnBreak
from goodword.assessments.kinds.reasoning.generated import from_json, to_json
from goodword.assessments.models import Answer, AttemptPart, DrawnItem, Observation
from goodword.assessments.queries import content_of, items_of


def heartbeat(part: AttemptPart, *, now: datetime) -> bool:
    """Record a heartbeat of a running part. False, without a change, if the part is over or disconnected."""
    if (
        not part_state.is_running(part)
        or part_state.is_over(part, now=now)
        or part_state.is_disconnected(part, now=now)
    ):
        return False
    rows = AttemptPart.objects.of(part.organisation).filter(pk=part.pk, ended_at=None, seen_at__lt=now)
    rows.update(seen_at=now)
    return True


class AfterBreak(StrEnum):
    #: the item on screen was answered before the break, so the next one follows
    NEXT = "next"
    #: as above, but it was the last item
    END = "end"
    #: the item on screen is void and replaced by another
    REPLACED = "replaced"
    SAME = "same"


def resume(*, attempt_id: int, order: int, now: datetime) -> bool:
    """Continue after a lost connection and give back the lost time (for a void item, all time since it was shown).
    Returns False if the connection wasn't lost. Raises the same exceptions as open_part."""
    with transaction.atomic():
        part = part_state.open_part(attempt_id, order, now=now)
        if not part_state.is_disconnected(part, now=now):
            return False
        assert part.ends_at is not None and part.seen_at is not None and part.shown_at is not None  # it runs
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
    """Items are replaced even if answered during the break, when the candidate could think. Custom questions stay, and
    so do generated items of an earlier version, which can no longer be drawn."""
    kind = kind_of(content_of(part.version))
    on_break = kind.on_break
    if on_break is OnBreak.STAYS:
        return AfterBreak.SAME
    item = items_of(part)[part.at - 1]
    answer = Answer.objects.of(part.organisation).filter(part=part, item=item.id).first()
    is_last = part.at >= part.items
    if answer is not None and item.is_whole(answer.value):
        assert part.seen_at is not None  # it runs
        if answer.answered_at <= part.seen_at:
            return AfterBreak.END if is_last else AfterBreak.NEXT
    if kind.is_generated and part.version.number != newest(part.version.test.key)[0]:
        return AfterBreak.SAME
    return AfterBreak.SAME if is_last and on_break is OnBreak.SKIPPED else AfterBreak.REPLACED


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """Time left. `paused`: stopped by a lost connection. `breaks_left`: how often time is given back after this."""

    paused: bool
    minutes: int
    breaks_left: int


def clock_state(part: AttemptPart, *, now: datetime) -> ClockState | None:
    if not part_state.is_running(part) or part_state.is_over(part, now=now):
        return None
    paused = part_state.is_disconnected(part, now=now)
    seconds = part_state.seconds_left(part, now=_stopped_at(part) if paused else now)
    return ClockState(
        paused=paused,
        minutes=-(-seconds // 60),
        breaks_left=part_state.MAX_BREAKS - part.breaks - int(paused),
    )


def _stopped_at(part: AttemptPart) -> datetime:
    assert part.seen_at is not None and part.shown_at is not None  # it runs
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
