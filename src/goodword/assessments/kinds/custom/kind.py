"""The kind `questions`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from goodword.assessments.kinds.custom.content import QuestionSet, read_questions
from goodword.assessments.kinds.custom.items import (
    CustomQuestion,
    custom_questions,
    example_for,
    visible_items,
)
from goodword.assessments.kinds.custom.result import QuestionsResult, questions_result
from goodword.assessments.kinds.custom.scoring import custom_scores, item_values
from goodword.assessments.kinds.custom.sheet import questions_sheet
from goodword.assessments.kinds.items import PRACTICE, Item, OnBreak
from goodword.assessments.kinds.reasoning.item import GeneratedItem
from goodword.assessments.kinds.scores import (
    ALL,
    ComputedScore,
    Reliability,
    Respondent,
    part_category,
    reliability_by_items,
)
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.psychometrics.totals import Solved
from goodword.questionnaires.reading import Json

#: to find a file and upload it; our assumption
_FILE_SECONDS: Final = 60


class _Custom:
    may_be_timed = True
    is_generated = False
    on_break = OnBreak.STAYS

    def parse(self, data: Any) -> QuestionSet:
        return read_questions(data)

    def draw(self, content: QuestionSet, form: str, *, seed: int) -> tuple[GeneratedItem, ...]:
        del content, form, seed
        return ()

    def items(
        self, content: QuestionSet, *, form: str, drawn: Sequence[tuple[str, GeneratedItem]], language: str
    ) -> tuple[Item, ...]:
        del form, drawn, language
        return custom_questions(content)

    def visible(self, items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
        return visible_items(items, answers)

    def is_right_or_wrong(self, content: QuestionSet) -> bool:
        return bool(content.right)

    def scores(
        self,
        content: QuestionSet,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: Calibration | None,
    ) -> Iterator[ComputedScore]:
        del form, calibration
        return custom_scores(content, items, answers)

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        if ALL not in scores or scores[ALL][0] is None:
            return []
        value, items = scores[ALL]
        return [Solved(part_category(part), round(value or 0), items)]

    def reliability(
        self,
        content: QuestionSet,
        *,
        form: str,
        people: Sequence[Respondent],
        calibration: Calibration | None,
    ) -> dict[str, Reliability]:
        del form, calibration
        return reliability_by_items([item_values(content, person.items, person.answers) for person in people])

    def result(
        self,
        part: AttemptPart,
        content: QuestionSet,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> QuestionsResult | None:
        del known
        if part.ended_at is None:
            return None
        return questions_result(part, content, items=items, answers=answers, scores=scores)

    def translated(self, content: QuestionSet, other: QuestionSet) -> QuestionSet:
        return replace(content, name=other.name)

    def sheet(self, content: QuestionSet, form: str, known: Known) -> TechnicalSheet:
        del form
        return questions_sheet(content, known)

    def practice(self, content: QuestionSet, *, form: str, language: str) -> tuple[Item, ...]:
        """One like the first question; none for a file, which nobody has at hand to practise with."""
        del form, language
        question = example_for(content, name=PRACTICE)
        return (CustomQuestion(id=PRACTICE, question=question),) if question else ()


CUSTOM: Final = _Custom()
