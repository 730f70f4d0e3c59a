"""Parts of an attempt: clock and state; language, version and form; starting them and drawing their items.

Anyone may choose tasks without figures before a part starts, so the choice doesn't reveal an adjustment. An open-text
version must be granted; members see it once the part has started (docs/decisions/0026-*).
"""

import secrets
from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, QuerySet, When

from goodword.assessments.adjustments.status import extended_seconds, granted_percent, is_awaiting_answer
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.builtin import newest
from goodword.assessments.kinds.content import FULL_FORM
from goodword.assessments.kinds.generated import to_json
from goodword.assessments.kinds.registry import kind_named, kind_of
from goodword.assessments.models import (
    AssessmentPart,
    Attempt,
    AttemptPart,
    DrawnItem,
    TestVersion,
    Verification,
)
from goodword.assessments.queries import clock_minutes, content_of, count_of
from goodword.candidates.models import Candidate
from goodword.core.compiled_queries import compiled
from goodword.core.models import HasPk
from goodword.core.text import language_codes
from goodword.workflow.models import StepRun, lock, move, record_event, takes_answers
from goodword.workflow.portal import first_offered

#: seconds
HEARTBEAT: Final = 10
#: the connection counts as lost after three missed heartbeats
BREAK_AFTER: Final = timedelta(seconds=30)
#: how often lost time is given back
MAX_BREAKS: Final = 2
#: grace for an answer that is still on its way
IN_TRANSIT: Final = timedelta(seconds=3)
type Clocked = AttemptPart | Verification


def is_running(part: Clocked) -> bool:
    return part.ends_at is not None and part.ended_at is None


def seconds_left(part: Clocked, *, now: datetime) -> int:
    """Return the seconds left, at least 0. Raises ValueError for a part whose clock hasn't started."""
    if part.ends_at is None:
        raise ValueError("An untimed part, or one that has not begun, has no time left.")
    return max(0, int((part.ends_at - now).total_seconds()))


def is_disconnected(part: Clocked, *, now: datetime) -> bool:
    """Whether the connection was lost while time was left, and the part can still get time back."""
    if not is_running(part) or part.breaks >= MAX_BREAKS or part.at > part.items:
        return False
    assert part.ends_at is not None and part.seen_at is not None
    return min(now, part.ends_at) - part.seen_at > BREAK_AFTER


def is_late(part: Clocked, *, now: datetime) -> bool:
    """Whether the end has passed, even if the candidate is disconnected and will get time back."""
    return part.ends_at is not None and now > part.ends_at + IN_TRANSIT


def is_over(part: Clocked, *, now: datetime) -> bool:
    if part.ended_at is not None:
        return True
    if part.ends_at is None:
        return False
    return now > part.ends_at + IN_TRANSIT and not is_disconnected(part, now=now)


class AttemptClosed(Exception): ...


class PartOver(Exception): ...


class PartNotBegun(Exception): ...


class AwaitingAdjustment(Exception):
    """No clock starts while an adjustment request is unanswered."""


class OutOfOrder(Exception): ...


def open_attempt(attempt_id: int, *, now: datetime) -> Attempt:
    """Lock an attempt that takes answers. Answers count until 30 days after the deadline, and while paused. Raises
    Closed."""
    attempt = lock(Attempt, attempt_id)
    if not takes_answers(attempt, now=now):
        raise AttemptClosed
    return attempt


def open_part(attempt_id: int, order: int, *, now: datetime) -> AttemptPart:
    """Lock an open part's attempt. Raises AttemptClosed, PartOver, OutOfOrder, and LookupError for an unknown part."""
    attempt = open_attempt(attempt_id, now=now)
    parts = _parts_until(attempt.organisation, attempt.pk, order)
    if not parts or parts[-1].order != order:
        raise LookupError(f"Attempt {attempt_id} has no part {order}.")
    part = parts[-1]
    part.attempt, part.organisation = attempt, attempt.organisation
    if is_over(part, now=now):
        raise PartOver
    if any(not is_over(before, now=now) for before in parts[:-1]):
        raise OutOfOrder
    return part


@compiled
def _parts_until(organisation: HasPk, attempt_id: int, order: int) -> QuerySet[AttemptPart]:
    rows = AttemptPart.objects.of(organisation).filter(attempt=attempt_id, order__lte=order)
    return rows.select_related("version__test", "part").defer("version__content").order_by("order")


def part_of(attempt: Attempt, order: int) -> AttemptPart:
    part = (
        AttemptPart.objects.of(attempt.organisation)
        .select_related("version__test", "part")
        .filter(attempt=attempt, order=order)
        .first()
    )
    if part is None:
        raise LookupError(f"Attempt {attempt.pk} has no part {order}.")
    part.attempt = attempt
    return part


FALLBACK_LANGUAGE = "en"
#: candidates' seeds are below this, to fit into a signed column; seeds of previews are above
SEEDS: Final = 2**62
#: forms between which candidates choose if they were granted an open-text version
OPEN_TEXT: Final = "open_text"
PLANNED: Final = "planned"


def common_language(parts: Sequence[AssessmentPart], *, wanted: str, fallback: str = "") -> str:
    """The wanted language ("de", "de-at") if every test has it, else `fallback`, else English. Tests in none of these
    languages are ignored unless there are no others."""
    languages = [_base_code(language) for language in (wanted, fallback, FALLBACK_LANGUAGE) if language]
    offered = [_languages(part) for part in parts] or [set(language_codes())]
    deciding = [found for found in offered if found & set(languages)]
    if not deciding:
        return min(set.intersection(*offered) or offered[0])
    return next(
        (language for language in languages if all(language in found for found in deciding)),
        FALLBACK_LANGUAGE,
    )


def languages_of(parts: Sequence[AssessmentPart]) -> tuple[str, ...]:
    offered = [_languages(part) for part in parts]
    return tuple(sorted(set.intersection(*offered))) if offered else ()


def version_for(part: AssessmentPart, *, language: str) -> TestVersion:
    """Return the version in a language. Generated tests use the newest stored version, since no other can be drawn."""
    by_number = _rank("number", _numbers(part))
    by_language = _rank("language", (language, "", FALLBACK_LANGUAGE))
    found = _published(part).select_related("test").order_by(by_number, by_language, "pk").first()
    if found is None:
        raise LookupError(f"Version {part.number} of test {part.test_id} is not published.")
    return found


def version_in(part: AttemptPart, *, language: str) -> TestVersion:
    return _open_text_in(part, language) if is_open_text(part) else version_for(part.part, language=language)


def _open_text_in(part: AttemptPart, language: str) -> TestVersion:
    granted = part.open_text
    assert granted is not None  # ensured by is_open_text and set_form
    rows = TestVersion.objects.of(granted.organisation).filter(
        test=granted.test_id, number=granted.number, published_at__isnull=False
    )
    ranked = rows.select_related("test").order_by(_rank("language", (language, FALLBACK_LANGUAGE)), "pk")
    return ranked.first() or granted


def _languages(part: AssessmentPart) -> set[str]:
    """Generated items exist in all our languages."""
    found = set(_published(part).values_list("language", flat=True))
    return set(language_codes()) if found == {""} else found


def _numbers(part: AssessmentPart) -> tuple[str, ...]:
    if kind_named(part.test.kind).is_generated:
        return (newest(part.test.key)[0], part.number)
    return (part.number,)


def _rank(field: str, wanted: Sequence[str]) -> Case:
    return Case(
        *(When(**{field: value}, then=place) for place, value in enumerate(wanted)), default=len(wanted)
    )


def _published(part: AssessmentPart) -> QuerySet[TestVersion]:
    return TestVersion.objects.of(part.test.organisation).filter(
        test=part.test, number__in=_numbers(part), published_at__isnull=False
    )


def _base_code(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]


def open_form(part: AttemptPart) -> str:
    """The form that the candidate may switch to before the part starts: without figures, `OPEN_TEXT` if granted, or
    back; otherwise ""."""
    if part.begun_at is not None or part.ended_at is not None:
        return ""
    if part.open_text_id is not None:
        return PLANNED if is_open_text(part) else OPEN_TEXT
    content = content_of(part.version)
    kind = kind_of(content)
    if part.form != part.part.form:
        return part.part.form if kind.is_generated else ""
    return kind.figureless_form(content, part.form)


def is_other_form(part: AttemptPart) -> bool:
    return not is_open_text(part) and part.form != part.part.form


def is_open_text(part: AttemptPart) -> bool:
    return part.open_text_id is not None and part.version.test_id != part.part.test_id


def as_members_see(part: AttemptPart) -> AttemptPart:
    """The part as members may see it: until an open-text version is started, an unsaved copy with the planned test."""
    if not is_open_text(part) or part.begun_at is not None:
        return part
    planned = copy(part)
    planned.version = version_for(part.part, language=part.attempt.language)
    planned.form, planned.seconds = part.part.form, _planned_seconds(part)
    return planned


def _planned_seconds(part: AttemptPart) -> int | None:
    return None if part.part.minutes is None else part.part.minutes * 60


def needs_start(part: AttemptPart) -> bool:
    """Whether the part has a start button, as timed and generated parts do. Others start with the first answer."""
    return part.begun_at is None and (
        part.seconds is not None or kind_of(content_of(part.version)).is_generated
    )


def begin_part(*, attempt_id: int, order: int, device: str, now: datetime) -> AttemptPart:
    """Start a part. Idempotent. Raises the same as open_part, and AwaitingAdjustment for a timed part while a request
    is unanswered."""
    with transaction.atomic():
        part = open_part(attempt_id, order, now=now)
        if part.begun_at is not None:
            return part
        if part.seconds is not None and is_awaiting_answer(part.attempt):
            raise AwaitingAdjustment
        begin_locked(part, device=device, now=now)
        return part


def begin_locked(part: AttemptPart, *, device: str, now: datetime) -> None:
    """Like `begin_part`, for an attempt that the caller has locked."""
    attempt = part.attempt
    if attempt.progress == StepRun.Progress.PENDING:
        move(attempt, "begin", at=now, by="candidate")
        record_event("attempt.begun", attempt, by="candidate", at=now)
    part.begun_at, part.device, part.at = now, device, 1
    if part.seconds is not None:
        part.ends_at = now + timedelta(seconds=part.seconds)
        part.shown_at = part.seen_at = now
    kind = kind_named(part.version.test.kind)
    if is_open_text(part):
        part.items = count_of(part)
    if kind.is_generated:
        # an update since the invitation may have added a version; tasks belong to the version that generates them
        ensure_builtin(attempt.organisation, part.version.test.key, now=now)
        part.version = version_for(part.part, language=attempt.language)
        content = content_of(part.version)
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
    """The part has no such form, or has started."""


def choose_form(*, attempt_id: int, order: int, form: str, now: datetime) -> AttemptPart:
    """Switch to the form that is open to everyone. Idempotent. Raises UnknownForm, and the same as open_part."""
    with transaction.atomic():
        part = open_part(attempt_id, order, now=now)
        if form != _chosen_form(part) or part.begun_at is not None:
            if not form or form != open_form(part):
                raise UnknownForm(form)
            set_form(part, form)
        return part


def _chosen_form(part: AttemptPart) -> str:
    if part.open_text_id is None:
        return part.form
    return OPEN_TEXT if is_open_text(part) else PLANNED


def set_form(part: AttemptPart, form: str) -> None:
    """Set the form before the part starts, keeping the time per task. The attempt is locked. Raises UnknownForm."""
    if form != open_form(part):
        raise UnknownForm(form)
    if form in {OPEN_TEXT, PLANNED}:
        _set_test(part, form)
        return
    part.form = form
    part.items = count_of(part)
    if part.seconds is not None:
        part.seconds = extended_seconds(clock_minutes(part), percent=granted_percent(part.attempt))
    part.save(update_fields=["form", "items", "seconds"])


def _set_test(part: AttemptPart, form: str) -> None:
    """Set the part's test. The number of items, which members see, is set when the part starts."""
    language = part.attempt.language
    if form == OPEN_TEXT:
        # the time limit for choosing would be too short for writing
        part.version, part.form, part.seconds = _open_text_in(part, language), FULL_FORM, None
    else:
        part.version, part.form = version_for(part.part, language=language), part.part.form
        if part.part.minutes is not None:
            part.seconds = extended_seconds(clock_minutes(part), percent=granted_percent(part.attempt))
    part.save(update_fields=["version", "form", "seconds"])


class NotOffered(Exception):
    pass


class TooLate(Exception):
    """A part has started."""


def offered_languages(attempt: Attempt) -> tuple[str, ...]:
    return languages_of([part.part for part in _parts_of(attempt)])


def attempt_language(attempt: Attempt, candidate: Candidate, *, browser: Sequence[str] = ()) -> str:
    """The candidate's choice, else their browser's language, else the attempt's; fixed once started."""
    if attempt.progress != Attempt.Progress.PENDING:
        return attempt.language
    wanted = [code for code in (candidate.chosen_language, *browser) if code]
    if not wanted or first_offered(wanted[:1], attempt.language):
        return attempt.language
    return first_offered(offered_languages(attempt), *wanted) or attempt.language


def choose_language(*, attempt_id: int, language: str, now: datetime) -> Attempt:
    """Set the language. Raises NotOffered, TooLate and AttemptClosed."""
    with transaction.atomic():
        attempt = open_attempt(attempt_id, now=now)
        if language == attempt.language:
            return attempt
        parts = _parts_of(attempt)
        if language not in languages_of([part.part for part in parts]):
            raise NotOffered(language)
        if any(part.begun_at is not None for part in parts):
            raise TooLate
        for part in parts:
            part.version = version_in(part, language=language)
            part.save(update_fields=["version"])
        attempt.language = language
        attempt.save(update_fields=["language"])
        return attempt


def _parts_of(attempt: Attempt) -> list[AttemptPart]:
    rows = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    return list(rows.select_related("part__test__organisation", "version").order_by("order"))
