"""A test as its candidates see it, screen by screen, without a candidate: nothing of it is ever saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from goodword.assessments.content import content_of
from goodword.assessments.given import Asked, Task, items_of
from goodword.assessments.library.reasoning.forms import Forms
from goodword.assessments.models import Attempt, AttemptPart, TestVersion
from goodword.assessments.overview import PartView, instructions_of, minutes_of, title_of
from goodword.assessments.practice import practice_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """The screens of a version's form in a language: those to practise on, then those that count."""

    part: PartView
    practice: tuple[Asked, ...]
    items: tuple[Asked, ...]

    @property
    def screens(self) -> tuple[Asked, ...]:
        """All of them, in order."""
        return (*self.practice, *self.items)


def previewed(version: TestVersion, *, form: str, language: str, seed: int) -> Previewed:
    """The screens, with the active language as the candidate's; of generated items those of one seed.

    No row is made. Raises `LookupError` for a form that is not there.
    """
    content = content_of(version)
    part = AttemptPart(
        organisation_id=version.organisation_id,
        attempt=Attempt(organisation_id=version.organisation_id, language=language),
        order=1,
        version=version,
        form=form,
    )
    items: Sequence[Asked]
    if isinstance(content, Forms):
        items = [
            Task(id=str(number), drawn=drawn, language=language)
            for number, drawn in enumerate(content.draw(form, seed=seed), start=1)
        ]
        part.seconds = content.blueprint(form).minutes * 60
    else:
        items = items_of(part)
    return Previewed(
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
        items=tuple(items),
    )
