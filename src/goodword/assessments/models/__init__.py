from goodword.assessments.models.attempts import (
    Adjustment,
    Answer,
    Attempt,
    AttemptFlag,
    AttemptPart,
    DrawnItem,
    IssuedTotal,
    Marking,
    Observation,
    Score,
    Upload,
)
from goodword.assessments.models.library import Calibration, NormGroup, NormSet, Test, TestVersion
from goodword.assessments.models.panels import Panelist, PanelRating
from goodword.assessments.models.plans import Assessment, AssessmentPart
from goodword.assessments.models.verifications import Verification

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
    "Observation",
    "PanelRating",
    "Panelist",
    "Score",
    "Test",
    "TestVersion",
    "Upload",
    "Verification",
]
