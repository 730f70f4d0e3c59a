"""Forms drawn from a blueprint: different items of equal difficulty for each candidate, and no pattern in the keys."""

import json
from collections import Counter
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import ceil

import pytest

from goodword.assessments.kinds.generated import GeneratedItem
from goodword.assessments.kinds.reasoning.content import (
    BUILT_IN,
    FIGURELESS_20,
    SHORT_12,
    STANDARD_20,
    VERSION,
    Blueprint,
    BlueprintEntry,
    BlueprintError,
    blueprint_json,
    builtin_forms,
    draw,
    parse_blueprint,
    replacement,
)
from goodword.assessments.kinds.reasoning.families import FAMILIES, generate

_FORMS = range(1, 16)
each_built_in = pytest.mark.parametrize("blueprint", BUILT_IN.values(), ids=BUILT_IN)


@cache
def _form(blueprint: Blueprint, seed: int) -> tuple[GeneratedItem, ...]:
    return draw(blueprint, seed=seed)


def test_new_tasks_or_forms_are_a_new_version_of_the_test() -> None:
    """Norms, calibrations and comparisons depend on it. If this fails, raise `VERSION` too."""
    families = {name: family.version for name, family in FAMILIES.items()}
    forms = json.dumps(builtin_forms()["forms"], sort_keys=True)
    assert (VERSION, families, sha256(forms.encode()).hexdigest()[:12]) == (
        "3",
        {
            "number_series": "3",
            "letter_series": "3",
            "matrices_one_rule": "2",
            "matrices_two_rules": "2",
            "matrices_three_rules": "2",
            "seating": "2",
            "ordering": "2",
            "sets": "2",
        },
        "8c31ae4a0580",
    )


@pytest.mark.slow
@pytest.mark.matrix
@each_built_in
def test_a_form_follows_its_blueprint_from_easy_to_hard(blueprint: Blueprint) -> None:
    for seed in _FORMS:
        items = _form(blueprint, seed)
        assert Counter((item.family, item.level) for item in items) == {
            (entry.family, entry.level): entry.n for entry in blueprint.entries
        }
        levels = [item.level for item in items]
        assert levels == sorted(levels)


@pytest.mark.matrix
@each_built_in
def test_keys_of_a_form_stay_near_their_fair_share_and_do_not_run(blueprint: Blueprint) -> None:
    for seed in _FORMS:
        items = _form(blueprint, seed)
        for position, n in Counter(item.key for item in items).items():
            fair = sum(
                1 / len(item.options) for item in items if position in {option.id for option in item.options}
            )
            assert n <= ceil(fair) + 1
        keys = "".join(item.key for item in items)
        assert [key for key in keys if key * 3 in keys] == []


@pytest.mark.matrix
@each_built_in
def test_no_task_is_repeated_and_no_family_twice_in_a_row(blueprint: Blueprint) -> None:
    for seed in _FORMS:
        items = _form(blueprint, seed)
        assert len({item.task for item in items}) == len(items)
        assert [one.family for one, other in pairwise(items) if one.family == other.family] == []


def test_a_form_is_the_same_for_its_seed_and_another_for_the_next() -> None:
    assert draw(STANDARD_20, seed=7) == draw(STANDARD_20, seed=7)
    first, second = draw(STANDARD_20, seed=7), draw(STANDARD_20, seed=8)
    assert {item.task for item in first} & {item.task for item in second} == set()


@pytest.mark.slow
def test_forms_share_hardly_an_item() -> None:
    tasks = [item.task for seed in _FORMS for item in _form(FIGURELESS_20, seed)]
    assert len(set(tasks)) >= len(tasks) * 0.98


def test_a_replacement_is_of_the_same_kind_and_new() -> None:
    items = draw(SHORT_12, seed=3)
    for item in items:
        other = replacement(item, seed=1, taken=items)
        assert (other.family, other.level) == (item.family, item.level)
        assert other.task not in {one.task for one in items}
        assert replacement(item, seed=1, taken=items) == other
        third = replacement(item, seed=1, taken=[*items, other])
        assert third.task not in {other.task, item.task}


def test_unknown_families_and_levels_are_refused() -> None:
    with pytest.raises(LookupError, match="There is no item family “riddles”"):
        draw(Blueprint((BlueprintEntry("riddles", 1, 1),), 5), seed=1)
    with pytest.raises(ValueError, match="“sets” has the levels"):
        draw(Blueprint((BlueprintEntry("sets", 9, 1),), 5), seed=1)


def test_the_built_in_forms_are_as_long_as_they_say_and_span_the_categories() -> None:
    told = {
        name: (
            blueprint.n,
            blueprint.minutes,
            Counter(FAMILIES[entry.family].category for entry in blueprint.entries for _ in range(entry.n)),
        )
        for name, blueprint in BUILT_IN.items()
    }
    assert told == {
        "standard_20": (20, 20, {"numerical": 5, "letters": 3, "figural": 6, "deductive": 6}),
        "short_12": (12, 12, {"numerical": 3, "letters": 2, "figural": 4, "deductive": 3}),
        "long_40": (40, 40, {"numerical": 9, "letters": 6, "figural": 13, "deductive": 12}),
        "figureless_20": (20, 20, {"numerical": 7, "letters": 4, "deductive": 9}),
        "figureless_40": (40, 40, {"numerical": 11, "letters": 8, "deductive": 21}),
    }


@each_built_in
def test_a_blueprint_survives_json(blueprint: Blueprint) -> None:
    assert parse_blueprint(json.loads(json.dumps(blueprint_json(blueprint)))) == blueprint


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"entries": []}, "The blueprint needs at least 1 entry under “entries”."),
        ({"minutes": 0}, "The blueprint needs at least 1 under “minutes”."),
        ({"minuts": 20}, "The blueprint has “minuts”, which isn't a known field."),
        (
            {"entries": [{"family": "riddles", "level": 1, "n": 1}]},
            "Entry 1 of the blueprint names the family “riddles”, which is not one of "
            + ", ".join(FAMILIES)
            + ".",
        ),
        (
            {"entries": [{"family": "sets", "level": 5, "n": 1}]},
            "Entry 1 of the blueprint names level 5; “sets” has the levels 1, 2, 3, 4.",
        ),
        (
            {"entries": [{"family": "sets", "level": 1, "n": 0}]},
            "Entry 1 of the blueprint needs at least 1 under “n”.",
        ),
        (
            {"entries": [{"family": "sets", "level": 1, "n": 1}] * 2},
            "The blueprint has “sets” of level 1 twice; give their number in one entry.",
        ),
        (
            {"entries": [{"family": "sets", "level": 1, "n": 101}]},
            "The blueprint has 101 items; at most 100 are allowed.",
        ),
    ],
)
def test_a_wrong_blueprint_is_refused_in_a_sentence(change: dict[str, object], sentence: str) -> None:
    whole: dict[str, object] = {"minutes": 5, "entries": [{"family": "sets", "level": 1, "n": 1}]}
    with pytest.raises(BlueprintError) as refused:
        parse_blueprint(whole | change)
    assert str(refused.value) == sentence


@pytest.mark.slow
def test_every_item_of_a_family_and_level_has_as_many_options() -> None:
    """Expected shares of key positions are computed from one item."""
    for family in FAMILIES.values():
        for level in family.levels:
            counts = {len(generate(family.id, seed=seed, level=level).options) for seed in range(20)}
            assert len(counts) == 1
