"""Strategies that guess among options by their form, or eliminate options by shared features or by the terms and
figures shown in the task. None may do better than chance."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

from goodword.assessments.kinds.generated import (
    Deduction,
    Figure,
    GeneratedItem,
    GeneratedOption,
    Matrix,
    Series,
)

type Guesser = Callable[[GeneratedItem], Sequence[GeneratedOption]]


def success(item: GeneratedItem, guesser: Guesser) -> float:
    chosen = guesser(item)
    return sum(option.id == item.key for option in chosen) / len(chosen)


def chance(item: GeneratedItem) -> float:
    return 1 / len(item.options)


def _most[T](options: Sequence[T], trait: Callable[[T], float]) -> list[T]:
    best = max(trait(option) for option in options)
    return [option for option in options if trait(option) == best]


def _size(option: GeneratedOption) -> float:
    """A number's size or a word's place in the alphabet; constant for other options."""
    if not isinstance(option.value, str):
        return 0
    if option.value.lstrip("-").isdigit():
        return float(option.value)
    return sum(ord(letter) * 1000.0**-place for place, letter in enumerate(option.value))


def _middle(item: GeneratedItem) -> Sequence[GeneratedOption]:
    ordered = sorted(item.options, key=_size)
    if _size(ordered[0]) == _size(ordered[-1]):
        return item.options
    half = (len(ordered) - 1) // 2
    return ordered[half : len(ordered) - half]


def distance(option: GeneratedOption, others: Sequence[GeneratedOption]) -> float:
    return sum(abs(_size(option) - _size(other)) for other in others)


@lru_cache(maxsize=16)
def features(option: GeneratedOption) -> Counter[str]:
    """Visible features of an option: characters at their places, marks of a figure, words of a claim."""
    match option.value:
        case str(text):
            return Counter(f"{place}{letter}" for place, letter in enumerate(reversed(text)))
        case Figure(marks):
            return Counter(
                f"{name}={getattr(mark, name)}"
                for mark in marks
                for name in ("shape", "shading", "turn", "place", "size")
            ) + Counter([f"{len(marks)} marks"])
        case claim:
            return Counter(f"{place}{part}" for place, part in enumerate(claim))


def most_like(options: Sequence[GeneratedOption], sign: int) -> list[GeneratedOption]:
    """Options that share the most (`sign` 1) or fewest (-1) features with the others."""
    each = {option.id: features(option) for option in options}
    shared = dict.fromkeys(each, 0)
    for one, other in combinations(each, 2):
        n = sum(min(n, each[other][feature]) for feature, n in each[one].items())
        shared[one] += n
        shared[other] += n
    return _most(options, lambda option: sign * shared[option.id])


def _alike(sign: int) -> Guesser:
    return lambda item: most_like(item.options, sign)


def _length(option: GeneratedOption) -> float:
    return len(option.value) if isinstance(option.value, str) else features(option).total()


def _parity(option: GeneratedOption) -> int:
    return int(_size(option)) % 2


def _same_parity(option: GeneratedOption, others: Sequence[GeneratedOption]) -> float:
    return sum(_parity(option) == _parity(other) for other in others)


def _mentions(item: GeneratedItem, option: GeneratedOption) -> float:
    if not isinstance(item.task, Deduction) or not isinstance(option.value, tuple) or len(option.value) != 2:
        return 0
    return sum(
        option.value[1] in (things[:1] if name == "at" else things) for name, *things in item.task.statements
    )


def _named(item: GeneratedItem) -> list[GeneratedOption]:
    """Options of a deduction that name a thing; for other items, all options."""
    named = [
        option for option in item.options if not isinstance(option.value, tuple) or len(option.value) > 1
    ]
    return named or list(item.options)


def _first_named(item: GeneratedItem) -> Sequence[GeneratedOption]:
    if not isinstance(item.task, Deduction):
        return item.options
    first = item.task.statements[0][1]
    return [option for option in item.options if option.value == ("is", first)] or item.options


def _number(option: GeneratedOption) -> int | None:
    value = option.value
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else None


def _is_even(option: GeneratedOption) -> float:
    number = _number(option)
    return number is not None and number % 2 == 0


def _is_round(option: GeneratedOption) -> float:
    number = _number(option)
    return number is not None and number % 5 == 0


def _apart(one: GeneratedOption, other: GeneratedOption) -> float:
    """The distance of two numbers, or of the letters of two terms; 0 for anything else."""
    if not isinstance(one.value, str) or not isinstance(other.value, str):
        return 0
    mine, theirs = _number(one), _number(other)
    if mine is not None and theirs is not None:
        return abs(mine - theirs)
    return sum(abs(ord(a) - ord(b)) for a, b in zip(one.value, other.value, strict=False))


def _to_nearest(option: GeneratedOption, others: Sequence[GeneratedOption]) -> float:
    return min(_apart(option, other) for other in others)


def _slips_away(option: GeneratedOption, others: Sequence[GeneratedOption]) -> float:
    """The number of other options that are one slip away, since they may be derived from the right one."""
    return sum(_apart(option, other) in {1, 2, 10} for other in others)


def _between_two(option: GeneratedOption, others: Sequence[GeneratedOption]) -> float:
    mine = _number(option)
    numbers = [number for number in map(_number, others) if number is not None]
    return 0 if mine is None else sum(2 * mine == one + other for one, other in combinations(numbers, 2))


def _reversed(option: GeneratedOption, others: Sequence[GeneratedOption]) -> float:
    text = option.value
    return isinstance(text, str) and any(other.value == text[::-1] for other in others)


def _begins_alike(option: GeneratedOption, others: Sequence[GeneratedOption]) -> float:
    return sum(_common(_parts(option), _parts(other)) for other in others)


def _parts(option: GeneratedOption) -> Sequence[object]:
    return option.value.marks if isinstance(option.value, Figure) else option.value


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _most_frequent(option: GeneratedOption, options: Sequence[GeneratedOption]) -> float:
    counted = Counter[str]()
    for offered in options:
        counted.update(set(features(offered)))
    most: dict[str, int] = {}
    for feature, n in counted.items():
        respect = feature.split("=")[0] if "=" in feature else feature[:1]
        most[respect] = max(n, most.get(respect, 0))
    return sum(
        counted[feature] == most[feature.split("=")[0] if "=" in feature else feature[:1]]
        for feature in set(features(option))
    )


def _by(trait: Callable[[GeneratedOption, Sequence[GeneratedOption]], float], sign: int) -> Guesser:
    return lambda item: _most(
        item.options,
        lambda option: sign * trait(option, [other for other in item.options if other is not option]),
    )


GUESSERS: Mapping[str, Guesser] = {
    "first": lambda item: item.options[:1],
    "last": lambda item: item.options[-1:],
    "largest": lambda item: _most(item.options, _size),
    "smallest": lambda item: _most(item.options, lambda option: -_size(option)),
    "middle": _middle,
    "nearest to the others": _by(distance, -1),
    "furthest from the others": _by(distance, 1),
    "most like the others": _alike(1),
    "least like the others": _alike(-1),
    "longest": lambda item: _most(item.options, _length),
    "shortest": lambda item: _most(item.options, lambda option: -_length(option)),
    "parity of most": _by(_same_parity, 1),
    "parity of fewest": _by(_same_parity, -1),
    "even": lambda item: _most(item.options, _is_even),
    "odd": lambda item: _most(item.options, lambda option: -_is_even(option)),
    "round": lambda item: _most(item.options, _is_round),
    "closest pair": _by(_to_nearest, -1),
    "most alone": _by(_to_nearest, 1),
    "most slips away": _by(_slips_away, 1),
    "fewest slips away": _by(_slips_away, -1),
    "between two others": _by(_between_two, 1),
    "read backwards": _by(_reversed, 1),
    "begins like the others": _by(_begins_alike, 1),
    "begins unlike the others": _by(_begins_alike, -1),
    "has what most have": lambda item: _most(
        item.options, lambda option: _most_frequent(option, item.options)
    ),
    "named most": lambda item: _most(_named(item), lambda option: _mentions(item, option)),
    "named least": lambda item: _most(_named(item), lambda option: -_mentions(item, option)),
    "named first": _first_named,
}


def _one_by_one(choose: Callable[[Sequence[GeneratedOption]], Sequence[GeneratedOption]]) -> Guesser:
    """Repeatedly eliminate the options that `choose` returns, until none would be left."""

    def guess(item: GeneratedItem) -> Sequence[GeneratedOption]:
        left = list(item.options)
        while len(left) > 1:
            out = {option.id for option in choose(left)}
            kept = [option for option in left if option.id not in out]
            if not kept:
                break
            left = kept
        return left

    return guess


def _without_the_rare(left: Sequence[GeneratedOption]) -> Sequence[GeneratedOption]:
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


def _without_the_extremes(left: Sequence[GeneratedOption]) -> Sequence[GeneratedOption]:
    away = {option.id: distance(option, left) for option in left}
    return [option for option in left if away[option.id] == max(away.values())]


def _votes(item: GeneratedItem) -> Sequence[GeneratedOption]:
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


def _unless_all(item: GeneratedItem, options: Sequence[GeneratedOption]) -> Sequence[GeneratedOption]:
    return options or item.options


def _not_shown(item: GeneratedItem) -> Sequence[GeneratedOption]:
    shown = _shown(item)
    return _unless_all(item, [option for option in item.options if option.value not in shown])


def _only_shown(item: GeneratedItem) -> Sequence[GeneratedOption]:
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


def _familiar(item: GeneratedItem) -> Sequence[GeneratedOption]:
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
