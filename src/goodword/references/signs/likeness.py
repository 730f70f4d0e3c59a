"""Answers that are alike between two people: two referees, or a referee and the candidate's own answers.

**Texts** are compared by shingles (Broder 1997, "On the resemblance and containment of documents"): the runs of
three words of each, and which part of the shorter one's is in the longer one too. Two people who write about one
person share names and single words, but hardly a run of three; of a copied text nearly all runs are there, also
when a few words were changed or a sentence was added. From a half on medium, from 0.8 on high. Texts under eight
words ("She is very reliable and kind") coincide by chance and are left out. Each text is held against each, since
what is copied may stand under another question. Translated copies are not found.

**Ratings** coincide easily: five ratings between 3 and 5 are the same by chance every hundredth time or so, and good
people get the same from all. Equal ratings are looked at only where five were given by both and they are not all of
one level; alone they are low. With the same words picked as well (five of twenty: one in 15,504 if picked blindly)
they are medium.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from goodword.references.signs.found import Found, Grade, key_of

TEXTS, RATINGS = "alike_texts", "alike_ratings"

SHINGLE = 3
LEAST_WORDS = 8
PARTLY, NEARLY = 0.5, 0.8
LEAST_RATINGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one person answered, by question id. `id` is the referee's, None the candidate's."""

    id: int | None
    texts: Sequence[str] = ()
    ratings: Mapping[str, int] = field(default_factory=dict)
    picks: Mapping[str, frozenset[str]] = field(default_factory=dict)


def texts_sign(one: Given, other: Given) -> Found | None:
    """The sign in the two texts of both that are most alike."""
    shared, words = max(
        ((containment(a, b), min(len(_words(a)), len(_words(b)))) for a in one.texts for b in other.texts),
        default=(0.0, 0),
    )
    if shared < PARTLY:
        return None
    grade: Grade = "high" if shared >= NEARLY else "medium"
    return Found(
        code=TEXTS,
        grade=grade,
        key=key_of([one.id, other.id]),
        facts={"percent": round(shared * 100), "words": words},
    )


def ratings_sign(one: Given, other: Given) -> Found | None:
    """The sign in equal ratings of two referees; of the candidate's own ratings nothing is said."""
    both = one.ratings.keys() & other.ratings.keys()
    if one.id is None or other.id is None or len(both) < LEAST_RATINGS:
        return None
    levels = {one.ratings[question] for question in both}
    if len(levels) == 1 or any(one.ratings[question] != other.ratings[question] for question in both):
        return None
    picked = one.picks.keys() & other.picks.keys()
    same_picks = bool(picked) and all(one.picks[question] == other.picks[question] for question in picked)
    return Found(
        code=RATINGS,
        grade="medium" if same_picks else "low",
        key=key_of([one.id, other.id]),
        facts={"ratings": len(both), "same_picks": same_picks},
    )


def containment(one: str, other: str) -> float:
    """Which part of the shorter text's runs of three words is in the other: 0 to 1; 0 if one is too short."""
    first, second = _words(one), _words(other)
    if min(len(first), len(second)) < LEAST_WORDS:
        return 0.0
    shingles = [
        {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
        for words in (first, second)
    ]
    return len(shingles[0] & shingles[1]) / min(len(shingles[0]), len(shingles[1]))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
