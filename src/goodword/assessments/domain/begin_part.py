"""A candidate starts a part: its items are drawn, and its clock runs from now."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from goodword.assessments.content import content_of
from goodword.assessments.domain import guard
from goodword.assessments.domain.adjust.may_ask import waits
from goodword.assessments.domain.tell import tell
from goodword.assessments.library.reasoning.forms import Forms
from goodword.assessments.library.reasoning.item import to_json
from goodword.assessments.models import AttemptPart, DrawnItem
from goodword.steps.domain.move import move
from goodword.steps.models import Run

#: seeds of candidates are below, so that they fit into a signed column; those of previews are not
SEEDS: Final = 2**62


def needs_start(part: AttemptPart) -> bool:
    """Whether it begins by a press: it is on a clock, or its items are drawn. Others begin with their first answer."""
    return part.begun_at is None and (part.seconds is not None or _forms(part) is not None)


def begin_part(*, attempt_id: int, order: int, device: str, now: datetime) -> AttemptPart:
    """Start a part; a second press finds it begun and changes nothing.

    `device` is a value of AttemptPart.Device. Raises what guard.open_part raises, and guard.Waits for a clock while the
    candidate waits for an answer about it.
    """
    with transaction.atomic():
        part = guard.open_part(attempt_id, order, now=now)
        if part.begun_at is not None:
            return part
        if part.seconds is not None and waits(part.attempt):
            raise guard.Waits
        begin(part, device=device, now=now)
        return part


def begin(part: AttemptPart, *, device: str, now: datetime) -> None:
    """Start a part that has not begun, with its attempt locked in the caller's transaction."""
    attempt = part.attempt
    if attempt.progress == Run.Progress.PENDING:
        move(attempt, "begin", at=now, by="candidate")
        tell("attempt.begun", attempt, by="candidate", at=now)
    part.begun_at, part.device, part.at = now, device, 1
    if part.seconds is not None:
        part.ends_at = now + timedelta(seconds=part.seconds)
        part.shown_at = part.seen_at = now
    if (forms := _forms(part)) is not None:
        part.seed = secrets.randbelow(SEEDS)
        DrawnItem.objects.of(part.organisation).bulk_create(
            DrawnItem(
                organisation_id=part.organisation_id,
                part=part,
                position=position,
                item=str(position),
                content=to_json(item),
            )
            for position, item in enumerate(forms.draw(part.form, seed=part.seed), start=1)
        )
    part.save()


def _forms(part: AttemptPart) -> Forms | None:
    content = content_of(part.version)
    return content if isinstance(content, Forms) else None
