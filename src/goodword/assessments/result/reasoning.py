"""The result of generated tasks: how many of how many were solved, and each task with its rule."""

from dataclasses import dataclass
from typing import ClassVar

from goodword.assessments.kinds.reasoning.item import Picture, Shown
from goodword.assessments.kinds.reasoning.names import category_name
from goodword.assessments.result.behind import AbilityBehind
from goodword.assessments.result.part import PartResult, Standing
from goodword.ui.scales import written_number


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryResult:
    """One category, or all of them under "": `solved` of `given` tasks, `answered` of them at all."""

    category: str
    solved: int
    given: int
    answered: int
    standing: Standing | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return category_name(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """The ability in logits on the scale of those who were calibrated by, with its standard error."""

    value: float
    error: float
    #: the calibration and the cells that it comes from; None where that is not asked for
    behind: AbilityBehind | None = None

    @property
    def words(self) -> str:
        """ "0.4 ± 0.3"."""
        return f"{self.value:.1f} ± {self.error:.1f}".replace("-", "−")

    @property
    def error_text(self) -> str:
        """The standard error: "0.3"."""
        return written_number(self.error)

    @property
    def low_text(self) -> str:
        """One standard error below."""
        return written_number(self.value - self.error).replace("-", "−")

    @property
    def high_text(self) -> str:
        """One standard error above."""
        return written_number(self.value + self.error).replace("-", "−")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionShown:
    """An option by its number (from 1), as a text or a picture."""

    id: str
    number: int
    text: str
    picture: Picture | None
    right: bool
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskShown:
    """One task as it was given, with what was answered, which option is right, and the rule in words."""

    number: int
    category: str
    shown: Shown
    options: tuple[OptionShown, ...]
    rule: str

    @property
    def chosen(self) -> OptionShown | None:
        """The option that was chosen; None where there is no answer."""
        return next((option for option in self.options if option.chosen), None)

    @property
    def right(self) -> OptionShown:
        """The one that is right."""
        return next(option for option in self.options if option.right)

    @property
    def solved(self) -> bool:
        """Whether the right one was chosen."""
        return self.right.chosen

    @property
    def category_name(self) -> str:
        """What its category is called."""
        return category_name(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningResult(PartResult):
    """A test of generated tasks. `ability` is there only where the test was calibrated for the role."""

    template: ClassVar[str] = "assessments/result/reasoning.html"

    whole: CategoryResult
    categories: tuple[CategoryResult, ...]
    tasks: tuple[TaskShown, ...]
    ability: Ability | None = None

    @property
    def is_ranked(self) -> bool:
        """Whether anything says how hard the tasks were, so that people can be held side by side."""
        return self.ability is not None or self.whole.standing is not None

    @property
    def reliability_text(self) -> str:
        """The reliability in the norm group; empty where none is known."""
        standing = self.whole.standing
        return (
            "" if standing is None or standing.reliability is None else written_number(standing.reliability)
        )
