"""Answers to items, and observations by the candidate's page (leaving it, pasting, a second window). Observations
contain no text."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from django.db import transaction
from django.db.models import JSONNull

from goodword.assessments.attempts import parts
from goodword.assessments.attempts.completion import end_part
from goodword.assessments.attempts.parts import begin_locked, needs_start
from goodword.assessments.kinds.items import CheckedFile, Item
from goodword.assessments.kinds.registry import kind_named
from goodword.assessments.models import Answer, AttemptPart, Observation, Upload
from goodword.assessments.queries import answers_of, items_of, stored_answers, visible_items
from goodword.core.save_numbers import load_and_number
from goodword.core.validation import Json


class UnknownItem(Exception):
    pass


class WrongItem(Exception):
    """Timed parts accept answers only to the item on screen."""

    def __init__(self, at: int) -> None:
        super().__init__(str(at))
        self.at = at


class AnsweredElsewhere(Exception):
    """Another tab or device has saved a different `answer` since this page was opened."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.item)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class AnswerOnPage:
    """The `fingerprint` of the saved answer that a page showed ("" if none), and the id of that `page`."""

    fingerprint: str
    page: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        fingerprint, colon, page = text.partition(":")
        return cls(fingerprint, page) if colon and 0 < len(page) <= _LONGEST_PAGE else None

    def __str__(self) -> str:
        return f"{self.fingerprint}:{self.page}"


#: maximum length of Answer.page
_LONGEST_PAGE = 12
#: how far one request can overtake another; an answer further ahead was saved before the clock was set back
LATEST: Final = timedelta(minutes=10)


def fingerprint(value: Json) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAnswer:
    """`kept_newer`: the submitted answer was older and was dropped."""

    answer: Answer
    kept_newer: bool = False


def save_answer(
    *,
    attempt_id: int,
    order: int,
    item_id: str,
    value: Json,
    now: datetime,
    given_at: datetime | None = None,
    device: str = "",
    seen: AnswerOnPage | None = None,
    save: str = "",
) -> SavedAnswer:
    """Save an answer. The first one starts an untimed part and the attempt.

    `given_at`: the time of an answer given offline. Of two answers, the later one counts (in a timed part, the one
    that arrived later); of two saves of one page load, the one with the higher number (`save`, see core.save_numbers).
    With `seen`, a conflict raises AnsweredElsewhere instead. Also raises NotBegun, UnknownItem, UnknownOption,
    WrongItem, and the exceptions of open_part.
    """
    with transaction.atomic():
        part = parts.open_part(attempt_id, order, now=now)
        if needs_start(part):
            raise parts.PartNotBegun
        if parts.is_late(part, now=now):
            raise parts.PartOver
        stored = stored_answers(part)
        values = {item: row.value for item, row in stored.items()}
        number, item = _find(visible_items(part, values), item_id)
        checked = item.check(value)
        timed = part.seconds is not None
        if timed and number != part.at:
            raise WrongItem(part.at)
        at = now if timed or given_at is None else _plausible(given_at, part=part, now=now)
        if part.begun_at is None:
            begin_locked(part, device=device, now=now)
        before = stored.get(item_id)
        same_load, overtaken = _compared(save, before)
        if before is not None and overtaken:
            return SavedAnswer(answer=before, kept_newer=True)
        if before is not None and seen and _conflicts(before, checked, seen=seen):
            raise AnsweredElsewhere(before)
        if before is not None and at < before.answered_at <= now + LATEST:
            if not same_load:
                return SavedAnswer(answer=before, kept_newer=True)
            at = before.answered_at
        # the attempt is locked, so the row can't be created concurrently
        saved = before or Answer(organisation_id=part.organisation_id, part=part, item=item_id)
        # Django stores None as SQL's NULL; a skipped optional question has an answer, JSON's null
        saved.value = JSONNull() if checked is None else checked
        saved.answered_at, saved.seconds = at, _seconds(part, now=now)
        saved.page = seen.page if seen else ""
        saved.save_number = save if load_and_number(save)[0] else ""
        saved.save()
        saved.value = checked
        if timed and not parts.is_disconnected(part, now=now):
            # an answer also counts as a heartbeat if it arrived before the connection was lost (see resume)
            AttemptPart.objects.of(part.organisation).filter(pk=part.pk, seen_at__lt=now).update(seen_at=now)
        return SavedAnswer(answer=saved)


def _compared(save: str, before: Answer | None) -> tuple[bool, bool]:
    """Whether the stored answer is from the same page load, and whether it is a later save."""
    load, number = load_and_number(save)
    other, later = load_and_number(before.save_number if before is not None else "")
    same = load != "" and load == other
    return same, same and number < later


def _conflicts(before: Answer, value: Json, *, seen: AnswerOnPage) -> bool:
    return before.page != seen.page and fingerprint(before.value) not in {
        seen.fingerprint,
        fingerprint(value),
    }


def _find(items: tuple[Item, ...], item_id: str) -> tuple[int, Item]:
    for number, item in enumerate(items, start=1):
        if item.id == item_id:
            return number, item
    raise UnknownItem(item_id)


def _plausible(given_at: datetime, *, part: AttemptPart, now: datetime) -> datetime:
    """The time, moved to between the start of the part and now, since a browser's clock may be wrong."""
    return min(now, max(given_at, part.begun_at or part.attempt.opened_at))


def _seconds(part: AttemptPart, *, now: datetime) -> float | None:
    """Return the seconds since the item was shown, or None if the clock has been set back since."""
    if part.shown_at is None or now < part.shown_at:
        return None
    return round((now - part.shown_at).total_seconds(), 1)


def save_file(
    *,
    attempt_id: int,
    order: int,
    item_id: str,
    file: CheckedFile,
    now: datetime,
    device: str = "",
    seen: AnswerOnPage | None = None,
) -> SavedAnswer:
    """Save an uploaded file in place of an earlier one. Raises the same as save_answer."""
    with transaction.atomic():
        part = parts.open_part(attempt_id, order, now=now)
        asked = {item.id: item for item in items_of(part)}.get(item_id)
        if asked is None or not asked.megabytes:
            raise UnknownItem(item_id)
        upload = Upload.objects.create(
            organisation_id=part.organisation_id,
            part=part,
            item=item_id,
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            sha256=file.sha256,
            content=file.content,
            uploaded_at=now,
        )
        saved = save_answer(
            attempt_id=attempt_id,
            order=order,
            item_id=item_id,
            value={"upload": upload.pk},
            now=now,
            device=device,
            seen=seen,
        )
        others = Upload.objects.of(part.organisation).filter(part=part, item=item_id)
        others.exclude(pk=saved.answer.value["upload"]).delete()
        return saved


def next_item(*, attempt_id: int, order: int, number: int, now: datetime, item_id: str = "") -> AttemptPart:
    """Leave item `number` of a timed part; leaving the last one ends the part. Ignores a second click, and an
    `item_id` that was replaced after a break. Raises the same as open_part."""
    with transaction.atomic():
        part = parts.open_part(attempt_id, order, now=now)
        if parts.is_late(part, now=now):
            raise parts.PartOver
        if part.seconds is None or part.begun_at is None or number != part.at:
            return part
        # the last answer may have added questions
        items = visible_items(part, answers_of(part))
        if item_id and (number > len(items) or items[number - 1].id != item_id):
            return part
        part.at, part.shown_at, part.seen_at = number + 1, now, now
        part.save(update_fields=["at", "shown_at", "seen_at"])
        if part.at > len(items):
            end_part(part, by=AttemptPart.Ended.FINISHED, now=now)
        return part


#: maximum per part, since a faulty page could send endlessly
MAX_ROWS: Final = 200
MIN_SECONDS_AWAY: Final = 2
#: a repeat within this time is not stored
MIN_INTERVAL: Final = timedelta(seconds=1)
#: observations by the page's script, with the largest stored amount in seconds or characters
MAX_AMOUNT: Final = {Observation.Kind.LEFT: 24 * 3600, Observation.Kind.PASTED: 100_000}


class InvalidObservation(Exception):
    pass


def observe(
    *, attempt_id: int, order: int, kind: str, item_id: str, amount: int, now: datetime
) -> Observation | None:
    """`amount`: seconds away from the page, or characters pasted. Returns None after MAX_ROWS or if just recorded.
    Raises InvalidObservation, NotBegun, and the exceptions of open_part."""
    known = next((possible for possible in MAX_AMOUNT if possible == kind), None)
    if known is None or amount < (MIN_SECONDS_AWAY if known == Observation.Kind.LEFT else 1):
        raise InvalidObservation
    with transaction.atomic():
        part = parts.open_part(attempt_id, order, now=now)
        if part.begun_at is None:
            raise parts.PartNotBegun
        item = next((item for item in items_of(part) if item.id == item_id), None)
        may_paste = item is not None and (
            item.is_written or not kind_named(part.version.test.kind).is_confidential
        )
        if item is None or (known == Observation.Kind.PASTED and not may_paste):
            raise InvalidObservation
        return _store(part, known, item=item.id, amount=min(amount, MAX_AMOUNT[known]), now=now)


def observe_second_window(
    *, attempt_id: int, order: int, number: int, item_id: str, value: Json, now: datetime
) -> Observation | None:
    """Record that another window answered item `number` after the timed part had moved on. Returns None if the answer
    was only delayed."""
    with transaction.atomic():
        part = parts.open_part(attempt_id, order, now=now)
        if part.shown_at is None or number >= part.at or now - part.shown_at <= parts.IN_TRANSIT:
            return None
        stored = Answer.objects.of(part.organisation).filter(part=part, item=item_id).first()
        if stored is not None and stored.value == value:
            return None
        return _store(part, Observation.Kind.SECOND_WINDOW, item=item_id, amount=None, now=now)


def _store(
    part: AttemptPart, kind: Observation.Kind, *, item: str, amount: int | None, now: datetime
) -> Observation | None:
    rows = Observation.objects.of(part.organisation).filter(part=part)
    just_now = rows.filter(kind=kind, item=item, observed_at__gt=now - MIN_INTERVAL)
    if just_now.exists() or rows.count() >= MAX_ROWS:
        return None
    return Observation.objects.create(
        organisation_id=part.organisation_id,
        part=part,
        item=item,
        kind=kind,
        amount=amount,
        observed_at=now,
    )
