"""The result of a whole attempt."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from django.utils.translation import get_language_info, gettext

from goodword.assessments.result.judgement import JudgementResult
from goodword.assessments.result.part import Requirement
from goodword.assessments.result.questions import QuestionsResult
from goodword.assessments.result.reasoning import ReasoningResult
from goodword.assessments.result.scales import ScalesResult
from goodword.assessments.result.total import TotalResult

type Part = ScalesResult | ReasoningResult | JudgementResult | QuestionsResult


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """All of one finished attempt. `language` is a tag ("en"), `completed_at` aware."""

    attempt_id: int
    language: str
    completed_at: datetime
    parts: tuple[Part, ...]
    total: TotalResult | None = None

    def serving(self, requirement: Requirement | None) -> Self:
        """The same for another role: its requirement, where one test serves it.

        Of several tests nobody has said there what each of them serves; what the other role named is not for here.
        """
        named = requirement if len(self.parts) == 1 else None
        return replace(self, parts=tuple(replace(part, requirement=named) for part in self.parts))

    def without_items(self) -> Self:
        """The result without test items, answers to single items and scoring keys, for readers without a login."""
        return replace(self, parts=tuple(_without_items(part) for part in self.parts))

    @property
    def language_name(self) -> str:
        """The language it was taken in, by its name in the reader's language."""
        return str(gettext(get_language_info(self.language)["name"]))


def _without_items(part: Part) -> Part:
    match part:
        case ScalesResult():
            scales = tuple(replace(scale, answers=()) for scale in part.scales)
            return replace(part, scales=scales, items_left_out=True)
        case ReasoningResult():
            return replace(part, tasks=(), items_left_out=True)
        case JudgementResult():
            return replace(part, scenarios=(), items_left_out=True)
        case QuestionsResult():
            return replace(part, questions=(), items_left_out=True)
