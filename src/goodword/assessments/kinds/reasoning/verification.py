"""The short form for verifying a reasoning result under supervision, and its comparison with that result.

It has tasks from the same families and levels as the first form, in similar proportions. So errors in the assumed
difficulties affect both forms equally, and the same time per task means the same time pressure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Self

from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.items import Item
from goodword.assessments.kinds.reasoning.content import VERSION, Blueprint, ReasoningTest, blueprint_of, draw
from goodword.assessments.kinds.reasoning.items import ReasoningTask, curves, curves_of_form
from goodword.assessments.psychometrics import SCORING
from goodword.assessments.psychometrics.number_right import ASSUMED_SD
from goodword.assessments.psychometrics.rasch import CalibrationResult
from goodword.assessments.psychometrics.second_result import best_lower, predictions, share_lower
from goodword.core.validation import Json

FIGURES: Final = "verification_12"
FIGURELESS: Final = "verification_figureless_12"
VERIFICATION_12: Final = blueprint_of(
    12,
    ("number_series", 1, 1),
    ("number_series", 3, 1),
    ("number_series", 5, 1),
    ("letter_series", 1, 1),
    ("letter_series", 3, 1),
    ("matrices_one_rule", 2, 1),
    ("matrices_two_rules", 2, 1),
    ("matrices_two_rules", 3, 1),
    ("matrices_two_rules", 4, 1),
    ("seating", 1, 1),
    ("ordering", 3, 1),
    ("sets", 3, 1),
)
VERIFICATION_FIGURELESS_12: Final = blueprint_of(
    12,
    ("number_series", 1, 1),
    ("number_series", 2, 1),
    ("number_series", 3, 1),
    ("number_series", 5, 1),
    ("letter_series", 1, 1),
    ("letter_series", 2, 1),
    ("letter_series", 4, 1),
    ("seating", 1, 1),
    ("seating", 3, 1),
    ("ordering", 2, 1),
    ("sets", 1, 1),
    ("sets", 3, 1),
)
FORMS: Final[Mapping[str, Blueprint]] = {
    FIGURES: VERIFICATION_12,
    FIGURELESS: VERIFICATION_FIGURELESS_12,
}


def verification_form(test: ReasoningTest, first_form: str) -> str:
    """Return the form without figures if the first form had none."""
    return FIGURES if test.has_figures(first_form) else FIGURELESS


def draw_verification(form: str, *, seed: int) -> tuple[GeneratedItem, ...]:
    return draw(FORMS[form], seed=seed)


def verification_test() -> ReasoningTest:
    return ReasoningTest(version=VERSION, forms=FORMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationComparison:
    """Numbers of tasks solved in both forms, and the prediction by the first (see `second_result.py`).

    `difficulties`: "assumed" or "calibrated", the same for both forms.
    """

    first_solved: int
    first_items: int
    solved: int
    answered: int
    items: int
    least: int
    expected: float
    error: float
    highest_rate: float
    difficulties: str
    scoring_version: str

    @property
    def is_lower(self) -> bool:
        return self.solved < self.least

    @property
    def is_higher(self) -> bool:
        """Whether more tasks were solved than predicted, which isn't tested against chance."""
        return self.solved > self.expected

    @property
    def unanswered(self) -> int:
        return self.items - self.answered

    @property
    def errors_apart(self) -> float:
        """The difference from the expected number, in standard errors."""
        return (self.solved - self.expected) / self.error

    @property
    def errors_below(self) -> float:
        return -self.errors_apart

    def to_json(self) -> dict[str, Json]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        return cls(**data)  # type: ignore[arg-type]  # as to_json writes it


def compare(
    first: Sequence[Item],
    second: Sequence[Item],
    *,
    first_solved: int,
    answers: Mapping[str, Json],
    calibration: CalibrationResult | None,
) -> VerificationComparison:
    """`first` and `second`: the tasks that count. `answers`: answers to the second form; unanswered means not solved.

    The calibration is used if it covers the tasks of both forms, since assumed and calibrated difficulties can't be
    mixed.
    """
    before, after = _tasks(first), _tasks(second)
    _, source = curves(((task.cell, task.options) for task in (*before, *after)), calibration)
    used = calibration if source == "calibrated" else None
    curves_before, _ = curves(((task.cell, task.options) for task in before), used)
    curves_after, _ = curves(((task.cell, task.options) for task in after), used)
    found = predictions(curves_before, curves_after, used.sd if used is not None else ASSUMED_SD)
    predicted = found.by_first[first_solved]
    return VerificationComparison(
        first_solved=first_solved,
        first_items=len(before),
        solved=sum(task.is_right(answers.get(task.id)) for task in after),
        answered=sum(answers.get(task.id) is not None for task in after),
        items=len(after),
        least=predicted.least,
        expected=predicted.expected,
        error=predicted.error,
        highest_rate=found.highest_rate,
        difficulties=source,
        scoring_version=SCORING["verification"],
    )


#: abilities, in standard deviations above the average, for which the rate after a high first result is stated
ABILITIES: Final = (0.0, 0.5, 1.0)
#: mean abilities of groups for which it is stated, in the same unit
MEANS: Final = (0.0, -0.5, -1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares of people whose second result is lower than expected. `highest`: the largest share among honest people of
    the same ability, with any first result. `by_ability`, `by_mean`: the shares among honest people who solved at least
    `high` tasks (85%) of the first form, for ABILITIES and MEANS. `found`: the share among people of average ability
    for whom somebody solved `helped` tasks, three tenths of the first form. `items`: number of items of the
    verification form."""

    items: int
    highest: float
    high: int
    by_ability: tuple[float, ...]
    by_mean: tuple[float, ...]
    helped: int
    found: float


def high_result(items: int) -> int:
    """The number of tasks from which a result is high: 85%, rounded up."""
    return -(-items * 17 // 20)


def rates_of(test: ReasoningTest, form: str, calibration: CalibrationResult | None) -> Rates:
    blueprint, after = test.blueprint(form), FORMS[verification_form(test, form)]
    first, source = curves_of_form(blueprint, calibration)
    second, second_source = curves_of_form(after, calibration)
    sd = ASSUMED_SD
    if calibration is not None and source == second_source == "calibrated":
        sd = calibration.sd
    else:
        first, second = curves_of_form(blueprint)[0], curves_of_form(after)[0]
    helped, high = round(0.3 * blueprint.n), high_result(blueprint.n)
    return Rates(
        items=after.n,
        highest=predictions(first, second, sd).highest_rate,
        high=high,
        by_ability=tuple(
            best_lower(first, second, solved=high, ability=ability * sd, sd=sd) for ability in ABILITIES
        ),
        by_mean=tuple(best_lower(first, second, solved=high, mean=mean * sd, sd=sd) for mean in MEANS),
        helped=helped,
        found=share_lower(first, second, ability=0.0, helped=helped, sd=sd),
    )


def _tasks(items: Sequence[Item]) -> list[ReasoningTask]:
    return [item for item in items if isinstance(item, ReasoningTask)]
