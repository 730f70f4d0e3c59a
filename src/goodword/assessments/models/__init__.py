"""Assessments: the library's tests, what a role asks, a candidate's run with its answers and scores."""

from goodword.assessments.models.attempts import (
    Adjustment,
    Answer,
    Attempt,
    AttemptPart,
    DrawnItem,
    Marking,
    Upload,
)
from goodword.assessments.models.flags import AttemptFlag, Noticed
from goodword.assessments.models.library import Calibration, NormGroup, NormSet, Test, TestVersion
from goodword.assessments.models.plans import Assessment, AssessmentPart
from goodword.assessments.models.results import IssuedTotal, Score

__all__ = [
    "Adjustment",
    "Answer",
    "Assessment",
    "AssessmentPart",
    "Attempt",
    "AttemptFlag",
    "AttemptPart",
    "Calibration",
    "DrawnItem",
    "IssuedTotal",
    "Marking",
    "NormGroup",
    "NormSet",
    "Noticed",
    "Score",
    "Test",
    "TestVersion",
    "Upload",
]
