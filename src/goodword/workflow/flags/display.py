"""How the candidate's page shows flags."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from goodword.workflow.models import GRADES, Flag, strongest


@dataclass(frozen=True, slots=True)
class FlagWording:
    title: Any
    explanations: tuple[Any, ...]
    to_do: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayedFlag:
    """`dismissed_by`: empty if the member is gone."""

    id: int
    grade: str
    title: str
    facts: str
    explanations: tuple[str, ...]
    to_do: str
    found_at: datetime
    dismissed_at: datetime | None
    dismissed_by: str
    note: str

    @property
    def grade_label(self) -> str:
        return grade_label(self.grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagList:
    """Strongest first. `checked`: whether anything could be checked."""

    checked: bool
    to_review: Sequence[DisplayedFlag]
    dismissed: Sequence[DisplayedFlag]

    @property
    def grade(self) -> str:
        return strongest(flag.grade for flag in self.to_review)

    @property
    def grade_label(self) -> str:
        return grade_label(self.grade)


def display(flag: Flag, wording: FlagWording, *, facts: str) -> DisplayedFlag:
    return DisplayedFlag(
        id=flag.pk,
        grade=flag.grade,
        title=str(wording.title),
        facts=facts,
        explanations=tuple(str(explanation) for explanation in wording.explanations),
        to_do=str(wording.to_do),
        found_at=flag.found_at,
        dismissed_at=flag.dismissed_at,
        dismissed_by=flag.dismissed_by.user.name if flag.dismissed_by else "",
        note=flag.dismissed_note,
    )


def flag_list(flags: Iterable[DisplayedFlag], *, checked: bool) -> FlagList:
    ordered = sorted(flags, key=lambda flag: -GRADES.index(flag.grade))
    return FlagList(
        checked=checked,
        to_review=[flag for flag in ordered if flag.dismissed_at is None],
        dismissed=[flag for flag in ordered if flag.dismissed_at is not None],
    )


def grade_label(grade: str) -> str:
    return {
        "none": gettext("None"),
        "low": gettext("Low"),
        "medium": gettext("Medium"),
        "high": gettext("High"),
    }[grade]
