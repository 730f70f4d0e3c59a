"""Figural matrices: three rows of three figures, of which the last is missing.

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
"""

from collections.abc import Mapping, Sequence
from random import Random

from goodword.assessments.kinds.reasoning.generated import Family, GeneratedItem, Matrix
from goodword.assessments.kinds.reasoning.matrices.options import options
from goodword.assessments.kinds.reasoning.matrices.rules import (
    SEEN,
    SHADINGS,
    SHAPES,
    Aspect,
    Cell,
    Kind,
    Ruled,
    figure,
    ruled,
)
from goodword.core.json_reading import Json

VERSION = "1"
#: kinds that count as one for the level; one of them is drawn
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
#: a turn needs a single shape, and counted or moved marks are small: at most one aspect of each group at a time
_GROUPS: tuple[frozenset[Aspect], ...] = (
    frozenset({"shape", "turn"}),
    frozenset({"shading"}),
    frozenset({"size", "count", "place", "places"}),
)
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
    kinds = [random.choice(kinds) for kinds in _KINDS[family, level]]
    aspects = _aspects(kinds, random)
    alone = len(kinds) == 1
    # two rules of the same three values must move in opposite directions; otherwise they would be one rule
    shifts = random.sample((1, 2), 2) * 2
    rules = [
        ruled(kind, aspect, random, shift=shift, eighths=alone)
        for kind, aspect, shift in zip(kinds, aspects, shifts, strict=False)
    ]
    plain = _plain(aspects, random, alone=alone)
    cells = [
        figure({**plain, **{rule.aspect: rule.rows[row][place] for rule in rules}})
        for row in range(3)
        for place in range(3)
    ]
    choices, key = options(rules, plain, random)
    return GeneratedItem(
        family=family,
        version=VERSION,
        level=level,
        seed=seed,
        task=Matrix(tuple(cells[:8])),
        options=choices,
        key=key,
        rule={"rules": [_told(rule) for rule in rules]},
    )


def _aspects(kinds: Sequence[Kind], random: Random) -> list[Aspect]:
    while True:
        aspects = [random.choice(SEEN[kind]) for kind in kinds]
        groups = [next(at for at, group in enumerate(_GROUPS) if aspect in group) for aspect in aspects]
        if len(set(groups)) == len(groups):
            return aspects


def _plain(aspects: Sequence[Aspect], random: Random, *, alone: bool) -> Cell:
    plain: dict[Aspect, int] = {}
    if "turn" in aspects:
        plain["shape"] = _ARROW if alone else random.choice(_TURNABLE)
    elif "shape" not in aspects:
        plain["shape"] = random.randrange(len(SHAPES))
    if "shading" not in aspects:
        plain["shading"] = random.randrange(len(SHADINGS))
    return plain


def _told(rule: Ruled) -> Mapping[str, Json]:
    return {"aspect": rule.aspect, "kind": rule.kind, "by": rule.by, "values": list(rule.rows[0])}
