"""The eight options of a matrix: all combinations of right values and of values that typical errors lead to.

Every value occurs in equally many options, so that the options alone reveal nothing. (Options that each change one
value of the key reveal it: Hu et al., 2021, "Stratified rule-aware network for abstract visual reasoning".)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from goodword.assessments.kinds.reasoning.generated import Option
from goodword.assessments.kinds.reasoning.matrices.rules import (
    ALIKE,
    EDGE,
    MOST_MARKS,
    QUARTERS,
    ROUND,
    SHADINGS,
    SHAPES,
    Aspect,
    Cell,
    Ruled,
    bits,
    figure,
)

#: probability that the key's number of marks is the lowest, second, ... of four consecutive numbers; chosen so that
#: over all keys each of the four is about equally likely
_RANKS: Mapping[int, tuple[float, float, float, float]] = {
    1: (1, 0, 0, 0),
    2: (0.5, 0.5, 0, 0),
    3: (0.35, 0.35, 0.3, 0),
    4: (0, 0.3, 0.35, 0.35),
    5: (0, 0, 0.5, 0.5),
    6: (0, 0, 0, 1),
}


@dataclass(frozen=True, slots=True)
class AspectChoice:
    value: int
    errors: tuple[str, ...] = ()


def options(rules: Sequence[Ruled], plain: Cell, random: Random) -> tuple[tuple[Option, ...], str]:
    """Eight options in random order, and the id of the right one. The first rule is the one with the most values.

    `plain`: aspects without a rule. `Option.error`: "turn:wrong_direction+shading:repeats_beside".
    """
    varied = {
        rule.aspect: _choices(rule, share, random) for rule, share in zip(rules, _shares(rules), strict=True)
    }
    if len(rules) == 1 and len(varied[rules[0].aspect]) == 4:
        aspect: Aspect = random.choice(("shape", "shading"))
        varied[aspect] = _plain_choices(aspect, plain, random)
    mixed = list(product(*varied.values()))
    random.shuffle(mixed)
    found = [
        Option(
            id=letter,
            value=figure({**plain, **_values(varied, choices)}),
            error="+".join(
                f"{aspect}:{error}"
                for aspect, choice in zip(varied, choices, strict=True)
                for error in choice.errors
            ),
        )
        for letter, choices in zip("abcdefgh", mixed, strict=True)
    ]
    return tuple(found), next(option.id for option in found if not option.error)


def _values(varied: Mapping[Aspect, Sequence[AspectChoice]], choices: Sequence[AspectChoice]) -> Cell:
    return {aspect: choice.value for aspect, choice in zip(varied, choices, strict=True)}


def _shares(rules: Sequence[Ruled]) -> list[int]:
    """Per rule; their product is eight, or four."""
    match rules:
        case [Ruled(aspect="count")]:
            return [4]
        case [_]:
            return [8]
        case [_, _]:
            return [4, 2]
    return [2, 2, 2]


def _choices(rule: Ruled, share: int, random: Random) -> list[AspectChoice]:
    """`share` values of the rule's aspect, the right one among them."""
    match rule.aspect:
        case "places":
            return _toggled(rule, share, random)
        case "count":
            return _counted(rule, share, random)
    errors = _errors(rule)
    known = [value for value in errors if errors[value] != "other"]
    other = [value for value in errors if errors[value] == "other"]
    random.shuffle(known)
    random.shuffle(other)
    return [
        AspectChoice(rule.key),
        *(AspectChoice(value, (errors[value],)) for value in (known + other)[: share - 1]),
    ]


def _errors(rule: Ruled) -> dict[int, str]:
    """Every wrong value that may be offered; values that do not occur in the matrix only if needed."""
    beside, above, before = rule.rows[2][1], rule.rows[1][2], rule.rows[2][0]
    around = ROUND.get(rule.aspect, 0)
    errors: dict[int, str] = {}
    if rule.by:
        errors[(beside - rule.by) % around] = "wrong_direction"
        errors.setdefault((beside + 2 * rule.by) % around, "one_step_too_far")
    errors.setdefault(beside, "repeats_beside")
    errors.setdefault(above, "repeats_above")
    errors.setdefault(before, "repeats_first")
    for value in sorted({value for row in rule.rows[:2] for value in row}):
        errors.setdefault(value, "from_another_row")
    for value in _all_values(rule):
        errors.setdefault(value, "other")
    errors.pop(rule.key)
    return errors


def _all_values(rule: Ruled) -> Sequence[int]:
    match rule.aspect:
        case "turn":
            shown = {value for row in rule.rows for value in row}
            return QUARTERS if shown <= set(QUARTERS) else range(8)
        case "place":
            return range(len(EDGE))
        case "shading":
            return range(len(SHADINGS))
        case _:
            return ()


def _counted(rule: Ruled, share: int, random: Random) -> list[AspectChoice]:
    """Consecutive numbers, the right one at a random position, so that neither extremes nor the middle is safe."""
    key = rule.key
    if share == 4:
        low = key - random.choices(range(4), weights=_RANKS[key])[0]
    else:
        low = random.choice([low for low in (key - 1, key) if 1 <= low < MOST_MARKS])
    first, beside = rule.rows[2][:2]
    names = {rule.rows[1][2]: "repeats_above", beside: "repeats_beside"}
    match rule.kind:
        case "step":
            names |= {beside - rule.by: "wrong_direction", key + rule.by: "one_step_too_far"}
        case "add":
            names[abs(first - beside)] = "takes_away"
        case "take":
            names[first + beside] = "adds"
    return [
        AspectChoice(count, () if count == key else (names.get(count, "miscounts"),))
        for count in range(low, low + share)
    ]


def _toggled(rule: Ruled, share: int, random: Random) -> list[AspectChoice]:
    """Some of one to three places toggled, each in half of the options, so that no extreme is safe."""
    first, second, key = rule.rows[2]
    taken = [place for place in range(9) if key >> place & 1]
    free = [place for place in range(9) if not key >> place & 1]
    # first the places that a typical error gets wrong: those in both, or removed
    taken.sort(key=lambda place: (not (first & second) >> place & 1, random.random()))
    free.sort(key=lambda place: (not (first | second) >> place & 1, random.random()))
    changed: list[int] = []
    for _ in range(share.bit_length() - 1):
        belongs = random.random() < 0.5 and len(taken) > 1
        changed.append((taken if belongs else free).pop(0))
    choices = []
    for kept in product((True, False), repeat=len(changed)):
        wrong = [place for place, right in zip(changed, kept, strict=True) if not right]
        errors = tuple(_toggle_error(rule, place) for place in wrong)
        choices.append(AspectChoice(key ^ bits(wrong), errors))
    return choices


def _toggle_error(rule: Ruled, place: int) -> str:
    first, second, key = (bool(value >> place & 1) for value in rule.rows[2])
    if key:
        return "leaves_out_shared" if first and second else "leaves_out_one"
    return "does_not_take_away" if first or second else "adds_one"


def _plain_choices(aspect: Aspect, plain: Cell, random: Random) -> list[AspectChoice]:
    value = plain[aspect]
    count = len(SHAPES if aspect == "shape" else SHADINGS)
    others = [other for other in range(count) if other != value and {other, value} != ALIKE]
    return [AspectChoice(value), AspectChoice(random.choice(others), ("other",))]
