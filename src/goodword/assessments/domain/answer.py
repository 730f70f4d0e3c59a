"""Save the answer to one item."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.assessments import clock
from goodword.assessments.domain import guard
from goodword.assessments.domain.begin_part import begin, needs_start
from goodword.assessments.given import Asked, shown_items
from goodword.assessments.models import Answer, AttemptPart
from goodword.assessments.queries import answers_of
from goodword.questionnaires.reading import Json


class UnknownItem(Exception):
    """The item is not one of this part's."""


class WrongItem(Exception):
    """On a clock one item is on screen at a time, and this is not the one (any more): `at` is its number."""

    def __init__(self, at: int) -> None:
        super().__init__(str(at))
        self.at = at


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """An answer as it stands now. `kept_newer`: what came was older than what is there, which stays."""

    answer: Answer
    kept_newer: bool = False


def answer(
    *,
    attempt_id: int,
    order: int,
    item_id: str,
    value: Json,
    now: datetime,
    given_at: datetime | None = None,
    device: str = "",
) -> Saved:
    """Save one answer, new or changed; the first one begins an untimed part, and the attempt.

    `given_at` is when it was given, if the line was gone then: of two answers to an item the later one counts,
    whichever arrives first. On a clock only what arrives counts. Raises what guard.open_part raises, NotBegun,
    UnknownItem, UnknownOption and WrongItem; then nothing changes.
    """
    with transaction.atomic():
        part = guard.open_part(attempt_id, order, now=now)
        if needs_start(part):
            raise guard.NotBegun
        if clock.is_late(part, now=now):
            raise guard.PartOver
        number, item = _find(shown_items(part, answers_of(part)), item_id)
        checked = item.check(value)
        timed = part.seconds is not None
        if timed and number != part.at:
            raise WrongItem(part.at)
        at = now if timed or given_at is None else _plausible(given_at, part=part, now=now)
        if part.begun_at is None:
            begin(part, device=device, now=now)
        before = Answer.objects.of(part.organisation).filter(part=part, item=item_id).first()
        if before is not None and before.answered_at > at:
            return Saved(answer=before, kept_newer=True)
        # the attempt is locked: nobody else makes the row meanwhile
        saved = before or Answer(organisation_id=part.organisation_id, part=part, item=item_id)
        saved.value, saved.answered_at, saved.seconds = checked, at, _seconds(part, now=now)
        saved.save()
        if timed and not clock.is_broken(part, now=now):
            # an answer is a heartbeat too: one that arrived before the connection was lost counts (alive.go_on)
            AttemptPart.objects.of(part.organisation).filter(pk=part.pk, seen_at__lt=now).update(seen_at=now)
        return Saved(answer=saved)


def _find(items: tuple[Asked, ...], item_id: str) -> tuple[int, Asked]:
    for number, item in enumerate(items, start=1):
        if item.id == item_id:
            return number, item
    raise UnknownItem(item_id)


def _plausible(given_at: datetime, *, part: AttemptPart, now: datetime) -> datetime:
    """Between the moment the part began and now: what a browser says of its past is not more than a hint."""
    return min(now, max(given_at, part.begun_at or part.attempt.opened_at))


def _seconds(part: AttemptPart, *, now: datetime) -> float | None:
    return None if part.shown_at is None else round((now - part.shown_at).total_seconds(), 1)
