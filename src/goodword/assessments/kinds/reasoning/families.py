from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext, gettext_noop

from goodword.assessments.kinds.generated import Family, GeneratedItem
from goodword.assessments.kinds.reasoning import (
    arrangements,
    letter_series,
    matrices,
    number_series,
    sets,
)

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        family.id: family
        for family in (
            number_series.FAMILY,
            letter_series.FAMILY,
            *matrices.FAMILIES,
            arrangements.SEATING,
            arrangements.ORDERING,
            sets.FAMILY,
        )
    }
)
#: seed of practice items; never drawn for forms
PRACTICE_SEED = 0
LOADS: Final = {
    ("number_series", 1): gettext_noop("One difference, the same throughout"),
    ("number_series", 2): gettext_noop("Differences that change: they grow evenly or double"),
    ("number_series", 3): gettext_noop("Two alternating operations"),
    ("number_series", 4): gettext_noop("Two alternating series"),
    ("number_series", 5): gettext_noop("A rule on two terms, or growth that itself grows"),
    ("letter_series", 1): gettext_noop("Pairs of letters that move by the same step"),
    ("letter_series", 2): gettext_noop("Pairs of letters, each with its own step"),
    ("letter_series", 3): gettext_noop("Two alternating series of single letters"),
    ("letter_series", 4): gettext_noop("Pairs of letters, one with a step that grows"),
    ("matrices_one_rule", 1): gettext_noop("One rule: a step along the row"),
    ("matrices_one_rule", 2): gettext_noop("One rule: an addition or subtraction"),
    ("matrices_two_rules", 2): gettext_noop("Two rules: the same in a row, and a step"),
    ("matrices_two_rules", 3): gettext_noop("Two rules: a step, and the same three in each row"),
    ("matrices_two_rules", 4): gettext_noop(
        "Two rules: the same three in each row, and an addition or subtraction"
    ),
    ("matrices_three_rules", 4): gettext_noop(
        "Three rules: the same in a row, a step, the same three in each row"
    ),
    (
        "matrices_three_rules",
        5,
    ): gettext_noop("Three rules: the same three in each row, twice, and an addition or subtraction"),
    ("seating", 1): gettext_noop("Four people, three statements, one of them naming a seat"),
    ("seating", 2): gettext_noop("Four people, three statements, none naming a seat"),
    ("seating", 3): gettext_noop("Five people, four statements, one of them negative"),
    ("seating", 4): gettext_noop("Five people, five statements, two of them negative"),
    ("ordering", 1): gettext_noop("Four things, three comparisons in one direction"),
    ("ordering", 2): gettext_noop("Four things, three comparisons in both directions"),
    ("ordering", 3): gettext_noop("Five things, four comparisons in both directions"),
    ("ordering", 4): gettext_noop("Five things, three statements that say more than one thing each"),
    ("sets", 1): gettext_noop("Three groups, two statements with “all” or “no”, and one that is not needed"),
    ("sets", 2): gettext_noop("Three groups, two statements, one with “some”, and one that is not needed"),
    ("sets", 3): gettext_noop("Four groups, three statements with “all” or “no”"),
    ("sets", 4): gettext_noop("Four groups, three statements, one with “some”"),
}
_FAMILY_NAMES: Final = {
    "number_series": gettext_noop("Number series"),
    "letter_series": gettext_noop("Letter series"),
    "matrices_one_rule": gettext_noop("Matrices, one rule"),
    "matrices_two_rules": gettext_noop("Matrices, two rules"),
    "matrices_three_rules": gettext_noop("Matrices, three rules"),
    "seating": gettext_noop("Seating"),
    "ordering": gettext_noop("Ordering"),
    "sets": gettext_noop("Syllogisms"),
}
_CATEGORY_NAMES: Final = {
    "numerical": gettext_noop("Numbers"),
    "letters": gettext_noop("Letters"),
    "figural": gettext_noop("Figures"),
    "deductive": gettext_noop("Conclusions"),
}


def family_of(family_id: str) -> Family:
    try:
        return FAMILIES[family_id]
    except KeyError:
        raise LookupError(f"There is no item family “{family_id}”.") from None


def generate(family_id: str, *, seed: int, level: int) -> GeneratedItem:
    """Generate an item. Raises `LookupError` for an unknown family, `ValueError` for an unknown level or a negative
    seed."""
    family = family_of(family_id)
    if level not in family.levels:
        levels = ", ".join(str(possible) for possible in family.levels)
        raise ValueError(f"The item family “{family_id}” has the levels {levels}, not {level}.")
    if seed < 0:
        raise ValueError(f"A seed must be 0 or more, not {seed}.")
    return family.generate(seed, level)


def practice_item(family_id: str) -> GeneratedItem:
    return generate(family_id, seed=PRACTICE_SEED, level=family_of(family_id).levels[0])


def family_name(family: str) -> str:
    return gettext(_FAMILY_NAMES.get(family, family))


def category_name(category: str) -> str:
    return gettext(_CATEGORY_NAMES.get(category, category))


def load_of(family: str, level: int) -> str:
    return gettext(LOADS[family, level]) if (family, level) in LOADS else ""
