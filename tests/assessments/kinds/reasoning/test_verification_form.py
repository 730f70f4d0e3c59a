"""Verification forms are short and have the same mix of tasks as the forms they verify."""

from statistics import fmean

import pytest

from goodword.assessments.kinds.reasoning.content import (
    BUILT_IN,
    VERSION,
    Blueprint,
    ReasoningTest,
    blueprint_json,
    parse_blueprint,
)
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.kinds.reasoning.items import curves_of_form
from goodword.assessments.kinds.reasoning.sheet import reasoning_sheet
from goodword.assessments.kinds.reasoning.verification import FORMS, draw_verification, verification_form
from goodword.assessments.kinds.technical_sheet import NOTHING

TEST = ReasoningTest(version=VERSION, forms=BUILT_IN)


def difficulty(blueprint: Blueprint) -> float:
    return fmean(b for b, _ in curves_of_form(blueprint)[0])


def shares(blueprint: Blueprint) -> dict[str, float]:
    found: dict[str, float] = {}
    for entry in blueprint.entries:
        category = FAMILIES[entry.family].category
        found[category] = found.get(category, 0) + entry.n / blueprint.n
    return found


@pytest.mark.parametrize("first", ["standard_20", "figureless_20"])
def test_they_are_as_hard_as_the_first_form_with_the_same_families(first: str) -> None:
    before, after = BUILT_IN[first], FORMS[verification_form(TEST, first)]
    assert (after.n, after.minutes) == (12, 12)
    assert difficulty(after) == pytest.approx(difficulty(before), abs=0.1)
    assert shares(after) == pytest.approx(shares(before), abs=0.05)
    cells = {(entry.family, entry.level) for entry in before.entries}
    assert {(entry.family, entry.level) for entry in after.entries} <= cells


@pytest.mark.matrix
@pytest.mark.parametrize("form", FORMS)
def test_they_can_be_drawn_from_any_seed(form: str) -> None:
    assert parse_blueprint(blueprint_json(FORMS[form])) == FORMS[form]
    for seed in range(5):
        assert len({item.task for item in draw_verification(form, seed=seed)}) == 12


def test_the_technical_sheet_states_false_alarms_and_power() -> None:
    told = reasoning_sheet(TEST, "standard_20", NOTHING).more["Verifying a result"]
    assert "solve 12 new tasks" in told
    assert "on average across honest candidates with that first result, at most 5 in 100 solve so few" in told
    assert (
        "who solved 17 or more on their own, 10.0 in 100 of average ability show as lower, 2.7 in 100" in told
    )
    assert "and 1.2, 1.9 and 2.8 in 100 of groups whose mean ability is average, half" in told
    assert "whatever the first result, at most 4.8 in 100 of any ability show as lower" in told
    assert "6 tasks" in told
    assert "this shows in 26 of 100 cases" in told
