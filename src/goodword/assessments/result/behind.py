"""What a standing and an ability were computed from: the figures that went in, and the rules in figures and words.

A band is ± 1.645 standard errors of measurement, the percentile is the mid-rank one (psychometrics.norms).
"""

from dataclasses import dataclass
from datetime import datetime
from math import floor

from django.utils.translation import gettext

from goodword.assessments.kinds.reasoning.names import family_name
from goodword.assessments.kinds.technical_sheet import reliability_figures, reliability_formula
from goodword.assessments.psychometrics.norms import BAND_WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBehind:
    """How reliable a score is in its norm group, by which `way` (domain.norms.figures; "" where that was not written
    down), from the answers of `n` people."""

    value: float
    way: str
    n: int
    alpha: float | None
    omega: float | None

    @property
    def figures(self) -> str:
        """ "omega 0.83, alpha 0.81, from 120 people who answered all of it"."""
        return reliability_figures(self.value, way=self.way, n=self.n, alpha=self.alpha, omega=self.omega)

    @property
    def formula(self) -> str:
        """The rule; empty where the way is not known."""
        return reliability_formula(self.way, alpha=self.alpha is not None, omega=self.omega is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NormRow:
    """A score of a norm table: how many `people` have just it, and its percentile. `own`: it is this candidate's."""

    score: float
    people: int
    percentile: int
    own: bool = False

    @property
    def score_text(self) -> str:
        """The score."""
        return figure(self.score)

    @property
    def further(self) -> int:
        """How many of 100 have a higher score, for distances from a key."""
        return 100 - self.percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingBehind:
    """The figures of a standing. Of `n` people with a score, `below` have a lower one and `equal` the same.

    `sd` is the group's standard deviation, `error` the standard error of measurement, both on the score's own scale.
    `rows` are those of the norm table around the score, of `all_rows` there are. `test` and `table` find the whole one.
    """

    score: float
    n: int
    below: int
    equal: int
    percentile: int
    sd: float
    error: float
    reliability: ReliabilityBehind
    version: str
    made_at: datetime
    rows: tuple[NormRow, ...]
    all_rows: int
    test: int
    table: str

    @property
    def score_text(self) -> str:
        """The score."""
        return figure(self.score)

    @property
    def share_text(self) -> str:
        """ "(60 + 25 ÷ 2) ÷ 132 = 54.9 %"."""
        share = 100 * (self.below + self.equal / 2) / self.n
        return f"({self.below} + {self.equal} ÷ 2) ÷ {self.n} = {share:.1f} %"

    @property
    def is_bounded(self) -> bool:
        """Whether the share rounds to none or all, which no percentile says."""
        return not 1 <= floor(100 * (self.below + self.equal / 2) / self.n + 0.5) <= 99

    @property
    def error_text(self) -> str:
        """ "0.60 × √(1 − 0.81) = 0.26"."""
        return f"{self.sd:.2f} × √(1 − {self.reliability.value:.2f}) = {self.error:.2f}"

    @property
    def band_text(self) -> str:
        """ "3.00 ± 1.645 × 0.26 = 2.57 to 3.43"."""
        low, high = (self.score + sign * BAND_WIDTH * self.error for sign in (-1, 1))
        return gettext("%(score)s ± %(width)s × %(error)s = %(low)s to %(high)s") % {
            "score": f"{self.score:.2f}",
            "width": BAND_WIDTH,
            "error": f"{self.error:.2f}",
            "low": f"{low:.2f}".replace("-", "−"),
            "high": f"{high:.2f}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBehind:
    """A family at a level: its difficulty `b` with its standard error, in logits, from `answers` of those who were
    calibrated by; how many of its tasks this candidate was `given`, and how many of them are `right`."""

    family: str
    level: int
    b: float
    se: float
    answers: int
    given: int
    right: int

    @property
    def name(self) -> str:
        """What the family is called."""
        return family_name(self.family)

    @property
    def b_text(self) -> str:
        """ "−0.4 ± 0.2"."""
        return f"{self.b:.1f} ± {self.se:.1f}".replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class AbilityBehind:
    """The calibration that an ability was measured by: its `number`, the `n` people it comes from, how far their
    abilities spread (`sd`, logits) and how reliable they are; the `cells` that this candidate was given."""

    number: int
    n: int
    made_at: datetime
    sd: float
    reliability: float
    cells: tuple[CellBehind, ...]

    @property
    def right(self) -> int:
        """How many tasks were solved."""
        return sum(cell.right for cell in self.cells)

    @property
    def given(self) -> int:
        """Of how many."""
        return sum(cell.given for cell in self.cells)

    @property
    def formula(self) -> str:
        """The rule behind the reliability."""
        return reliability_formula("calibration")


def figure(value: float) -> str:
    """A score with up to two decimals, as few as it needs: 3, 3.25, 14."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
