"""A total over right-or-wrong tests, with all that it is made of."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What one test brings to a portion: solved of given."""

    test: str
    solved: int
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """One category (or, with weights, one test): its share solved, from 0 to 1, and its share of the total.

    `category` is the id of a category of generated tasks, empty for anything else.
    """

    name: str
    category: str = ""
    counted: tuple[Counted, ...]
    share: Fraction
    weight: Fraction

    @property
    def share_text(self) -> str:
        """The share in percent."""
        return percent(self.share)

    @property
    def weight_text(self) -> str:
        """Its share of the total in percent."""
        return percent(self.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalResult:
    """The total of an assessment that has one, from 0 to 1. `value` is None where there can be none: `why_not` says
    why. `weighted`: with weights, whose `reason` was written down; else the mean of category means."""

    value: Fraction | None
    weighted: bool
    reason: str
    portions: tuple[Portion, ...]
    why_not: str = ""

    @property
    def text(self) -> str:
        """The total in percent; empty where there is none."""
        return "" if self.value is None else percent(self.value)

    @property
    def rule_text(self) -> str:
        """How it comes about: "50 % × 70 % + 50 % × 60 % = 65 %"."""
        if self.value is None:
            return ""
        made = " + ".join(f"{one.weight_text} × {one.share_text}" for one in self.portions)
        return f"{made} = {self.text}"


def percent(share: Fraction) -> str:
    """ "66.7 %", without a decimal that is 0."""
    return f"{float(100 * share):.1f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"
