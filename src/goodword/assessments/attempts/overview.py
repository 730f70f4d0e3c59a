"""The parts of an attempt as candidates see them, and previews without a candidate.

Previews save nothing. Their seeds are above `parts.SEEDS`, so no candidate gets the same items.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation

from goodword.assessments.attempts import parts
from goodword.assessments.attempts.parts import (
    SEEDS,
    as_members_see,
    needs_start,
    open_form,
    version_for,
    version_in,
)
from goodword.assessments.kinds.items import Item, OnBreak
from goodword.assessments.kinds.registry import Kind, kind_named, kind_of
from goodword.assessments.models import AssessmentPart, Attempt, AttemptPart, TestVersion
from goodword.assessments.queries import (
    clock_minutes,
    content_of,
    count_of,
    parts_of,
    practice_of,
    read_answers,
    unanswered,
    visible_items,
)
from goodword.core.validation import Json
from goodword.notifications.domain.mail_texts import about_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """`minutes`: the time limit or an estimate. `next_number`: the first unanswered item, or the one on screen."""

    part: AttemptPart
    kind: Kind[Any]
    title: str
    instructions: str
    items: int
    answered: int
    minutes: int
    timed: bool
    begun: bool
    over: bool
    #: whether it starts only when the candidate presses its button
    waits_for_start: bool
    next_number: int | None

    @property
    def language(self) -> str:
        return self.part.version.language or self.part.attempt.language

    @property
    def order(self) -> int:
        return self.part.order

    @property
    def ran_out(self) -> bool:
        return self.timed and self.over and self.part.ended_by != AttemptPart.Ended.FINISHED

    @property
    def for_practice(self) -> bool:
        return content_of(self.part.version).is_for_practice

    @property
    def keeps_item(self) -> bool:
        return self.kind.on_break is OnBreak.STAYS

    @property
    def line(self) -> str:
        return self.kind.overview_line(self.items, about_minutes(self.minutes))

    @property
    def requirement(self) -> str:
        return self.part.part.requirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    parts: tuple[PartView, ...]

    @property
    def minutes(self) -> int:
        return sum(part.minutes for part in self.parts)

    @property
    def items(self) -> int:
        return sum(part.items for part in self.parts)

    @property
    def answered(self) -> int:
        return sum(part.answered for part in self.parts)

    @property
    def only(self) -> PartView | None:
        return self.parts[0] if len(self.parts) == 1 else None

    @property
    def timed(self) -> bool:
        return any(part.timed for part in self.parts)

    @property
    def replaces_items(self) -> bool:
        return any(part.timed and not part.keeps_item for part in self.parts)

    @property
    def current(self) -> PartView | None:
        return next((part for part in self.parts if not part.over), None)

    @property
    def untouched(self) -> bool:
        return not any(part.begun for part in self.parts)


def for_mails(seen: Overview) -> dict[str, object]:
    """Values for mails. Members read these mails too, so nothing in them reveals an adjustment."""
    parts = [_in_mails(part) for part in seen.parts]
    minutes = {part.order: clock_minutes(part.part) if part.timed else part.minutes for part in parts}
    return {
        "minutes": sum(minutes.values()),
        "timed": any(part.timed for part in parts),
        "parts": [
            {
                "kind": part.part.version.test.kind,
                "title": part.title,
                "items": part.items,
                "minutes": minutes[part.order],
                "timed": part.timed,
            }
            for part in parts
        ],
    }


def _in_mails(seen: PartView) -> PartView:
    part = as_members_see(seen.part)
    if part is seen.part:
        return seen
    return replace(
        seen,
        part=part,
        kind=kind_named(part.version.test.kind),
        title=title_of(part),
        items=part.items,
        minutes=minutes_of(part),
        timed=part.seconds is not None,
    )


def overview(attempt: Attempt, *, now: datetime, language: str = "") -> Overview:
    """Three queries. `language`: show the parts in this language, although it isn't the attempt's yet."""
    parts = parts_of(attempt, scores=False)
    if language:
        for part in parts:
            part.version = version_in(part, language=language)
    return Overview(parts=tuple(_view(part, now=now) for part in parts))


def _view(part: AttemptPart, *, now: datetime) -> PartView:
    answers = read_answers(part)
    return view_of(part, shown=visible_items(part, answers), answers=answers, now=now)


def view_of(
    part: AttemptPart, *, shown: Sequence[Item], answers: Mapping[str, Json], now: datetime
) -> PartView:
    timed = part.seconds is not None
    missing = unanswered(shown, answers)
    over = parts.is_over(part, now=now)
    return PartView(
        part=part,
        kind=kind_named(part.version.test.kind),
        title=title_of(part),
        instructions=instructions_of(part),
        items=len(shown) or part.items,
        answered=len(shown) - len(missing) if shown else len(answers),
        minutes=minutes_of(part),
        timed=timed,
        begun=part.begun_at is not None,
        over=over,
        waits_for_start=not over and needs_start(part),
        next_number=part.at if timed else (missing[0] if missing else None),
    )


def minutes_of(part: AttemptPart) -> int:
    if part.seconds is not None:
        return max(1, round(part.seconds / 60))
    return content_of(part.version).minutes(part.form)


def title_of(part: AttemptPart) -> str:
    with translation.override(part.attempt.language):  # no language is active where mails are queued
        return content_of(part.version).name


def instructions_of(part: AttemptPart) -> str:
    return content_of(part.version).instructions


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewScreens:
    part: PartView
    practice: tuple[Item, ...]
    items: tuple[Item, ...]

    @property
    def screens(self) -> tuple[Item, ...]:
        return (*self.practice, *self.items)


def preview_screens(version: TestVersion, *, form: str, language: str, seed: int) -> PreviewScreens:
    """All screens in the active language; generated items come from `seed` (0 or more). Raises LookupError for an
    unknown form."""
    content = content_of(version)
    part = AttemptPart(
        organisation_id=version.organisation_id,
        attempt=Attempt(organisation_id=version.organisation_id, language=language),
        order=1,
        version=version,
        form=form,
    )
    if kind_of(content).is_generated:
        part.seconds = content.minutes(form) * 60
    items = _items(part, seed=seed)
    return PreviewScreens(
        part=PartView(
            part=part,
            kind=kind_named(version.test.kind),
            title=title_of(part),
            instructions=instructions_of(part),
            items=len(items),
            answered=0,
            minutes=minutes_of(part),
            timed=part.seconds is not None,
            begun=False,
            over=False,
            waits_for_start=False,
            next_number=1,
        ),
        practice=practice_of(part),
        items=items,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPosition:
    """The first `done` parts are over. `open_forms`: numbers of the parts shown in the other form."""

    done: int = 0
    begun: bool = False
    open_forms: frozenset[int] = frozenset()


def preview_overview(
    planned: Sequence[AssessmentPart], *, attempt: Attempt, position: PreviewPosition, now: datetime
) -> tuple[Overview, tuple[Item, ...]]:
    """The parts as a candidate sees them here, and the items of the current part (generated ones once it has begun)."""
    views: list[PartView] = []
    items: tuple[Item, ...] = ()
    for planned_part in planned:
        part = _part(planned_part, attempt=attempt, open_forms=position.open_forms)
        current = part.order == position.done + 1
        if part.order <= position.done:
            part.begun_at = part.ended_at = now
        elif current and position.begun:
            part.begun_at = part.shown_at = part.seen_at = now
            part.ends_at = now + timedelta(seconds=part.seconds) if part.seconds is not None else None
        if current and (position.begun or not kind_of(content_of(part.version)).is_generated):
            items = _items(part, seed=part.order)
        views.append(view_of(part, shown=items if current else (), answers={}, now=now))
    return Overview(parts=tuple(views)), items


def _part(planned: AssessmentPart, *, attempt: Attempt, open_forms: Collection[int]) -> AttemptPart:
    part = AttemptPart(
        organisation_id=planned.organisation_id,
        attempt=attempt,
        part=planned,
        order=planned.order,
        version=version_for(planned, language=attempt.language),
        form=planned.form,
        seconds=planned.minutes * 60 if planned.minutes is not None else None,
    )
    if part.order in open_forms and (other := open_form(part)):
        part.form = other
        part.seconds = clock_minutes(part) * 60 if part.seconds is not None else None
    part.items = count_of(part)
    return part


def _items(part: AttemptPart, *, seed: int) -> tuple[Item, ...]:
    content = content_of(part.version)
    kind = kind_of(content)
    drawn = kind.draw(content, part.form, seed=SEEDS + seed)
    return kind.items(
        content,
        form=part.form,
        drawn=[(str(number), item) for number, item in enumerate(drawn, start=1)],
        language=part.attempt.language,
    )
