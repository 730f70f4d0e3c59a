"""A guesser that learns to find the key from the options alone, tested on items it hasn't seen.

Each option becomes a row of features: its own (digits, divisors, letters, marks, places, symmetries), and its relation
to the other options (rank, distance, number of options with the same value). Boosted trees learn which rows are right;
the guess is the option with the highest probability. The model trained on one half of the items guesses the other half,
so that every item counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import sqrt
from string import ascii_uppercase
from typing import Any

import numpy as np

from goodword.assessments.kinds.generated import Figure, GeneratedItem, GeneratedOption
from goodword.assessments.kinds.reasoning.matrices.rules import EDGE, SHADINGS, SHAPES

type Array = np.ndarray[Any, Any]

#: 95% interval
_Z = 1.96
_DIVISORS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 32, 64)
_FORMS = ("all", "no", "some", "some_not", "none_follows", "is", "cannot_say")
_VOWELS = frozenset("AEIOU")
_CORNERS, _SIDES = (0, 2, 6, 8), (1, 3, 5, 7)
#: where each place of the 3 x 3 grid moves if the grid is turned, mirrored, flipped or transposed
_TURNED = tuple(place % 3 * 3 + 2 - place // 3 for place in range(9))
_MIRRORED = tuple(place // 3 * 3 + 2 - place % 3 for place in range(9))
_FLIPPED = tuple((2 - place // 3) * 3 + place % 3 for place in range(9))
_CROSSED = tuple(place % 3 * 3 + place // 3 for place in range(9))


@dataclass(frozen=True, slots=True)
class Guessed:
    """The number of items guessed right, of `n`, and the share expected by chance."""

    n: int
    right: int
    chance: float

    @property
    def accuracy(self) -> float:
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95% interval of the accuracy (Wilson 1927)."""
        share, n = self.accuracy, self.n
        middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return middle - half, middle + half


def learned(items: Sequence[GeneratedItem], *, rounds: int = 80) -> Guessed:
    """Return how many items boosted trees guess right from the options, trained on the other half for `rounds`."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # importing it takes two seconds

    rows = features([item.options for item in items])
    keys = np.array([[option.id == item.key for option in item.options] for item in items])
    halves = np.arange(len(items)) % 2
    right = 0
    for half in (0, 1):
        model = HistGradientBoostingClassifier(
            max_iter=rounds, learning_rate=0.1, min_samples_leaf=20, early_stopping=False, random_state=0
        )
        known, asked = halves != half, halves == half
        model.fit(rows[known].reshape(-1, rows.shape[2]), keys[known].ravel())
        chances = model.predict_proba(rows[asked].reshape(-1, rows.shape[2]))[:, 1]
        # ties are broken at random
        chances = chances + np.random.default_rng(half).random(chances.shape) * 1e-9
        guesses = chances.reshape(keys[asked].shape).argmax(axis=1)
        right += int(keys[asked][np.arange(len(guesses)), guesses].sum())
    return Guessed(len(items), right, 1 / keys.shape[1])


def features(sets: Sequence[Sequence[GeneratedOption]]) -> Array:
    """Return the features of each option: items x options x features."""
    own = np.array([[_own(option) for option in options] for options in sets], dtype=np.float32)
    own = own[:, :, own.reshape(-1, own.shape[2]).std(axis=0) > 0]
    n, k, _ = own.shape
    pairs = own[:, :, None, :] - own[:, None, :, :]
    equal = pairs == 0
    spread = own.std(axis=1, keepdims=True)
    away = np.sort(np.abs(pairs), axis=2)
    near = np.where(pairs > 0, pairs, np.inf).min(axis=2), np.where(pairs < 0, -pairs, np.inf).min(axis=2)
    alike = equal.sum(axis=3)
    others = ~np.eye(k, dtype=bool)
    shared = alike[:, others].reshape(n, k, k - 1)
    related = [
        (pairs > 0).sum(axis=2),
        equal.sum(axis=2),
        equal.sum(axis=2) == equal.sum(axis=2).max(axis=1, keepdims=True),
        (own - own.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1),
        np.abs(own - np.median(own, axis=1, keepdims=True)),
        *(np.where(np.isfinite(one), one, -1) for one in near),
        away.mean(axis=2),
    ]
    likeness = np.concatenate(
        [np.sort(shared, axis=2), shared.sum(axis=2, keepdims=True), shared.max(axis=2, keepdims=True)],
        axis=2,
    )
    ranks = (likeness[:, :, None, :] > likeness[:, None, :, :]).sum(axis=2)
    places = np.broadcast_to(np.arange(k)[None, :, None], (n, k, 1))
    #: distances to all others in the first feature (a number or letter), absolute and relative to the nearest
    first = np.sort(pairs[:, :, :, 0], axis=2)
    nearest = np.where(away[:, :, 1:2, 0] > 0, away[:, :, 1:2, 0], 1)
    return np.concatenate(
        [own, *related, likeness, ranks, places, first, first / nearest], axis=2, dtype=np.float32
    )


def _own(option: GeneratedOption) -> list[float]:
    match option.value:
        case str(text) if text.lstrip("-").isdigit():
            return _of_number(int(text))
        case str(text):
            return _of_letters(text)
        case Figure():
            return _of_figure(option.value)
        case (form, *things):
            arguments = [float(thing) for thing in things] + [-1.0] * (2 - len(things))
            return [float(_FORMS.index(str(form))), *arguments]
    raise ValueError(f"There is no feature of the option {option.value!r}.")


def _of_number(number: int) -> list[float]:
    digits = [int(digit) for digit in str(abs(number))]
    twos = next(power for power in range(12) if number == 0 or number % 2 ** (power + 1))
    return [
        number,
        *(float(number % divisor) for divisor in _DIVISORS),
        twos,
        len(digits),
        sum(digits),
        digits[0],
        digits[-1],
        len(set(digits)),
        digits == digits[::-1],
        digits == sorted(digits),
    ]


def _of_letters(text: str) -> list[float]:
    places = [ascii_uppercase.index(letter) for letter in text]
    steps = [later - before for before, later in pairwise(places)]
    return [
        sum(place * 100.0**-at for at, place in enumerate(places)),
        *places,
        *(float(place % divisor) for place in places for divisor in (2, 3, 4, 5)),
        *(letter in _VOWELS for letter in text),
        *steps,
        *map(abs, steps),
        sum(places),
        sum(abs(place - 12.5) for place in places),
    ]


def _of_figure(figure: Figure) -> list[float]:
    first = figure.marks[0]
    taken = [any(mark.place == place for mark in figure.marks) for place in range(9)]
    beside = sum(
        taken[row * 3 + column] and taken[(row + down) * 3 + column + right]
        for row, column, (down, right) in product(range(3), range(3), ((0, 1), (1, 0)))
        if row + down < 3 and column + right < 3
    )
    return [
        len(figure.marks),
        SHAPES.index(first.shape),
        SHADINGS.index(first.shading),
        first.turn // 45,
        first.turn // 45 % 2,
        first.turn // 45 % 4,
        first.size,
        EDGE.index(first.place) if first.place in EDGE else -1,
        *taken,
        *(sum(taken[row * 3 : row * 3 + 3]) for row in range(3)),
        *(sum(taken[column::3]) for column in range(3)),
        sum(taken[place] for place in _CORNERS),
        sum(taken[place] for place in _SIDES),
        beside,
        *(
            all(taken[place] == taken[image[place]] for place in range(9))
            for image in (_TURNED, _MIRRORED, _FLIPPED, _CROSSED)
        ),
        len(figure.marks) % 2,
    ]
