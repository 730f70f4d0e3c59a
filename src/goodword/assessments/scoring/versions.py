"""The version of each rule. It is kept beside every figure that was issued, so that it can be told by which rule.

A change of a rule that can change a figure is a new version; an issued result keeps the one by which it was made.
"""

from collections.abc import Mapping
from types import MappingProxyType

from goodword.assessments.library.scoring import SCORING_VERSION

SCORING: Mapping[str, str] = MappingProxyType(
    {
        "scales": SCORING_VERSION,
        "solved": "1",
        "totals": "1",
        "reliability": "1",
        "split_half": "1",
        "norms": "1",
        "rasch": "1",
        "response_quality": "1",
        "speed": "1",
    }
)
