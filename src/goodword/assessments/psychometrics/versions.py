"""The version of each scoring rule, stored with every figure that was issued.

A change that can change a figure is a new version; an issued result keeps the version it was made by.
"""

from collections.abc import Mapping
from types import MappingProxyType

SCORING: Mapping[str, str] = MappingProxyType(
    {
        "scales": "1",
        "judgement": "1",
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
