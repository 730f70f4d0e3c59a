"""The eight options of a matrix: all combinations of the values drawn for each aspect.

The values are drawn first, then the right one for each aspect, with equal probability, then a matrix that leads to
them. The options alone therefore reveal nothing about the key. (If every option differed from the key in one value,
they would: Hu et al., 2021, "Stratified rule-aware network for abstract visual reasoning".)
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from random import Random

from goodword.assessments.kinds.reasoning.generated import Figure, Option
from goodword.assessments.kinds.reasoning.matrices.rules import (
    ALIKE,
    MOST_MARKS,
    QUARTERS,
    ROUND,
    SHADINGS,
    SHAPES,
    Aspect,
    Cell,
    Kind,
    Ruled,
    bits,
    figure,
)

#: number of values per aspect, by number of rules; the product is eight
SHARES: Mapping[int, tuple[int, ...]] = {1: (8,), 2: (4, 2), 3: (2, 2, 2)}


def offered(kind: Kind, aspect: Aspect, share: int, *, eighths: bool, random: Random) -> tuple[int, ...]:
    """Returns `share` values of the aspect that a rule of this kind can lead to.

    `eighths`: allow turns of 45 degrees.
    """
    match aspect:
        case "places":
            return _toggled(share, random)
        case "count":
            low = random.randint(1, MOST_MARKS + 1 - share)
            return tuple(range(low, low + share))
        case "shape":
            return tuple(_unlike(share, random))
        case "shading":
            return tuple(random.sample(range(len(SHADINGS)), share))
        case "size":
            return tuple(random.sample((1, 2, 3), share))
    if aspect == "turn" and not eighths:
        return tuple(random.sample(QUARTERS, share))
    if kind == "step":
        start = random.randrange(8)
        return tuple((start + place) % 8 for place in range(share))
    return tuple(random.sample(range(8), share))


def _unlike(share: int, random: Random) -> list[int]:
    while True:
        shapes = random.sample(range(len(SHAPES)), share)
        if not set(shapes) >= ALIKE:
            return shapes


def _toggled(share: int, random: Random) -> tuple[int, ...]:
    """Toggles one to three places, each in half of the options, so that choosing an extreme doesn't help."""
    places = random.sample(range(9), 9)
    n_toggled = share.bit_length() - 1
    kept, toggled = bits(places[n_toggled : n_toggled + random.randint(2, 4)]), places[:n_toggled]
    return tuple(
        kept | bits(place for place, taken in zip(toggled, each, strict=True) if taken)
        for each in product((True, False), repeat=n_toggled)
    )


def options(
    rules: Sequence[Ruled], values: Sequence[Sequence[int]], plain: Cell, random: Random
) -> tuple[tuple[Option, ...], str]:
    """Returns eight options in random order and the id of the right one.

    `values`: the offered values of each rule's aspect. `plain`: aspects without a rule. An `Option.error` looks like
    "turn:wrong_direction+shading:repeats_beside".
    """
    mixed = list(product(*values))
    random.shuffle(mixed)
    found = [
        Option(
            id=letter,
            value=_figure(rules, each, plain),
            error="+".join(
                f"{rule.aspect}:{error}"
                for rule, value in zip(rules, each, strict=True)
                for error in _errors(rule, value)
            ),
        )
        for letter, each in zip("abcdefgh", mixed, strict=True)
    ]
    return tuple(found), next(option.id for option in found if not option.error)


def _figure(rules: Sequence[Ruled], values: Sequence[int], plain: Cell) -> Figure:
    return figure({**plain, **{rule.aspect: value for rule, value in zip(rules, values, strict=True)}})


def _errors(rule: Ruled, value: int) -> Iterator[str]:
    if value == rule.key:
        return
    if rule.aspect == "places":
        yield from (_toggle_error(rule, place) for place in range(9) if (value ^ rule.key) >> place & 1)
    else:
        yield _named_errors(rule).get(value, "miscounts" if rule.aspect == "count" else "other")


def _named_errors(rule: Ruled) -> dict[int, str]:
    first, beside = rule.rows[2][:2]
    above, around = rule.rows[1][2], ROUND.get(rule.aspect, 0)
    errors = {value: "from_another_row" for row in rule.rows[:2] for value in row}
    errors |= {first: "repeats_first", above: "repeats_above", beside: "repeats_beside"}
    match rule.kind:
        case "step":
            for value, error in (
                (beside + 2 * rule.by, "one_step_too_far"),
                (beside - rule.by, "wrong_direction"),
            ):
                errors[value % around if around else value] = error
        case "add":
            errors[abs(first - beside)] = "takes_away"
        case "take":
            errors[first + beside] = "adds"
    return errors


def _toggle_error(rule: Ruled, place: int) -> str:
    first, second, key = (bool(value >> place & 1) for value in rule.rows[2])
    if key:
        return "leaves_out_shared" if first and second else "leaves_out_one"
    return "does_not_take_away" if first or second else "adds_one"
