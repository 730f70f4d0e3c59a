"""The kind `reasoning`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from goodword.assessments.kinds.items import Item, OnBreak
from goodword.assessments.kinds.reasoning.content import ReasoningTest, read_forms
from goodword.assessments.kinds.reasoning.item import GeneratedItem
from goodword.assessments.kinds.reasoning.items import ReasoningTask, practice_tasks
from goodword.assessments.kinds.reasoning.result import ReasoningResult, reasoning_result
from goodword.assessments.kinds.reasoning.scoring import (
    reasoning_reliability,
    reasoning_scores,
    solved_by_category,
)
from goodword.assessments.kinds.reasoning.sheet import reasoning_sheet
from goodword.assessments.kinds.scores import (
    ComputedScore,
    Reliability,
    Respondent,
)
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.psychometrics.totals import Solved
from goodword.questionnaires.reading import Json


class _Reasoning:
    may_be_timed = True
    is_generated = True
    on_break = OnBreak.REPLACED

    def parse(self, data: Any) -> ReasoningTest:
        return read_forms(data)

    def draw(self, content: ReasoningTest, form: str, *, seed: int) -> tuple[GeneratedItem, ...]:
        return content.draw(form, seed=seed)

    def items(
        self, content: ReasoningTest, *, form: str, drawn: Sequence[tuple[str, GeneratedItem]], language: str
    ) -> tuple[Item, ...]:
        del content, form
        return tuple(ReasoningTask(id=key, drawn=item, language=language) for key, item in drawn)

    def visible(self, items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
        del answers
        return tuple(items)

    def is_right_or_wrong(self, content: ReasoningTest) -> bool:
        del content
        return True

    def scores(
        self,
        content: ReasoningTest,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: Calibration | None,
    ) -> Iterator[ComputedScore]:
        del content, form
        return reasoning_scores(items, answers, calibration)

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        del part
        return solved_by_category(scores)

    def reliability(
        self,
        content: ReasoningTest,
        *,
        form: str,
        people: Sequence[Respondent],
        calibration: Calibration | None,
    ) -> dict[str, Reliability]:
        del content, form
        return reasoning_reliability(people, calibration)

    def result(
        self,
        part: AttemptPart,
        content: ReasoningTest,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> ReasoningResult | None:
        if not scores:
            return None
        return reasoning_result(part, content, items=items, answers=answers, scores=scores, known=known)

    def translated(self, content: ReasoningTest, other: ReasoningTest) -> ReasoningTest:
        del other
        return content

    def sheet(self, content: ReasoningTest, form: str, known: Known) -> TechnicalSheet:
        return reasoning_sheet(content, form, known)

    def practice(self, content: ReasoningTest, *, form: str, language: str) -> tuple[Item, ...]:
        return practice_tasks(content, form=form, language=language)


REASONING: Final = _Reasoning()
