"""Previews without a candidate. Nothing is saved; seeds above `begin.SEEDS` give items that no candidate gets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from goodword.assessments.attempts.begin import SEEDS, open_form, version_for
from goodword.assessments.attempts.overview import (
    Overview,
    PartView,
    instructions_of,
    minutes_of,
    title_of,
    view_of,
)
from goodword.assessments.attempts.part_state import clock_minutes
from goodword.assessments.kinds import kind_of
from goodword.assessments.kinds.items import Item
from goodword.assessments.models import AssessmentPart, Attempt, AttemptPart, TestVersion
from goodword.assessments.queries import content_of, count_of, practice_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewScreens:
    part: PartView
    practice: tuple[Item, ...]
    items: tuple[Item, ...]

    @property
    def screens(self) -> tuple[Item, ...]:
        return (*self.practice, *self.items)


def preview_screens(version: TestVersion, *, form: str, language: str, seed: int) -> PreviewScreens:
    """In the active language; generated items come from `seed` (0 or more). Raises LookupError for an unknown form."""
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
            kind=version.test.kind,
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
    """`done` parts are over. `open_forms`: numbers of the parts shown in the other form."""

    done: int = 0
    begun: bool = False
    open_forms: frozenset[int] = frozenset()


def preview_overview(
    planned: Sequence[AssessmentPart], *, attempt: Attempt, position: PreviewPosition, now: datetime
) -> tuple[Overview, tuple[Item, ...]]:
    """The parts as a candidate sees them here, and the items of the current part, once it has begun if generated."""
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
