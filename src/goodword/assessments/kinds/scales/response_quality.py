"""Careless responding in answers to scales: straight-lining, and contradictions between reversed items.

**Straight-lining**: the longest run of one answer in the order given (Johnson 2005, "Ascertaining the validity of
individual protocols from web-based personality inventories", Journal of Research in Personality 39). Half of all items
or more is high (rule of thumb of Curran 2016, "Methods for the detection of carelessly invalid responses in survey
data", Journal of Experimental Social Psychology 66), a third is medium, eight in a row is low. Shorter runs have no
grade. Items of all scales and both keys alternate, so that no attitude produces a long run.

**Contradiction**: over all pairs of a "+" and a "-" item of the same scale, both answered,

    mean of |answer to "+" - (low + high - answer to "-")|

It is 0 for consistent answers. Random answers give the mean distance of two options ("chance": 1.6 on a scale from 1
to 5). From chance on it is low, from 5/4 of it medium, from 3/2 high. Agreeing with everything comes close to the whole
answer scale; choosing the middle throughout gives 0 but is a straight line. Fewer than ten pairs have no grade. The
thresholds are ours; docs/scoring.md gives their error rates.

Odd-even consistency is not used: with five scales it is a correlation of five points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from statistics import mean

from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.kinds.scales.items import ScaleScore, score
from goodword.assessments.psychometrics.speed import Grade, graded

LEAST_RUN = 8
LEAST_PAIRS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightLine:
    longest: int
    answered: int
    grade: Grade | None

    @property
    def share(self) -> Fraction:
        """Share of all answers in the run; 0 without answers."""
        return Fraction(self.longest, self.answered) if self.answered else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleContradiction:
    """The means of a scale's "+" items and of its reversed "-" items, and the mean distance of its pairs."""

    scale: str
    plus: float
    turned: float
    pairs: int
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """`mean` is over all pairs, in points of the answer scale; `chance` is expected of random answers."""

    scales: tuple[ScaleContradiction, ...]
    pairs: int
    mean: float | None
    chance: float
    grade: Grade | None


def straight_lining(values: Sequence[int]) -> StraightLine:
    longest = max((sum(1 for _ in run) for _, run in groupby(values)), default=0)
    grade: Grade | None = None
    if longest >= LEAST_RUN:
        share = Fraction(longest, len(values))
        grade = graded(share, low=Fraction(0), medium=Fraction(1, 3), high=Fraction(1, 2))
    return StraightLine(longest=longest, answered=len(values), grade=grade)


def contradiction(instrument: Instrument, form: str, answers: Mapping[str, int]) -> Contradiction:
    scales: list[ScaleContradiction] = []
    apart: list[int] = []
    for scored in score(instrument, form, answers):
        plus, turned = _values(scored, "+"), _values(scored, "-")
        of_scale = [abs(one - other) for one in plus for other in turned]
        if of_scale:
            apart += of_scale
            scales.append(
                ScaleContradiction(
                    scale=scored.scale.id,
                    plus=mean(map(float, plus)),
                    turned=mean(map(float, turned)),
                    pairs=len(of_scale),
                    mean=mean(map(float, of_scale)),
                )
            )
    chance = _chance(instrument)
    whole = Fraction(sum(apart), len(apart)) if apart else None
    grade = None
    if whole is not None and len(apart) >= LEAST_PAIRS:
        grade = graded(whole, low=chance, medium=chance * Fraction(5, 4), high=chance * Fraction(3, 2))
    return Contradiction(
        scales=tuple(scales),
        pairs=len(apart),
        mean=None if whole is None else float(whole),
        chance=float(chance),
        grade=grade,
    )


def _values(scored: ScaleScore, keyed: str) -> list[int]:
    return [item.value for item in scored.items if item.keyed == keyed and item.value is not None]


def _chance(instrument: Instrument) -> Fraction:
    values = [option.value for option in instrument.response_scale]
    return Fraction(sum(abs(one - other) for one in values for other in values), len(values) ** 2)
