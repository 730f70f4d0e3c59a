"""The result of an attempt, as the candidate's page and the report need it: part by part, down to the answers.

A result is read from what was issued (assessments.results) and says nothing of time, breaks, or what was granted to
somebody alone. There is no total over scales, and no end of a scale is the better one.
"""

from goodword.assessments.result.attempt import AttemptResult, Part
from goodword.assessments.result.judgement import ActionShown, JudgementResult, ScenarioShown
from goodword.assessments.result.part import PartResult, Requirement, Standing
from goodword.assessments.result.questions import (
    CriterionShown,
    FileShown,
    MarkState,
    QuestionShown,
    QuestionsResult,
)
from goodword.assessments.result.reasoning import (
    Ability,
    CategoryResult,
    OptionShown,
    ReasoningResult,
    TaskShown,
)
from goodword.assessments.result.scales import AnswerShown, ScaleResult, ScalesResult
from goodword.assessments.result.total import Counted, Portion, TotalResult

__all__ = [
    "Ability",
    "ActionShown",
    "AnswerShown",
    "AttemptResult",
    "CategoryResult",
    "Counted",
    "CriterionShown",
    "FileShown",
    "JudgementResult",
    "MarkState",
    "OptionShown",
    "Part",
    "PartResult",
    "Portion",
    "QuestionShown",
    "QuestionsResult",
    "ReasoningResult",
    "Requirement",
    "ScaleResult",
    "ScalesResult",
    "ScenarioShown",
    "Standing",
    "TaskShown",
    "TotalResult",
]
