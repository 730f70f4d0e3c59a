"""The result of an attempt, as the candidate's page and the report need it: part by part, down to the answers.

There is no total over scales, and no end of a scale is the better one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Literal, Self

from django.utils.translation import get_language_info, gettext

from goodword.assessments.library.instrument import Instrument, Scale
from goodword.assessments.library.sheet import TechnicalSheet
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
    """One scale. `mean` is on the answer scale; None if too few items were answered."""

    scale: Scale
    mean: float | None
    n_answered: int
    n_items: int
    answers: tuple[AnswerShown, ...]

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
class Requirement:
    """The requirement of the job that a test serves: who said so, and when."""

    text: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What all parts have: the title and technical sheet of the test, the requirement that it serves."""

    kind: str
    order: int
    title: str
    sheet: TechnicalSheet
    requirement: Requirement | None
    scoring_version: str
    #: what draws it on a page of members
    template: ClassVar[str]


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
    def chart_rows(self) -> list[Mapping[str, Any]]:
        """Rows of the `scale_dots` chart: each scale's mean, with each of its answers, turned round, as a ring."""
        return [
            {
                "label": found.scale.name,
                "mean": found.mean,
                "marks": [float(answer.value) for answer in found.answers if answer.value is not None],
                "detail": "",
            }
            for found in self.scales
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """All of one finished attempt. `language` is a tag ("en"), `completed_at` aware."""

    attempt_id: int
    language: str
    completed_at: datetime
    parts: tuple[ScalesResult, ...]

    def serving(self, requirement: Requirement) -> Self:
        """The same for another role's requirement, where one test serves it."""
        if len(self.parts) != 1:
            return self
        return replace(self, parts=(replace(self.parts[0], requirement=requirement),))

    @property
    def language_name(self) -> str:
        """The language it was taken in, by its name in the reader's language."""
        return str(gettext(get_language_info(self.language)["name"]))
