"""The result of a test of scales: means on the answer scale, with the answers behind each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from goodword.assessments.kinds.scales.content import Instrument, Scale
from goodword.assessments.result.part import PartResult, Standing
from goodword.ui.scales import written_number


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown:
    """One item with its answer. `value` is the answer after turning round items keyed -1, on the answer scale.

    `answer`, `label` and `value` are None where nothing was answered.
    """

    item_id: str
    text: str
    keyed: Literal[1, -1]
    answer: int | None
    label: str | None
    value: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleResult:
    """One scale. `mean` is on the answer scale; None if too few items were answered. `standing` is there where the
    score was held against a norm group."""

    scale: Scale
    mean: float | None
    n_answered: int
    n_items: int
    answers: tuple[AnswerShown, ...]
    standing: Standing | None = None

    @property
    def mean_text(self) -> str:
        """The mean as the chart writes it; empty if there is none."""
        return "" if self.mean is None else written_number(self.mean)

    @property
    def rule_text(self) -> str:
        """How the mean comes about, in figures: "(4 + 2 + 5 + 3) ÷ 4 = 3.5"; empty if there is none."""
        values = [answer.value for answer in self.answers if answer.value is not None]
        if self.mean is None or not values:
            return ""
        return f"({' + '.join(str(value) for value in values)}) ÷ {len(values)} = {self.mean:.4g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesResult(PartResult):
    """A test of scales."""

    template: ClassVar[str] = "assessments/result/scales.html"

    instrument: Instrument
    scales: tuple[ScaleResult, ...]

    @property
    def minimum(self) -> int:
        """The lowest value of the answer scale."""
        return self.instrument.lowest

    @property
    def maximum(self) -> int:
        """The highest value of the answer scale."""
        return self.instrument.highest

    @property
    def response_labels(self) -> list[str]:
        """The words of the answer scale, from its lowest value to its highest."""
        return [option.label for option in sorted(self.instrument.response_scale, key=lambda o: o.value)]

    @property
    def has_norms(self) -> bool:
        """Whether any of its scales was held against a norm group."""
        return any(found.standing for found in self.scales)

    @property
    def chart_rows(self) -> list[Mapping[str, Any]]:
        """Rows of the `scale_dots` chart: each scale's mean and band, its answers, turned round, as rings."""
        return [
            {
                "label": found.scale.name,
                "mean": found.mean,
                "marks": [float(answer.value) for answer in found.answers if answer.value is not None],
                "detail": "",
                "band": (found.standing.low, found.standing.high) if found.standing else None,
            }
            for found in self.scales
        ]
