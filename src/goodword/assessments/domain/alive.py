"""The page of a timed part gives a sign of life, and goes on after a break of the line."""

from datetime import datetime

from django.db import transaction

from goodword.assessments import clock
from goodword.assessments.content import content_of
from goodword.assessments.domain import guard
from goodword.assessments.given import items_of
from goodword.assessments.library.questions import QuestionSet
from goodword.assessments.library.reasoning.forms import Forms
from goodword.assessments.library.reasoning.item import from_json, to_json
from goodword.assessments.models import Answer, AttemptPart, DrawnItem, Noticed


def seen(part: AttemptPart, *, now: datetime) -> bool:
    """Note a sign of life of a running part. False, and nothing noted, if the line counts as broken or it is over."""
    if not clock.runs(part) or clock.is_over(part, now=now) or clock.is_broken(part, now=now):
        return False
    rows = AttemptPart.objects.of(part.organisation).filter(pk=part.pk, ended_at=None, seen_at__lt=now)
    rows.update(seen_at=now)
    return True


def go_on(*, attempt_id: int, order: int, now: datetime) -> bool:
    """Go on after a break of the line: the item on screen does not count, and the time since it came there is given
    back. A drawn one is replaced by a fresh one; of others the next one follows.

    An own question stays, half written as it may be, and so does the last item where nothing can follow: then only the
    silence is given back. Whether the line had broken: pressed twice, or after a moment's silence, nothing changes.
    Raises what guard.open_part raises.
    """
    with transaction.atomic():
        part = guard.open_part(attempt_id, order, now=now)
        if not clock.is_broken(part, now=now):
            return False
        assert part.ends_at is not None and part.seen_at is not None and part.shown_at is not None  # it runs
        silence = now - part.seen_at
        on_screen = str(part.at + len(part.void))
        voided = _void(part, now=now)
        part.ends_at += now - part.shown_at if voided else silence
        Noticed.objects.create(
            organisation_id=part.organisation_id,
            part=part,
            item=on_screen,
            what=Noticed.What.BROKE,
            amount=int(silence.total_seconds()),
            noticed_at=now,
        )
        part.breaks += 1
        part.shown_at = part.seen_at = now
        part.save()
        return True


def goes_on_afresh(part: AttemptPart) -> bool:
    """Whether another item follows in the place of the one on screen after a break. `part` comes with its version."""
    content = content_of(part.version)
    match content:
        case Forms():
            return True
        case QuestionSet():
            return False
    return part.at < part.items


def _void(part: AttemptPart, *, now: datetime) -> bool:
    """Have the item on screen not count, whose answer goes; False where it stays."""
    if not goes_on_afresh(part):
        return False
    content = content_of(part.version)
    if isinstance(content, Forms):
        _replace(part, content, now=now)
        return True
    item = items_of(part)[part.at - 1]
    Answer.objects.of(part.organisation).filter(part=part, item=item.id).delete()
    part.void = [*part.void, item.id]
    part.items -= 1
    return True


def _replace(part: AttemptPart, content: Forms, *, now: datetime) -> None:
    """Draw a fresh item of the same family and level in the place of the one on screen."""
    rows = list(DrawnItem.objects.of(part.organisation).filter(part=part))
    old = next(row for row in rows if row.position == part.at and row.voided_at is None)
    fresh = content.fresh(
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
