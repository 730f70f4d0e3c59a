"""A guesser that learns from other situations how the best action is worded.

Its features are the counts of the rules in `surface` and the words used. It fits linear weights, and is never trained
on the situations that it guesses.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from goodword.assessments.kinds.judgement.content import JudgementSet, Situation
from tests.assessments.kinds.surface import measures
from tests.assessments.kinds.wording import words

type Array = np.ndarray[Any, Any]

#: strength of the ridge penalty
_PENALTY: Final = 10.0
#: how many actions a word must occur in to count
_FREQUENT: Final = 6


@dataclass(frozen=True, slots=True)
class Case:
    """A situation in one language. `values`: actions x features; `best`: which action."""

    set_id: str
    situation: str
    values: Array
    best: int


def cases(sets: Sequence[JudgementSet], *, with_words: bool) -> list[Case]:
    """The sets must be in one language if words count."""
    frequent: list[str] = []
    if with_words:
        used = Counter(
            word
            for judgement_set in sets
            for action in judgement_set.actions
            for word in set(words(action.text.lower()))
        )
        frequent = [word for word, n in used.items() if n >= _FREQUENT]
    return [
        Case(
            judgement_set.id,
            situation.id,
            _values(situation, judgement_set.language, frequent),
            _best(situation),
        )
        for judgement_set in sets
        for situation in judgement_set.situations
    ]


def _best(situation: Situation) -> int:
    return max(range(len(situation.actions)), key=lambda place: situation.actions[place].effectiveness)


def _values(situation: Situation, language: str, frequent: Sequence[str]) -> Array:
    texts = [action.text for action in situation.actions]
    counted = [rule(situation.text, texts) for rule in measures(language).values()]
    counted += [[word in words(text.lower()) for text in texts] for word in frequent]
    values = np.array(counted, dtype=float).T
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)


def learned_hits(cases: Sequence[Case], held_out: Callable[[Case], Hashable]) -> int:
    """The number of best actions found. Situations with the same `held_out` are predicted from all others."""
    found = 0
    for group in {held_out(case) for case in cases}:
        known = [case for case in cases if held_out(case) != group]
        values = np.concatenate([case.values for case in known])
        wanted = np.concatenate(
            [np.eye(len(case.values))[case.best] - 1 / len(case.values) for case in known]
        )
        weights = np.linalg.solve(values.T @ values + _PENALTY * np.eye(values.shape[1]), values.T @ wanted)
        found += sum(
            int((case.values @ weights).argmax()) == case.best for case in cases if held_out(case) == group
        )
    return found
