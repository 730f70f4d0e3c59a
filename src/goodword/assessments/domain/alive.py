"""The page of a timed part gives a sign of life, and goes on after a break of the line."""

from datetime import datetime

from django.db import transaction

from goodword.assessments import clock
from goodword.assessments.content import content_of
from goodword.assessments.domain import guard
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
    """Go on after a break of the line: with a fresh item where items are drawn, and the time given back.

    Of items that are not drawn the same one stays, and only the silence is given back. Whether the line had broken:
    pressed twice, or after a moment's silence, nothing changes. Raises what guard.open_part raises.
    """
    with transaction.atomic():
        part = guard.open_part(attempt_id, order, now=now)
        if not clock.is_broken(part, now=now):
            return False
        assert part.ends_at is not None and part.seen_at is not None and part.shown_at is not None  # it runs
        silence = now - part.seen_at
        replaced = _replace(part, now=now)
        part.ends_at += now - part.shown_at if replaced else silence
        Noticed.objects.create(
            organisation_id=part.organisation_id,
            part=part,
            item=str(part.at),
            what=Noticed.What.BROKE,
            amount=int(silence.total_seconds()),
            noticed_at=now,
        )
        part.breaks += 1
        part.shown_at = part.seen_at = now
        part.save()
        return True


def _replace(part: AttemptPart, *, now: datetime) -> bool:
    """Put a fresh item in the place of the one on screen, whose answer goes; False where nothing is drawn."""
    content = content_of(part.version)
    if not isinstance(content, Forms):
        return False
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
    return True
