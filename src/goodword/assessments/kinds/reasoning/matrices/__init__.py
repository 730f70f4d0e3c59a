"""Figural matrices: three rows of three figures, with the last one missing.

The level is the rule load: the number and kinds of simultaneous rules. Variation within a level (the aspects that
follow the rules, shapes, values, directions, the order of rows and options) is meant to be incidental.

| family | level | rules |
|---|---|---|
| one rule | 1 | a step along the row |
| one rule | 2 | an addition or subtraction |
| two rules | 2 | the same in a row; a step |
| two rules | 3 | a step; the same three in each row |
| two rules | 4 | the same three in each row; an addition or subtraction |
| three rules | 4 | the same in a row; a step; the same three in each row |
| three rules | 5 | the same three in each row, twice; an addition or subtraction |

The eight options are all combinations of the values offered for each aspect. The values are drawn first, then the
correct value of each aspect with equal probability, then a matrix with that answer. So the options alone reveal nothing
about the key. They would if every option differed from the key in one value (Hu et al., 2021, "Stratified rule-aware
network for abstract visual reasoning").
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from random import Random

from goodword.assessments.kinds.generated import Family, Figure, GeneratedItem, GeneratedOption, Matrix
from goodword.assessments.kinds.reasoning.matrices.rules import (
    ALIKE,
    MOST_MARKS,
    QUARTERS,
    ROUND,
    SEEN,
    SHADINGS,
    SHAPES,
    Aspect,
    Cell,
    Kind,
    Ruled,
    bits,
    figure,
    ruled,
)
from goodword.core.validation import Json

#: number of values per aspect, by number of rules; the product is eight
SHARES: Mapping[int, tuple[int, ...]] = {1: (8,), 2: (4, 2), 3: (2, 2, 2)}


def offered(kind: Kind, aspect: Aspect, share: int, *, eighths: bool, random: Random) -> tuple[int, ...]:
    """`share` values of the aspect that a rule of this kind can lead to. `eighths`: allow turns of 45 degrees."""
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
    """Toggle one to three places, each in half of the options, so choosing an extreme doesn't help."""
    places = random.sample(range(9), 9)
    n_toggled = share.bit_length() - 1
    kept, toggled = bits(places[n_toggled : n_toggled + random.randint(2, 4)]), places[:n_toggled]
    return tuple(
        kept | bits(place for place, taken in zip(toggled, each, strict=True) if taken)
        for each in product((True, False), repeat=n_toggled)
    )


def options(
    rules: Sequence[Ruled], values: Sequence[Sequence[int]], plain: Cell, random: Random
) -> tuple[tuple[GeneratedOption, ...], str]:
    """Eight options in random order, and the id of the right one.

    `values`: the offered values of each rule's aspect. `plain`: aspects without a rule. A `GeneratedOption.error` looks
    like "turn:wrong_direction+shading:repeats_beside".
    """
    mixed = list(product(*values))
    random.shuffle(mixed)
    found = [
        GeneratedOption(
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


VERSION = "2"
#: kinds that are equivalent for the level; one of them is drawn
_RECKONED: tuple[Kind, ...] = ("add", "take", "over", "minus")
_KINDS: Mapping[tuple[str, int], tuple[tuple[Kind, ...], ...]] = {
    ("matrices_one_rule", 1): (("step",),),
    ("matrices_one_rule", 2): (_RECKONED,),
    ("matrices_two_rules", 2): (("step",), ("same",)),
    ("matrices_two_rules", 3): (("step",), ("three",)),
    ("matrices_two_rules", 4): (_RECKONED, ("three",)),
    ("matrices_three_rules", 4): (("step",), ("three",), ("same",)),
    ("matrices_three_rules", 5): (_RECKONED, ("three",), ("three",)),
}
#: at most one aspect of each group at a time: a turn needs a single shape, and counted or moved marks are small
_GROUPS: tuple[frozenset[Aspect], ...] = (
    frozenset({"shape", "turn"}),
    frozenset({"shading"}),
    frozenset({"size", "count", "place", "places"}),
)
_TRIES_EACH = 60
#: share of one-rule matrices that show the key, by level
_SHOWS_KEY = {1: 0.85, 2: 0.7}
_TURNABLE = (SHAPES.index("triangle"), SHAPES.index("arrow"))
_ARROW = SHAPES.index("arrow")


def one_rule(seed: int, level: int) -> GeneratedItem:
    return _generate("matrices_one_rule", seed, level)


def two_rules(seed: int, level: int) -> GeneratedItem:
    return _generate("matrices_two_rules", seed, level)


def three_rules(seed: int, level: int) -> GeneratedItem:
    return _generate("matrices_three_rules", seed, level)


FAMILIES = (
    Family(id="matrices_one_rule", category="figural", version=VERSION, levels=(1, 2), generate=one_rule),
    Family(
        id="matrices_two_rules", category="figural", version=VERSION, levels=(2, 3, 4), generate=two_rules
    ),
    Family(
        id="matrices_three_rules", category="figural", version=VERSION, levels=(4, 5), generate=three_rules
    ),
)


def _generate(family: str, seed: int, level: int) -> GeneratedItem:
    random = Random(f"{family}:{VERSION}:{level}:{seed}")  # noqa: S311 - the seed is kept with the item
    slots = _KINDS[family, level]
    aspects = _aspects([random.choice(kinds) for kinds in slots], random)
    alone = len(slots) == 1
    shares = SHARES[len(slots)]
    eighths = shares[aspects.index("turn")] > 2 if "turn" in aspects else False
    plain = _plain(aspects, random, eighths=eighths)
    values = [
        offered(kinds[0], aspect, share, eighths=eighths, random=random)
        for kinds, aspect, share in zip(slots, aspects, shares, strict=True)
    ]
    # The options are fixed, so draw the key from them, then a matrix that leads to it.
    keys = [random.choice(each) for each in values]
    shows_key = None
    if alone and aspects != ["places"]:
        # With equal steps, the minimum or maximum occurs in only one row, so no other cell can show it.
        is_once = slots == (("step",),) and aspects == ["count"] and keys[0] in {1, MOST_MARKS}
        shows_key = not is_once and random.random() < _SHOWS_KEY[level]
    tries = 0
    while True:
        rules = _rules(slots, aspects, keys, values, random)
        cells = [
            figure({**plain, **{rule.aspect: rule.rows[row][place] for rule in rules}})
            for row in range(3)
            for place in range(3)
        ]
        choices, key = options(rules, values, plain, random)
        if _can_hardly_rule_out(cells, choices, most=1 + tries // _TRIES_EACH, shows_key=shows_key):
            return GeneratedItem(
                family=family,
                version=VERSION,
                level=level,
                seed=seed,
                task=Matrix(tuple(cells[:8])),
                options=choices,
                key=key,
                rule={"rules": [_rule_data(rule) for rule in rules]},
            )
        tries += 1


def _aspects(kinds: Sequence[Kind], random: Random) -> list[Aspect]:
    while True:
        aspects = [random.choice(SEEN[kind]) for kind in kinds]
        groups = [next(at for at, group in enumerate(_GROUPS) if aspect in group) for aspect in aspects]
        if len(set(groups)) == len(groups):
            return aspects


def _plain(aspects: Sequence[Aspect], random: Random, *, eighths: bool) -> Cell:
    plain: dict[Aspect, int] = {}
    if "turn" in aspects:
        plain["shape"] = _ARROW if eighths else random.choice(_TURNABLE)
    elif "shape" not in aspects:
        plain["shape"] = random.randrange(len(SHAPES))
    if "shading" not in aspects:
        plain["shading"] = random.randrange(len(SHADINGS))
    return plain


def _rules(
    slots: Sequence[Sequence[Kind]],
    aspects: Sequence[Aspect],
    keys: Sequence[int],
    values: Sequence[Sequence[int]],
    random: Random,
) -> list[Ruled]:
    # two rules with the same three values must shift in opposite directions, or they would be one rule
    shifts = random.sample((1, 2), 2) * 2
    return [
        ruled(
            random.choice([kind for kind in kinds if aspect in SEEN[kind] and _leads_to(kind, key)]),
            aspect,
            key,
            each,
            random,
            shift=shift,
        )
        for kinds, aspect, key, each, shift in zip(slots, aspects, keys, values, shifts, strict=False)
    ]


def _leads_to(kind: Kind, key: int) -> bool:
    return not (kind == "add" and key == 1) and not (kind == "take" and key == MOST_MARKS)


def _can_hardly_rule_out(
    cells: Sequence[Figure], choices: Sequence[GeneratedOption], *, most: int, shows_key: bool | None
) -> bool:
    """Whether it hardly helps to rule out the options shown in the matrix, or to choose among them.

    If the options are all values of one aspect, most are shown, so the key must be shown as often as the others.
    """
    shown = {option.value for option in choices} & set(cells[:8])
    if shows_key is None:
        return len(shown) <= most
    return (cells[8] in shown) is shows_key


def _rule_data(rule: Ruled) -> Mapping[str, Json]:
    return {"aspect": rule.aspect, "kind": rule.kind, "by": rule.by, "values": list(rule.rows[0])}
