"""A small content pack in the published format, for tests of invalid files."""

from typing import Any


def small_pack(**changes: Any) -> dict[str, Any]:
    """Two scales of two items each, numbered instead of with ids, as in imported packs."""
    pack: dict[str, Any] = {
        "kind": "scales",
        "id": "small",
        "version": "1",
        "language": "en",
        "name": "Small",
        "licence": "public domain",
        "source": "made for the tests",
        "scales": [{"id": "warm", "name": "Warm"}, {"id": "quick", "name": "Quick"}],
        "response_scale": [{"value": value, "label": f"Answer {value}"} for value in (1, 2, 3, 4, 5)],
        "scoring": {"method": "mean", "reverse": "minimum + maximum - answer"},
        "items": [
            {"number": 1, "text": "I am warm.", "scale": "warm", "keyed": "+"},
            {"number": 2, "text": "I am quick.", "scale": "quick", "keyed": "+"},
            {"number": 3, "text": "I am cool.", "scale": "warm", "keyed": "-"},
            {"number": 4, "text": "I am slow.", "scale": "quick", "keyed": "-"},
        ],
        "short_forms": [{"id": "half", "name": "Half", "items": [1, 2]}],
        "norms": [
            {
                "form": "half",
                "name": "visitors",
                "n": 120,
                "source": "a survey",
                "caveat": "not representative",
                "scales": {"warm": {"mean": 3.5, "sd": 0.5}, "quick": {"mean": 3, "sd": 1}},
            }
        ],
    }
    return pack | changes
