"""The signs of a check as the candidate's page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from goodword.references.models import Check, Referee, Sign
from goodword.references.signs.found import CANDIDATE, GRADES, strongest
from goodword.references.signs.sentences import sentence
from goodword.references.signs.words import WORDS


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
    """The signs of a check: those to look at, the strongest first, and those that were dismissed.

    `looked`: somebody was named for good, so that there was something to look at.
    """

    looked: bool
    to_look_at: Sequence[Shown]
    dismissed: Sequence[Shown]

    @property
    def grade(self) -> str:
        """The check's grade: that of its strongest sign that was not dismissed, or "none"."""
        return strongest(sign.grade for sign in self.to_look_at)

    @property
    def grade_words(self) -> str:
        """The grade, said out loud."""
        return grade_in_words(self.grade)


def signs_of(check: Check) -> Signs:
    """All signs of a check, worded in the active language. Two queries."""
    referees = list(Referee.objects.of(check.organisation).select_related("request").filter(check_run=check))
    names, candidate = {one.pk: one.name for one in referees}, _candidate(check)
    rows = (
        Sign.objects.of(check.organisation)
        .select_related("dismissed_by__user")
        .filter(check_run=check)
        .order_by("pk")
    )
    shown = sorted(
        (_in_words(row, names=names, candidate=candidate) for row in rows),
        key=lambda sign: -GRADES.index(sign.grade),
    )
    return Signs(
        looked=any(one.held_at is not None or hasattr(one, "request") for one in referees),
        to_look_at=[sign for sign in shown if sign.dismissed_at is None],
        dismissed=[sign for sign in shown if sign.dismissed_at is not None],
    )


def sign_in_words(sign: Sign) -> Shown:
    """One sign, worded in the active language."""
    referees = Referee.objects.of(sign.organisation).filter(check_run=sign.check_run)
    names = dict(referees.values_list("pk", "name"))
    return _in_words(sign, names=names, candidate=_candidate(sign.check_run))


def _candidate(check: Check) -> str:
    return check.start.application.candidate.name


def _in_words(sign: Sign, *, names: Mapping[int, str], candidate: str) -> Shown:
    words = WORDS[sign.code]
    people = [
        candidate if part == CANDIDATE else names.get(int(part)) or gettext("A referee")
        for part in sign.key.split(",")
    ]
    return Shown(
        id=sign.pk,
        grade=sign.grade,
        title=str(words.title),
        facts=sentence(sign.code, sign.facts, people),
        innocent=tuple(str(cause) for cause in words.innocent),
        to_do=str(words.to_do),
        found_at=sign.found_at,
        dismissed_at=sign.dismissed_at,
        dismissed_by=sign.dismissed_by.user.name if sign.dismissed_by else "",
        note=sign.dismissed_note,
    )


def grade_in_words(grade: str) -> str:
    """ "low", "medium", "high" or "none" in the active language."""
    return {
        "none": gettext("None"),
        "low": gettext("Low"),
        "medium": gettext("Medium"),
        "high": gettext("High"),
    }[grade]
