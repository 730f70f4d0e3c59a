"""The kind `reasoning`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from goodword.assessments.kinds.items import Item, OnBreak
from goodword.assessments.kinds.reasoning.content import ReasoningTest, read_forms
from goodword.assessments.kinds.reasoning.item import GeneratedItem
from goodword.assessments.kinds.reasoning.items import ReasoningTask, practice_tasks
from goodword.assessments.kinds.reasoning.sheet import reasoning_sheet
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
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

    def sheet(self, content: ReasoningTest, form: str, known: Known) -> TechnicalSheet:
        return reasoning_sheet(content, form, known)

    def practice(self, content: ReasoningTest, *, form: str, language: str) -> tuple[Item, ...]:
        return practice_tasks(content, form=form, language=language)


REASONING: Final = _Reasoning()
