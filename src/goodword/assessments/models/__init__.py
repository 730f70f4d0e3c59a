"""Assessments: the library's tests, what a role asks, a candidate's run with its answers and scores."""

from goodword.assessments.models.adjustment import Adjustment
from goodword.assessments.models.answers import Answer, DrawnItem, Marking, Upload
from goodword.assessments.models.assessment import Assessment, AssessmentPart
from goodword.assessments.models.attempt import Attempt, AttemptPart
from goodword.assessments.models.library import Test, TestVersion
from goodword.assessments.models.norms import Calibration, NormGroup, NormSet
from goodword.assessments.models.scores import IssuedTotal, Score
from goodword.assessments.models.signs import AttemptSign, Noticed

__all__ = [
    "Adjustment",
    "Answer",
    "Assessment",
    "AssessmentPart",
    "Attempt",
    "AttemptPart",
    "AttemptSign",
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
