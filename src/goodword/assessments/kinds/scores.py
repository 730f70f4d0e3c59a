"""Computed scores of any kind of test, their reliability, and their position in a norm group."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final, Literal, Protocol

from django.utils.translation import get_language_info, gettext

from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.technical_sheet import (
    reliability_figures,
    reliability_formula,
)
from goodword.assessments.models import NormGroup, Score
from goodword.assessments.psychometrics import norms
from goodword.assessments.psychometrics.norms import BAND_WIDTH
from goodword.assessments.psychometrics.reliability import reliability_of
from goodword.core.text import rounded
from goodword.core.validation import Json

ALL: Final = ""
#: "calibration" occurs in older norms: the reliability of the abilities, not of the number solved
type ReliabilitySource = Literal["items", "halves", "splits", "calibration", "calibrated_number"]
NEEDED_SHARE = Fraction(3, 4)
#: rows of the norm table to show on each side of a score
BESIDE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedScore:
    scale: str
    value: float | None
    answered: int
    items: int
    version: str
    #: the 90% band on the scale of `value`: from the person's own answers, or from the norm group's reliability
    low: float | None = None
    high: float | None = None
    has_own_band: bool = False
    percentile: int | None = None
    percentile_low: int | None = None
    percentile_high: int | None = None
    #: the 90% band of the number solved, based on "assumed" or "calibrated" difficulties
    solved_low: float | None = None
    solved_high: float | None = None
    solved_by: str = ""
    #: the ability in logits, its standard error, and its 90% interval
    ability: float | None = None
    ability_se: float | None = None
    ability_low: float | None = None
    ability_high: float | None = None


class ScoringError(ValueError):
    """An item that isn't in the form, or a value off the answer scale."""


def needed_answers(n_items: int) -> int:
    return ceil(NEEDED_SHARE * n_items)


class Respondent(Protocol):
    @property
    def items(self) -> tuple[Item, ...]: ...

    @property
    def answers(self) -> Mapping[str, Json]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReliability:
    """A reliability coefficient (None: unknown), its source, and the number of people behind it."""

    value: float | None
    way: ReliabilitySource
    n: int
    alpha: float | None = None
    omega: float | None = None


def reliability_by_items(people: Iterable[Mapping[str, list[float | None]]]) -> dict[str, ScaleReliability]:
    """Alpha and omega of each scale, from a row of item values per person; incomplete rows are left out."""
    rows: dict[str, list[list[float]]] = {}
    for person in people:
        for scale, values in person.items():
            complete = rows.setdefault(scale, [])
            known = [value for value in values if value is not None]
            if len(known) == len(values):
                complete.append(known)
    found = {scale: reliability_of(of_scale) for scale, of_scale in rows.items()}
    return {
        scale: ScaleReliability(
            value=reliability.value,
            way="items",
            n=reliability.n,
            alpha=reliability.alpha,
            omega=reliability.omega,
        )
        for scale, reliability in found.items()
    }


def part_category(part: str) -> str:
    """The category of a whole part in a total, distinct from all categories of generated tasks."""
    return f"part {part}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityDetails:
    """A score's reliability in its norm group. `way`: as in `ScaleReliability`; "" if not recorded."""

    value: float
    way: str
    n: int
    alpha: float | None
    omega: float | None

    @property
    def figures(self) -> str:
        """For example "omega 0.83, alpha 0.81, from 120 people with complete answers"."""
        return reliability_figures(self.value, way=self.way, n=self.n, alpha=self.alpha, omega=self.omega)

    @property
    def formula(self) -> str:
        """The formula; empty if `way` is unknown."""
        return reliability_formula(self.way, alpha=self.alpha is not None, omega=self.omega is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormTableRow:
    """A score in a norm table, the number of `people` with it, and its percentile. `own`: whether it is this
    candidate's."""

    score: float
    people: int
    percentile: int
    own: bool = False

    @property
    def score_text(self) -> str:
        return figure(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormedScoreDetails:
    """Of `n` people, `below` score lower and `equal` the same. `sd` and `error` are on the score's scale; `error` is
    None if the band is computed from the person's own answers. `rows`: the rows of the norm table around the score, out
    of `all_rows`."""

    score: float
    n: int
    below: int
    equal: int
    percentile: int
    sd: float
    error: float | None
    reliability: ReliabilityDetails
    version: str
    created_at: datetime
    rows: tuple[NormTableRow, ...]
    all_rows: int
    test: int
    table: str

    @property
    def score_text(self) -> str:
        return figure(self.score)

    @property
    def share_text(self) -> str:
        """For example "(60 + 25 ÷ 2) ÷ 132 = 54.9%"."""
        share = 100 * (self.below + self.equal / 2) / self.n
        return f"({self.below} + {self.equal} ÷ 2) ÷ {self.n} = {rounded(share, 1)}%"

    @property
    def is_bounded(self) -> bool:
        """Whether the percentile was limited to 1 or 99."""
        return not 1 <= floor(100 * (self.below + self.equal / 2) / self.n + 0.5) <= 99

    @property
    def error_text(self) -> str:
        """For example "0.60 × √(1 − 0.81) = 0.26"."""
        return (
            ""
            if self.error is None
            else f"{rounded(self.sd, 2)} × √(1 − {rounded(self.reliability.value, 2)}) = {rounded(self.error, 2)}"
        )

    @property
    def band_text(self) -> str:
        """For example "3.00 ± 1.645 × 0.26 = 2.57 to 3.43"."""
        if self.error is None:
            return ""
        low, high = (self.score + sign * BAND_WIDTH * self.error for sign in (-1, 1))
        return gettext("%(score)s ± %(width)s × %(error)s = %(low)s to %(high)s") % {
            "score": rounded(self.score, 2),
            "width": BAND_WIDTH,
            "error": rounded(self.error, 2),
            "low": rounded(low, 2).replace("-", "−"),
            "high": rounded(high, 2).replace("-", "−"),
        }


def figure(value: float) -> str:
    """Format with at most two decimals, rounded as in reports: 3, 3.13 for 3.125, 14, −0.3."""
    return rounded(value, 2).rstrip("0").rstrip(".").replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class NormedScore:
    """A normed score as issued: the 90% band on the score's scale, and percentiles among `n` first attempts in
    `language` on one `device`."""

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
    #: the figures behind it; None if not requested or unknown
    behind: NormedScoreDetails | None = None

    @property
    def group_words(self) -> str:
        """For example "132 first attempts in English on computers, norms 2"."""
        values = {
            "n": self.n,
            "language": gettext(get_language_info(self.language)["name"]),
            "norms": self.norms,
        }
        match self.device:
            case "phone":
                return gettext("%(n)s first attempts in %(language)s on phones, norms %(norms)s") % values
            case "computer":
                return gettext("%(n)s first attempts in %(language)s on computers, norms %(norms)s") % values
        return gettext("%(n)s first attempts in %(language)s, norms %(norms)s") % values


def normed_score(score: Score, *, has_own_band: bool = False) -> NormedScore | None:
    """`has_own_band`: see `ComputedScore`."""
    normed = issued_normed_score(score)
    if normed is None or score.norm_group is None or score.value is None:
        return normed
    behind = _behind(score, score.norm_group, score.value, own=normed if has_own_band else None)
    return replace(normed, behind=behind)


def table_key(group: NormGroup, scale: str) -> str:
    return f"table-{group.pk}-{scale or 'all'}"


def norm_rows(table: norms.NormTable) -> tuple[NormTableRow, ...]:
    counts = (0, *(at_or_below for _, at_or_below in table.cumulative))
    return tuple(
        NormTableRow(score=score, people=upto - counts[place], percentile=norms.percentile(table, score))
        for place, (score, upto) in enumerate(table.cumulative)
    )


def _behind(
    score: Score, group: NormGroup, value: float, *, own: NormedScore | None
) -> NormedScoreDetails | None:
    """`own`: the score, if it has a band from the person's answers."""
    data = group.tables.get(score.scale, {})
    try:
        table = norms.from_json(data)
    except (KeyError, TypeError, ValueError):
        return None
    error = norms.standard_error(table) if own is None else None
    band = norms.band(table, value) if own is None else norms.band_between(table, value, own.low, own.high)
    if band is None or table.reliability is None:
        return None
    issued = (score.percentile_low, score.percentile, score.percentile_high)
    if issued != (band.percentile_low, band.percentile, band.percentile_high):
        return None
    rows = norm_rows(table)
    below = sum(row.people for row in rows if row.score < value)
    return NormedScoreDetails(
        score=value,
        n=table.n,
        below=below,
        equal=sum(row.people for row in rows if row.score == value),
        percentile=band.percentile,
        sd=table.sd,
        error=error,
        reliability=_reliability(table.reliability, data),
        version=group.norm_set.version,
        created_at=group.norm_set.created_at,
        rows=_around(rows, value, band.percentile),
        all_rows=len(rows),
        test=group.norm_set.test_id,
        table=table_key(group, score.scale),
    )


def _reliability(value: float, data: Mapping[str, Any]) -> ReliabilityDetails:
    return ReliabilityDetails(
        value=value,
        way=data.get("reliability_by", ""),
        n=data.get("reliability_n", data["n"]),
        alpha=data.get("alpha"),
        omega=data.get("omega"),
    )


def _around(rows: tuple[NormTableRow, ...], value: float, percentile: int) -> tuple[NormTableRow, ...]:
    before, after = bisect_left(rows, value, key=_score), bisect_right(rows, value, key=_score)
    people = sum(row.people for row in rows[before:after])
    own = NormTableRow(score=value, people=people, percentile=percentile, own=True)
    return (*rows[max(0, before - BESIDE) : before], own, *rows[after : after + BESIDE])


def _score(row: NormTableRow) -> float:
    return row.score


def issued_normed_score(score: Score) -> NormedScore | None:
    """The position as issued; None without a norm group."""
    group, low, high = score.norm_group, score.low, score.high
    middle, below, above = score.percentile, score.percentile_low, score.percentile_high
    if group is None or low is None or high is None or middle is None or below is None or above is None:
        return None
    return NormedScore(
        low=low,
        high=high,
        percentile=middle,
        percentile_low=below,
        percentile_high=above,
        # people without this score, such as those who skipped too much, are in the group but not in the table
        n=group.tables.get(score.scale, {}).get("n", group.n),
        language=group.language,
        device=group.device,
        norms=group.norm_set.number,
        reliability=group.tables.get(score.scale, {}).get("reliability"),
    )
