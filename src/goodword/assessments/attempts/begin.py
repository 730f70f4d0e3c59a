"""Choose the language and form of a part, and begin it: its items are drawn and its clock starts."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from goodword.assessments.adjustments.status import extended_seconds, granted_percent, is_awaiting_answer
from goodword.assessments.attempts import locking
from goodword.assessments.attempts.locking import record_event
from goodword.assessments.attempts.variants import clock_minutes, languages_of, open_form, version_for
from goodword.assessments.content import content_of
from goodword.assessments.items import count_of
from goodword.assessments.kinds import kind_of
from goodword.assessments.kinds.reasoning.generated import to_json
from goodword.assessments.models import Attempt, AttemptPart, DrawnItem
from goodword.candidates.models import Candidate
from goodword.workflow.languages import first_offered
from goodword.workflow.models import StepRun
from goodword.workflow.states import move

#: seeds of candidates are below this, so that they fit into a signed column; seeds of previews are above
SEEDS: Final = 2**62


def needs_start(part: AttemptPart) -> bool:
    """Whether it begins by *Start*, because it is timed or its items are drawn. Others begin with the first answer."""
    return part.begun_at is None and (
        part.seconds is not None or kind_of(content_of(part.version)).is_generated
    )


def begin_part(*, attempt_id: int, order: int, device: str, now: datetime) -> AttemptPart:
    """Start a part. Idempotent. `device` is a value of AttemptPart.Device.

    Raises what open_part raises, and AwaitingAdjustment for a timed part while a request is unanswered.
    """
    with transaction.atomic():
        part = locking.open_part(attempt_id, order, now=now)
        if part.begun_at is not None:
            return part
        if part.seconds is not None and is_awaiting_answer(part.attempt):
            raise locking.AwaitingAdjustment
        begin_locked(part, device=device, now=now)
        return part


def begin_locked(part: AttemptPart, *, device: str, now: datetime) -> None:
    """Start a part that has not begun, with its attempt locked in the caller's transaction."""
    attempt = part.attempt
    if attempt.progress == StepRun.Progress.PENDING:
        move(attempt, "begin", at=now, by="candidate")
        record_event("attempt.begun", attempt, by="candidate", at=now)
    part.begun_at, part.device, part.at = now, device, 1
    if part.seconds is not None:
        part.ends_at = now + timedelta(seconds=part.seconds)
        part.shown_at = part.seen_at = now
    content = content_of(part.version)
    kind = kind_of(content)
    if kind.is_generated:
        part.seed = secrets.randbelow(SEEDS)
        DrawnItem.objects.of(part.organisation).bulk_create(
            DrawnItem(
                organisation_id=part.organisation_id,
                part=part,
                position=position,
                item=str(position),
                content=to_json(item),
            )
            for position, item in enumerate(kind.draw(content, part.form, seed=part.seed), start=1)
        )
    part.save()


class UnknownForm(Exception):
    """This form cannot be chosen: the part does not have it, or has begun."""


def choose_form(*, attempt_id: int, order: int, form: str, now: datetime) -> AttemptPart:
    """Take a part in the other form that is open to everybody. Idempotent.

    Raises UnknownForm and what open_part raises; then nothing changes.
    """
    with transaction.atomic():
        part = locking.open_part(attempt_id, order, now=now)
        if form != part.form or part.begun_at is not None:
            if not form or form != open_form(part):
                raise UnknownForm(form)
            set_form(part, form)
        return part


def set_form(part: AttemptPart, form: str) -> None:
    """Give a part that has not begun this form, with the same time for each task. Its attempt must be locked.

    Raises UnknownForm.
    """
    if form != open_form(part):
        raise UnknownForm(form)
    part.form = form
    part.items = count_of(part)
    if part.seconds is not None:
        part.seconds = extended_seconds(clock_minutes(part), percent=granted_percent(part.attempt))
    part.save(update_fields=["form", "items", "seconds"])


class NotOffered(Exception):
    """Not every test of the assessment exists in this language."""


class TooLate(Exception):
    """A part has begun, so the language can no longer change."""


def offered_languages(attempt: Attempt) -> tuple[str, ...]:
    """The languages in which the whole attempt can be taken, sorted."""
    return languages_of([part.part for part in _parts_of(attempt)])


def candidate_language(attempt: Attempt, candidate: Candidate, *, browser: Sequence[str] = ()) -> str:
    """The language of the candidate's pages and mails: their choice, else their browser's, else the attempt's.

    After they have started, the language they started in.
    """
    if attempt.progress != Attempt.Progress.PENDING:
        return attempt.language
    wanted = [code for code in (candidate.chosen_language, *browser) if code]
    if not wanted or first_offered(wanted[:1], attempt.language):
        return attempt.language
    return first_offered(offered_languages(attempt), *wanted) or attempt.language


def choose_language(*, attempt_id: int, language: str, now: datetime) -> Attempt:
    """Switch the attempt and each of its parts to this language.

    Raises NotOffered, TooLate and Closed; then nothing changes.
    """
    with transaction.atomic():
        attempt = locking.open_attempt(attempt_id, now=now)
        if language == attempt.language:
            return attempt
        parts = _parts_of(attempt)
        if language not in languages_of([part.part for part in parts]):
            raise NotOffered(language)
        if any(part.begun_at is not None for part in parts):
            raise TooLate
        for part in parts:
            part.version = version_for(part.part, language=language)
            part.save(update_fields=["version"])
        attempt.language = language
        attempt.save(update_fields=["language"])
        return attempt


def _parts_of(attempt: Attempt) -> list[AttemptPart]:
    rows = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    return list(rows.select_related("part__test__organisation").order_by("order"))
