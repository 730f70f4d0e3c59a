"""What the result of every part has, and where a score stands among those who took the same test."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.translation import get_language_info, gettext

from goodword.assessments.kinds.technical_sheet import TechnicalSheet
from goodword.assessments.result.behind import StandingBehind
from goodword.ui.scales import written_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The requirement of the job that a test serves: who said so, and when."""

    text: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a score stands in its norm group, as it was issued: the 90 % band on the score's own scale, and as
    percentiles from 1 to 99. `n` first attempts in `language` (a tag) on one class of `device` ("phone", "computer"),
    of the norms with the number `norms`; `reliability` is that of the score in the group.

    `by_distance`: the score is a distance from a key, so that a low percentile is near to it.
    """

    low: float
    high: float
    percentile: int
    percentile_low: int
    percentile_high: int
    n: int
    language: str
    device: str
    norms: int
    reliability: float | None
    by_distance: bool = False
    #: what it was computed from; None where that is not asked for, or not known
    behind: StandingBehind | None = None

    @property
    def further(self) -> tuple[int, int]:
        """How many of 100 in the group lie further off than a distance, at least and at most."""
        return 100 - self.percentile_high, 100 - self.percentile_low

    @property
    def words(self) -> str:
        """ "between the 40th and 70th percentile of 132 first attempts in English on computers, norms 2".

        Of a distance: "nearer to the key than 30 to 60 of 100 in the group of 132 first attempts …".
        """
        if self.by_distance:
            return self._nearer_words
        held = {
            "low": ordinal(self.percentile_low),
            "high": ordinal(self.percentile_high),
            "group": self.group_words,
        }
        if self.percentile_low == self.percentile_high:
            return gettext("at the %(low)s percentile of %(group)s") % held
        return gettext("between the %(low)s and %(high)s percentile of %(group)s") % held

    @property
    def _nearer_words(self) -> str:
        fewest, most = self.further
        held = {"low": fewest, "high": most, "group": self.group_words}
        if fewest == most:
            return gettext("nearer to the key than %(low)s of 100 in the group of %(group)s") % held
        return gettext("nearer to the key than %(low)s to %(high)s of 100 in the group of %(group)s") % held

    @property
    def group_words(self) -> str:
        """Who the score is held against: "132 first attempts in English on computers, norms 2"."""
        held = {
            "n": self.n,
            "language": gettext(get_language_info(self.language)["name"]),
            "norms": self.norms,
        }
        match self.device:
            case "phone":
                return gettext("%(n)s first attempts in %(language)s on phones, norms %(norms)s") % held
            case "computer":
                return gettext("%(n)s first attempts in %(language)s on computers, norms %(norms)s") % held
        return gettext("%(n)s first attempts in %(language)s, norms %(norms)s") % held

    @property
    def band_words(self) -> str:
        """The band on the score's own scale: "3.1 to 3.9"."""
        return gettext("%(low)s to %(high)s") % {
            "low": written_number(self.low),
            "high": written_number(self.high),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What all parts have: the title and technical sheet of the test, the requirement that it serves.

    `weight` is its weight in a weighted total, None where it has none.
    """

    kind: str
    order: int
    title: str
    sheet: TechnicalSheet
    requirement: Requirement | None
    scoring_version: str
    weight: int | None = None
    #: whether items, single answers and keys were removed, for readers without a login
    items_left_out: bool = False
    #: what draws it on a page of members
    template: ClassVar[str]


def ordinal(n: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th: how members' pages, which are in English, count."""
    ending = "th" if n % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
