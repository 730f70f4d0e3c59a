"""Signs as the candidate's page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from goodword.steps.models import FoundSign
from goodword.steps.signs.found import GRADES, strongest


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one kind of sign, translated as they are shown: what else it can come from, and what one can do."""

    title: Any
    innocent: tuple[Any, ...]
    to_do: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One sign in words. `dismissed_by` is a member's name, empty for one who has left."""

    id: int
    grade: str
    title: str
    facts: str
    innocent: tuple[str, ...]
    to_do: str
    found_at: datetime
    dismissed_at: datetime | None
    dismissed_by: str
    note: str

    @property
    def grade_words(self) -> str:
        """The grade, said out loud."""
        return grade_in_words(self.grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Signs to look at, the strongest first, and those that were dismissed.

    `looked`: there was something to look at.
    """

    looked: bool
    to_look_at: Sequence[Shown]
    dismissed: Sequence[Shown]

    @property
    def grade(self) -> str:
        """The grade of all: that of the strongest sign that was not dismissed, or "none"."""
        return strongest(sign.grade for sign in self.to_look_at)

    @property
    def grade_words(self) -> str:
        """The grade, said out loud."""
        return grade_in_words(self.grade)


def in_words(sign: FoundSign, words: Words, *, facts: str) -> Shown:
    """A sign with the words of its kind and the sentence of its facts, in the active language."""
    return Shown(
        id=sign.pk,
        grade=sign.grade,
        title=str(words.title),
        facts=facts,
        innocent=tuple(str(cause) for cause in words.innocent),
        to_do=str(words.to_do),
        found_at=sign.found_at,
        dismissed_at=sign.dismissed_at,
        dismissed_by=sign.dismissed_by.user.name if sign.dismissed_by else "",
        note=sign.dismissed_note,
    )


def sorted_out(shown: Iterable[Shown], *, looked: bool) -> Signs:
    """Those to look at and those dismissed, the strongest first, of one grade as they come."""
    ordered = sorted(shown, key=lambda sign: -GRADES.index(sign.grade))
    return Signs(
        looked=looked,
        to_look_at=[sign for sign in ordered if sign.dismissed_at is None],
        dismissed=[sign for sign in ordered if sign.dismissed_at is not None],
    )


def grade_in_words(grade: str) -> str:
    """ "low", "medium", "high" or "none" in the active language."""
    return {
        "none": gettext("None"),
        "low": gettext("Low"),
        "medium": gettext("Medium"),
        "high": gettext("High"),
    }[grade]
