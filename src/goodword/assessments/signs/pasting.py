"""Pasted: long texts that came into answers at once. Only how long they were is known, never what they said.

A paste of 200 characters, about 35 words, is a text and no name or link; it counts while the answer is still that
long. One answer: low; two answers and half of all texts: medium. Never high: many people write in a program of their
own first. Dictation and other aids put in what is said phrase by phrase, which stays below the length of a text, so
that their users are not flagged for it.

The thresholds are ours; how often they err is not known yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goodword.steps.signs.found import Found, Grade

CODE = "pasted"
LONG = 200


@dataclass(frozen=True, slots=True)
class Pasted:
    """One paste: into the answer to which item, of how many characters."""

    item: str
    characters: int


def pasted_sign(*, key: str, pasted: Sequence[Pasted], texts: Mapping[str, int]) -> Found | None:
    """The sign in the pastes of a part. `texts` are the lengths, in characters, of the texts that were answered."""
    long = {one.item for one in pasted if one.characters >= LONG and texts.get(one.item, 0) >= LONG}
    if not long:
        return None
    grade: Grade = "medium" if len(long) >= 2 and 2 * len(long) >= len(texts) else "low"
    return Found(code=CODE, grade=grade, key=key, facts={"answers": len(long)})
