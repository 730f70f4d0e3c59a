"""The kind `scales`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from goodword.assessments.kinds.items import Item, OnBreak
from goodword.assessments.kinds.reasoning.item import GeneratedItem
from goodword.assessments.kinds.scales.content import Instrument, parse_pack
from goodword.assessments.kinds.scales.items import practice_statement, statements
from goodword.assessments.kinds.scales.result import ScalesResult, scales_result
from goodword.assessments.kinds.scales.scoring import item_values, scale_scores
from goodword.assessments.kinds.scales.sheet import scales_sheet
from goodword.assessments.kinds.scores import (
    ComputedScore,
    Reliability,
    Respondent,
    reliability_by_items,
)
from goodword.assessments.kinds.technical_sheet import Known, TechnicalSheet
from goodword.assessments.models import AttemptPart, Score
from goodword.assessments.psychometrics.rasch import Calibration
from goodword.assessments.psychometrics.totals import Solved
from goodword.questionnaires.reading import Json


class _Scales:
    may_be_timed = False
    is_generated = False
    on_break = OnBreak.SKIPPED

    def parse(self, data: Any) -> Instrument:
        return parse_pack(data)

    def draw(self, content: Instrument, form: str, *, seed: int) -> tuple[GeneratedItem, ...]:
        del content, form, seed
        return ()

    def items(
        self, content: Instrument, *, form: str, drawn: Sequence[tuple[str, GeneratedItem]], language: str
    ) -> tuple[Item, ...]:
        del drawn, language
        return statements(content, form)

    def visible(self, items: Sequence[Item], answers: Mapping[str, Json]) -> tuple[Item, ...]:
        del answers
        return tuple(items)

    def is_right_or_wrong(self, content: Instrument) -> bool:
        del content
        return False

    def scores(
        self,
        content: Instrument,
        *,
        form: str,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        calibration: Calibration | None,
    ) -> Iterator[ComputedScore]:
        del items, calibration
        return scale_scores(content, form, answers)

    def solved(self, scores: Mapping[str, tuple[float | None, int]], *, part: str) -> list[Solved]:
        del scores, part
        return []

    def reliability(
        self, content: Instrument, *, form: str, people: Sequence[Respondent], calibration: Calibration | None
    ) -> dict[str, Reliability]:
        del calibration
        return reliability_by_items([item_values(content, form, person.answers) for person in people])

    def result(
        self,
        part: AttemptPart,
        content: Instrument,
        *,
        items: Sequence[Item],
        answers: Mapping[str, Json],
        scores: Mapping[str, Score],
        known: Known,
    ) -> ScalesResult | None:
        del items
        return scales_result(part, content, answers=answers, scores=scores, known=known) if scores else None

    def translated(self, content: Instrument, other: Instrument) -> Instrument:
        scales = {scale.id: scale for scale in other.scales}
        return replace(
            content,
            name=other.name,
            scales=tuple(scales.get(scale.id, scale) for scale in content.scales),
            response_scale=other.response_scale,
        )

    def sheet(self, content: Instrument, form: str, known: Known) -> TechnicalSheet:
        return scales_sheet(content, form, known)

    def practice(self, content: Instrument, *, form: str, language: str) -> tuple[Item, ...]:
        del form, language
        return (practice_statement(content),)


SCALES: Final = _Scales()
