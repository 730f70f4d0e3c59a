"""Answers faster than the items can be read.

    floor of an item = half of its reading time, at least one second

Reading time is that of `core.text`, 200 words a minute. Half of it means 400 words a minute, beyond the
range of 175 to 300 that most adults reach with non-fiction (Brysbaert 2019, "How many words do we read per minute?",
Journal of Memory and Language 109). One second to see an item and press a key is our assumption. It is stricter than
the two seconds of Huang and others 2012 ("Detecting and deterring insufficient effort responding to surveys", Journal
of Business and Psychology 27), because practised people answer short items in two.

If one in ten answers is below the floor, the grade is low (Wise & Kong 2005, "Response time effort", Applied
Measurement in Education 18); from a quarter it is medium, from half high. Fewer than ten timed answers have no grade.
Only the seconds on an answer's own screen count; texts shown before aren't counted again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

type Grade = Literal["low", "medium", "high"]


def graded(value: Fraction, *, low: Fraction, medium: Fraction, high: Fraction) -> Grade | None:
    if value >= high:
        return "high"
    if value >= medium:
        return "medium"
    return "low" if value >= low else None


LEAST_SECONDS = 1.0
LEAST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Timed:
    """An answer: the seconds on screen, and the seconds to read the item once."""

    seconds: float
    reading: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Haste:
    """The number of timed answers below the floor of their items."""

    fast: int
    timed: int
    grade: Grade | None

    @property
    def share(self) -> Fraction:
        return Fraction(self.fast, self.timed) if self.timed else Fraction(0)


def floor(reading: float) -> float:
    return max(LEAST_SECONDS, reading / 2)


def too_fast(answers: Iterable[Timed]) -> Haste:
    below = [answer.seconds < floor(answer.reading) for answer in answers]
    fast, timed = sum(below), len(below)
    grade: Grade | None = None
    if timed >= LEAST_ANSWERS:
        share = Fraction(fast, timed)
        grade = graded(share, low=Fraction(1, 10), medium=Fraction(1, 4), high=Fraction(1, 2))
    return Haste(fast=fast, timed=timed, grade=grade)
