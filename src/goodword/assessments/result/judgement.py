"""The result of judging situations: how far the ratings lie from the key, action by action."""

from dataclasses import dataclass
from typing import ClassVar

from goodword.assessments.result.part import PartResult, Standing
from goodword.ui.scales import written_number


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionShown:
    """One action: how it was rated, its key, the distance between them in steps, and why the key is so.

    `answer`, `label` and `distance` are None where it was not rated.
    """

    text: str
    answer: int | None
    label: str | None
    key: float
    distance: float | None
    reason: str

    @property
    def key_text(self) -> str:
        """The key as people write it: "5", "3.5"."""
        return f"{self.key:g}"

    @property
    def distance_text(self) -> str:
        """The distance; empty where there is none."""
        return "" if self.distance is None else f"{self.distance:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioShown:
    """A situation with its actions, in the order shown."""

    text: str
    actions: tuple[ActionShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementResult(PartResult):
    """Situational judgement. `distance`: the mean distance from the key in steps of the answer scale, None if too few
    actions were rated. `smallest` and `largest`: its possible extremes for the same actions."""

    template: ClassVar[str] = "assessments/result/judgement.html"

    distance: float | None
    smallest: float
    largest: float
    answered: int
    items: int
    lowest: int
    highest: int
    response_labels: tuple[str, ...]
    key_basis: str
    scenarios: tuple[ScenarioShown, ...]
    standing: Standing | None = None
    #: situations that the line broke at, which do not count
    voided: int = 0

    @property
    def distance_text(self) -> str:
        """The mean distance; empty where there is none."""
        return "" if self.distance is None else written_number(self.distance)

    @property
    def smallest_text(self) -> str:
        """The smallest possible distance. With two decimals, because a few half steps among many keys matter."""
        return f"{self.smallest:.2f}" if self.smallest else "0"

    @property
    def largest_text(self) -> str:
        """The largest that it could have been."""
        return written_number(self.largest)

    @property
    def rule_text(self) -> str:
        """How the mean comes about: "(0 + 1 + 0.5) ÷ 3 = 0.5"; empty if there is none."""
        distances = [
            action.distance
            for scenario in self.scenarios
            for action in scenario.actions
            if action.distance is not None
        ]
        if self.distance is None or not distances:
            return ""
        return f"({' + '.join(f'{one:g}' for one in distances)}) ÷ {len(distances)} = {self.distance:.4g}"
