"""The forms of the reasoning test: `{"kind": "reasoning", "version", "forms": {"standard_20": blueprint, ...}}`."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Final, Literal

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, StrictInt, TypeAdapter
from pydantic import StringConstraints as Limits

from goodword.assessments.kinds.content import FormOffer
from goodword.assessments.kinds.generated import SEEDS, GeneratedItem
from goodword.assessments.kinds.packs import KNOWN_NAMES, TEXT, read, wrong
from goodword.assessments.kinds.reasoning.families import FAMILIES, generate
from goodword.core.validation import Json, ReadingError

#: restart the form after this many items that don't fit; maximum restarts
_TRIES_AN_ITEM = 200
_BEGINNINGS = 50
_TRIES_AN_ORDER, _TRIES_A_LEVEL = 60, 8
_MOST_ITEMS = 100
_MOST_MINUTES = 240


@dataclass(frozen=True, slots=True)
class BlueprintEntry:
    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    family: Annotated[str, TEXT, Limits(min_length=1, max_length=60)]
    level: StrictInt
    n: Annotated[StrictInt, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Items by family and level; time limit in minutes."""

    __pydantic_config__: ClassVar[ConfigDict] = KNOWN_NAMES

    entries: Annotated[tuple[BlueprintEntry, ...], Field(min_length=1)]
    minutes: Annotated[StrictInt, Field(ge=1, le=_MOST_MINUTES)]

    @property
    def n(self) -> int:
        return sum(entry.n for entry in self.entries)


def draw(blueprint: Blueprint, *, seed: int) -> tuple[GeneratedItem, ...]:
    """The items of a form, sorted by level with families mixed. Always the same for a blueprint and seed.

    No task repeats; no key position has more than its fair share plus one, or three in a row. Raises `LookupError` or
    `ValueError` for unknown families and levels, and `ValueError` if no such form is found.
    """
    source = random.Random(f"form:{seed}")  # noqa: S311 - the seed is stored with the form
    slots = _slots(source, blueprint.entries)
    fair = _fair_shares(slots)
    for _ in range(_BEGINNINGS):
        items = _form(source, slots, fair)
        if items is not None:
            return items
    raise ValueError("No form without repeated items can be drawn from this blueprint.")


def replacement(item: GeneratedItem, *, seed: int, taken: Collection[GeneratedItem]) -> GeneratedItem:
    """An item of the same family and level, determined by item, seed and `taken`. Raises `ValueError` if there is
    none."""
    name = f"replacement:{item.family}:{item.level}:{item.seed}:{seed}"
    source = random.Random(name)  # noqa: S311 - the drawn item is stored
    known = {item.task, *(taken_item.task for taken_item in taken)}
    for _ in range(_TRIES_AN_ITEM):
        other = generate(item.family, seed=source.randrange(1, SEEDS), level=item.level)
        if other.task not in known:
            return other
    raise ValueError(f"There is no other item of “{item.family}” and level {item.level} left.")


def _slots(source: random.Random, entries: Sequence[BlueprintEntry]) -> list[tuple[str, int]]:
    best: list[tuple[str, int]] = []
    for _ in range(_TRIES_AN_ORDER):
        slots: list[tuple[str, int]] = []
        for level in sorted({entry.level for entry in entries}):
            same = [
                (entry.family, level) for entry in entries if entry.level == level for _ in range(entry.n)
            ]
            orders = [[*slots, *source.sample(same, len(same))] for _ in range(_TRIES_A_LEVEL)]
            slots = min(orders, key=_equal_neighbours)
        if not best or _equal_neighbours(slots) < _equal_neighbours(best):
            best = slots
        if not _equal_neighbours(best):
            break
    return best


def _equal_neighbours(slots: Sequence[tuple[str, int]]) -> int:
    return sum(one[0] == other[0] for one, other in pairwise(slots))


def _fair_shares(slots: Sequence[tuple[str, int]]) -> Mapping[str, float]:
    fair: dict[str, float] = {}
    for family, level in slots:
        positions = _positions(family, level)
        for position in positions:
            fair[position] = fair.get(position, 0) + 1 / len(positions)
    return fair


@cache
def _positions(family: str, level: int) -> tuple[str, ...]:
    """The option ids of a family and level, the same for all its items."""
    return tuple(option.id for option in generate(family, seed=0, level=level).options)


def _form(
    source: random.Random, slots: Sequence[tuple[str, int]], fair: Mapping[str, float]
) -> tuple[GeneratedItem, ...] | None:
    """Draw one item per slot. None if no item fits a slot."""
    items: list[GeneratedItem] = []
    for family, level in slots:
        for _ in range(_TRIES_AN_ITEM):
            item = generate(family, seed=source.randrange(1, SEEDS), level=level)
            if _fits(item, items, fair):
                items.append(item)
                break
        else:
            return None
    return tuple(items)


def _fits(item: GeneratedItem, items: Sequence[GeneratedItem], fair: Mapping[str, float]) -> bool:
    n_same = sum(earlier.key == item.key for earlier in items)
    return (
        n_same + 1 <= fair[item.key] + 1
        and [earlier.key for earlier in items[-2:]] != [item.key] * 2
        and all(earlier.task != item.task for earlier in items)
    )


class BlueprintError(ReadingError):
    pass


_BLUEPRINT: Final = TypeAdapter(Blueprint)


def parse_blueprint(data: object) -> Blueprint:
    """{"minutes": 20, "entries": [{"family": "sets", "level": 1, "n": 2}, ...]}. Raises `BlueprintError`.

    Families and levels must exist, each pair once; a form has 1 to 100 items and 1 to 240 minutes.
    """
    whole = "the blueprint"
    blueprint = read(_BLUEPRINT, data, whole=whole, error=BlueprintError)
    pairs = [(entry.family, entry.level) for entry in blueprint.entries]
    for place, (name, level) in enumerate(pairs):
        where, family = f"entry {place + 1} of {whole}", FAMILIES.get(name)
        if family is None:
            families = ", ".join(FAMILIES)
            raise wrong(where, f"names the family “{name}”, which is not one of {families}", BlueprintError)
        if level not in family.levels:
            levels = ", ".join(str(possible) for possible in family.levels)
            raise wrong(where, f"names level {level}; “{name}” has the levels {levels}", BlueprintError)
        if (name, level) in pairs[:place]:
            raise wrong(
                whole, f"has “{name}” of level {level} twice; give their number in one entry", BlueprintError
            )
    if blueprint.n > _MOST_ITEMS:
        raise wrong(whole, f"has {blueprint.n} items; at most {_MOST_ITEMS} are allowed", BlueprintError)
    return blueprint


def blueprint_json(blueprint: Blueprint) -> dict[str, Json]:
    return {
        "minutes": blueprint.minutes,
        "entries": [
            {"family": entry.family, "level": entry.level, "n": entry.n} for entry in blueprint.entries
        ],
    }


def blueprint_of(minutes: int, *entries: tuple[str, int, int]) -> Blueprint:
    return Blueprint(tuple(BlueprintEntry(*entry) for entry in entries), minutes)


STANDARD_20 = blueprint_of(
    20,
    ("number_series", 1, 1),
    ("number_series", 2, 1),
    ("number_series", 3, 1),
    ("number_series", 4, 1),
    ("number_series", 5, 1),
    ("letter_series", 1, 1),
    ("letter_series", 2, 1),
    ("letter_series", 3, 1),
    ("matrices_one_rule", 1, 1),
    ("matrices_one_rule", 2, 1),
    ("matrices_two_rules", 2, 1),
    ("matrices_two_rules", 3, 1),
    ("matrices_two_rules", 4, 1),
    ("matrices_three_rules", 4, 1),
    ("seating", 1, 1),
    ("seating", 3, 1),
    ("ordering", 1, 1),
    ("ordering", 3, 1),
    ("sets", 1, 1),
    ("sets", 3, 1),
)

SHORT_12 = blueprint_of(
    12,
    ("number_series", 1, 1),
    ("number_series", 2, 1),
    ("number_series", 3, 1),
    ("letter_series", 1, 1),
    ("letter_series", 2, 1),
    ("matrices_one_rule", 1, 1),
    ("matrices_two_rules", 2, 1),
    ("matrices_two_rules", 3, 1),
    ("matrices_three_rules", 4, 1),
    ("seating", 2, 1),
    ("ordering", 2, 1),
    ("sets", 2, 1),
)

#: a form without figures, for people who can't use them; it has its own norms
FIGURELESS_20 = blueprint_of(
    20,
    ("number_series", 1, 1),
    ("number_series", 2, 2),
    ("number_series", 3, 2),
    ("number_series", 4, 1),
    ("number_series", 5, 1),
    ("letter_series", 1, 1),
    ("letter_series", 2, 1),
    ("letter_series", 3, 1),
    ("letter_series", 4, 1),
    ("seating", 1, 1),
    ("seating", 2, 1),
    ("seating", 3, 1),
    ("ordering", 1, 1),
    ("ordering", 2, 1),
    ("ordering", 3, 1),
    ("sets", 1, 1),
    ("sets", 2, 1),
    ("sets", 3, 1),
)


#: long forms for roles that compare candidates by the number solved
LONG_40 = blueprint_of(
    40,
    ("number_series", 1, 2),
    ("number_series", 2, 2),
    ("number_series", 3, 2),
    ("number_series", 4, 2),
    ("number_series", 5, 1),
    ("letter_series", 1, 2),
    ("letter_series", 2, 2),
    ("letter_series", 3, 2),
    ("matrices_one_rule", 1, 2),
    ("matrices_one_rule", 2, 2),
    ("matrices_two_rules", 2, 2),
    ("matrices_two_rules", 3, 2),
    ("matrices_two_rules", 4, 2),
    ("matrices_three_rules", 4, 2),
    ("matrices_three_rules", 5, 1),
    ("seating", 1, 2),
    ("seating", 3, 2),
    ("ordering", 1, 2),
    ("ordering", 3, 2),
    ("sets", 1, 2),
    ("sets", 3, 2),
)

FIGURELESS_40 = blueprint_of(
    40,
    ("number_series", 1, 2),
    ("number_series", 2, 3),
    ("number_series", 3, 3),
    ("number_series", 4, 2),
    ("number_series", 5, 1),
    ("letter_series", 1, 2),
    ("letter_series", 2, 2),
    ("letter_series", 3, 2),
    ("letter_series", 4, 2),
    ("seating", 1, 2),
    ("seating", 2, 2),
    ("seating", 3, 2),
    ("seating", 4, 1),
    ("ordering", 1, 2),
    ("ordering", 2, 2),
    ("ordering", 3, 2),
    ("ordering", 4, 1),
    ("sets", 1, 2),
    ("sets", 2, 2),
    ("sets", 3, 2),
    ("sets", 4, 1),
)

STANDARD: Final = "standard_20"
BUILT_IN = {
    STANDARD: STANDARD_20,
    "short_12": SHORT_12,
    "long_40": LONG_40,
    "figureless_20": FIGURELESS_20,
    "figureless_40": FIGURELESS_40,
}


KIND: Final = "reasoning"
#: Raise this with any change to forms or families, since results are only compared within a version.
VERSION: Final = "3"
#: the form without figures that anyone can choose instead; for forms that aren't listed, "figureless_20"
WITHOUT_FIGURES: Final[Mapping[str, str]] = {STANDARD: "figureless_20", "long_40": "figureless_40"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningTest:
    is_for_practice: ClassVar[bool] = False
    is_too_short_for_norms: ClassVar[bool] = False

    version: str
    forms: Mapping[str, Blueprint]

    def blueprint(self, form: str) -> Blueprint:
        """Return a form's blueprint. Raises `LookupError` for an unknown form, like all methods that take one."""
        if form not in self.forms:
            raise LookupError(f"The reasoning test has no form “{form}”.")
        return self.forms[form]

    @property
    def name(self) -> str:
        return gettext("Reasoning")

    @property
    def instructions(self) -> str:
        return ""

    def offers(self) -> tuple[FormOffer, ...]:
        """The standard form first, then forms with figures, then by length, since stored JSON has no order."""
        found = [
            FormOffer(
                id=form, name="", items=blueprint.n, minutes=blueprint.minutes, figures=self.has_figures(form)
            )
            for form, blueprint in self.forms.items()
        ]
        return tuple(
            sorted(found, key=lambda form: (form.id != STANDARD, not form.figures, -form.items, form.id))
        )

    def form_label(self, form_id: str) -> str:
        blueprint = self.blueprint(form_id)
        return gettext("%(n)s tasks in %(minutes)s minutes%(without)s") % {
            "n": blueprint.n,
            "minutes": blueprint.minutes,
            "without": "" if self.has_figures(form_id) else gettext(", without figures"),
        }

    def count(self, form_id: str) -> int:
        return self.blueprint(form_id).n

    def minutes(self, form_id: str) -> int:
        return self.blueprint(form_id).minutes

    def has_figures(self, form: str) -> bool:
        return any(entry.family.startswith("matrices") for entry in self.blueprint(form).entries)

    def without_figures(self, form: str) -> str:
        """The form without figures to take instead, or ""."""
        instead = WITHOUT_FIGURES.get(form, "figureless_20")
        return instead if self.has_figures(form) and instead in self.forms else ""

    def longer(self, form: str) -> str:
        """The longest form that also has (or lacks) figures; "" if this is the longest."""
        figures, n = self.has_figures(form), self.count(form)
        longer = [
            other for other in self.forms if self.has_figures(other) == figures and self.count(other) > n
        ]
        return max(longer, key=self.count, default="")


def builtin_forms() -> dict[str, Any]:
    return forms_to_json(ReasoningTest(version=VERSION, forms=BUILT_IN))


def forms_to_json(test: ReasoningTest) -> dict[str, Any]:
    return {
        "kind": KIND,
        "version": test.version,
        "forms": {form: blueprint_json(blueprint) for form, blueprint in test.forms.items()},
    }


class _StoredForms(BaseModel):
    model_config = KNOWN_NAMES

    kind: Literal["reasoning"]
    version: Annotated[str, TEXT, Limits(min_length=1, max_length=20)]
    forms: dict[str, Any]


_FORMS: Final = TypeAdapter(_StoredForms)


def read_forms(data: object) -> ReasoningTest:
    found = read(_FORMS, data, whole="the reasoning test", error=BlueprintError)
    return ReasoningTest(
        version=found.version,
        forms={name: parse_blueprint(blueprint) for name, blueprint in found.forms.items()},
    )
