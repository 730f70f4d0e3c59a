"""Strategies that eliminate options by the features they share with each other, or by what the task shows.

Unlike the rules of thumb in `guessers.py`, they proceed step by step, and some also look at the task.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from goodword.assessments.kinds.reasoning.generated import (
    Figure,
    GeneratedItem,
    Matrix,
    Option,
    Series,
)
from goodword.assessments.kinds.reasoning.solver.guessers import Guesser, distance, features, most_like


def _one_by_one(choose: Callable[[Sequence[Option]], Sequence[Option]]) -> Guesser:
    """Returns a guesser that repeatedly eliminates what `choose` returns, until nothing would be left."""

    def guess(item: GeneratedItem) -> Sequence[Option]:
        left = list(item.options)
        while len(left) > 1:
            out = {option.id for option in choose(left)}
            kept = [option for option in left if option.id not in out]
            if not kept:
                break
            left = kept
        return left

    return guess


def _without_the_rare(left: Sequence[Option]) -> Sequence[Option]:
    """Returns the options with the most of the rarest features."""
    counted = Counter(feature for option in left for feature in set(features(option)))
    uneven = {feature: n for feature, n in counted.items() if n < len(left)}
    if not uneven:
        return left
    least = min(uneven.values())
    rare = Counter(
        option.id for option in left for feature in set(features(option)) if uneven.get(feature) == least
    )
    most = max(rare.values())
    return [option for option in left if rare[option.id] == most]


def _without_the_extremes(left: Sequence[Option]) -> Sequence[Option]:
    """Returns the options furthest from the others, numerically or alphabetically."""
    away = {option.id: distance(option, left) for option in left}
    return [option for option in left if away[option.id] == max(away.values())]


def _votes(item: GeneratedItem) -> Sequence[Option]:
    """Returns the options with the most features that at least half of the options share."""
    counted = Counter(feature for option in item.options for feature in set(features(option)))
    votes = {
        option.id: sum(2 * counted[feature] >= len(item.options) for feature in set(features(option)))
        for option in item.options
    }
    return [option for option in item.options if votes[option.id] == max(votes.values())]


def _shown(item: GeneratedItem) -> set[object]:
    match item.task:
        case Series(terms):
            return set(terms)
        case Matrix(cells):
            return set(cells)
    return set()


def _unless_all(item: GeneratedItem, options: Sequence[Option]) -> Sequence[Option]:
    return options or item.options


def _not_shown(item: GeneratedItem) -> Sequence[Option]:
    shown = _shown(item)
    return _unless_all(item, [option for option in item.options if option.value not in shown])


def _only_shown(item: GeneratedItem) -> Sequence[Option]:
    shown = _shown(item)
    return _unless_all(item, [option for option in item.options if option.value in shown])


def _looks(figure: Figure) -> set[tuple[str, object]]:
    first = figure.marks[0]
    place = first.place if len(figure.marks) == 1 else None
    return {
        ("shape", first.shape),
        ("shading", first.shading),
        ("turn", first.turn),
        ("size", first.size),
        ("place", place),
        ("number", len(figure.marks)),
    }


def _familiar(item: GeneratedItem) -> Sequence[Option]:
    """Returns the options of a matrix whose looks (shape, shading, number of marks and so on) all occur in it."""
    if not isinstance(item.task, Matrix):
        return item.options
    shown = {look for cell in item.task.cells for look in _looks(cell)}
    return _unless_all(
        item,
        [
            option
            for option in item.options
            if isinstance(option.value, Figure) and _looks(option.value) <= shown
        ],
    )


CROSSING_OUT: Mapping[str, Guesser] = {
    "what the task shows": _not_shown,
    "what the task does not show": _only_shown,
    "looks that the task does not show": _familiar,
    "the least alike, one by one": _one_by_one(lambda left: most_like(left, -1)),
    "the most alike, one by one": _one_by_one(lambda left: most_like(left, 1)),
    "the rarest feature, one by one": _one_by_one(_without_the_rare),
    "the extremes, one by one": _one_by_one(_without_the_extremes),
    "all but what a majority has": _votes,
}
