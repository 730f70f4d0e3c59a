"""Pure functions, each with its formula, source and version. Assumptions: docs/scoring.md."""

from collections.abc import Mapping
from types import MappingProxyType

#: the version of each scoring rule, stored with every issued figure; raise it for any change that can change a figure
SCORING: Mapping[str, str] = MappingProxyType(
    {
        "scales": "1",
        "judgement": "1",
        "judgement_within": "3",
        "solved": "2",
        "totals": "1",
        "reliability": "1",
        "split_half": "1",
        "norms": "1",
        "rasch": "2",
        "response_quality": "1",
        "speed": "1",
        "verification": "2",
    }
)
