"""How many competencies are rated, and from how many on that is too much to ask."""

from collections.abc import Iterable, Mapping
from typing import Any

#: above this many a page advises against it
ADVISED = 5
#: above this many publishing asks for a reason
REASON_ABOVE = 8


def competencies_of(entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The names of the competencies that ratings and statements ask about, each once, in order."""
    return tuple(dict.fromkeys(entry["competency"] for entry in entries if entry.get("competency")))
