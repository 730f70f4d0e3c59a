"""Sheets of tests that aren't instruments: facts from the content only."""

import pytest
from make_items import LEAST_TASKS, MOST_CROSSED, MOST_LEARNED, SEEDS

from goodword.assessments.catalogue.packs import difference
from goodword.assessments.kinds.custom_questions.content import read_custom_questions
from goodword.assessments.kinds.judgement.content import read_judgement
from goodword.assessments.kinds.reasoning.content import builtin_forms, read_forms
from goodword.assessments.kinds.reasoning.families import FAMILIES, LOADS, family_name
from goodword.assessments.kinds.reasoning.items import START
from goodword.assessments.kinds.reasoning.sheet import measured
from goodword.assessments.kinds.registry import technical_sheet
from tests.assessments.all_kinds import PANEL
from tests.assessments.builtins import load_judgement
from tests.assessments.kinds.judgements import small_set, with_action
from tests.assessments.library_pages.support import custom_questions


def test_each_family_and_level_has_its_load_in_words_and_a_start_value() -> None:
    cells = {(family.id, level) for family in FAMILIES.values() for level in family.levels}
    assert (set(LOADS), set(START)) == (cells, cells)
    assert [family for family in FAMILIES if family_name(family) == family] == []


def test_the_sheet_of_a_form_has_its_tasks_and_minutes() -> None:
    forms = read_forms(builtin_forms())
    assert tuple(form.id for form in forms.offers()) == (
        "standard_20",
        "long_40",
        "short_12",
        "figureless_40",
        "figureless_20",
    )
    sheet = technical_sheet(forms, "figureless_20")
    assert (sheet.form, sheet.n_items, sheet.minutes, sum(cell.n for cell in sheet.cells)) == (
        "20 tasks in 20 minutes, without figures",
        20,
        20,
        20,
    )
    assert [limit for limit in sheet.limits if limit.startswith("Figures have to be seen")] == []


@pytest.mark.slow
def test_the_sheet_of_a_form_says_how_well_it_distinguishes_candidates() -> None:
    forms = read_forms(builtin_forms())
    told = technical_sheet(forms, "standard_20").more["What it can distinguish"]
    assert told.startswith("Assumed until calibrated")
    assert "is 0.71; its 90% band is ± 3.2 tasks on average" in told
    assert "three tasks apart, in 82; five tasks apart, in 94" in told
    longer = technical_sheet(forms, "long_40").more["What it can distinguish"]
    assert "is 0.83; its 90% band is ± 4.5 tasks on average" in longer


def test_a_form_has_the_longest_one_and_one_without_figures() -> None:
    forms = read_forms(builtin_forms())
    assert {form: forms.longer(form) for form in forms.forms} == {
        "short_12": "long_40",
        "standard_20": "long_40",
        "long_40": "",
        "figureless_20": "figureless_40",
        "figureless_40": "",
    }
    assert {form: forms.without_figures(form) for form in forms.forms} == {
        "short_12": "figureless_20",
        "standard_20": "figureless_20",
        "long_40": "figureless_40",
        "figureless_20": "",
        "figureless_40": "",
    }


def test_the_sheet_states_what_make_items_measured_for_each_family_and_level() -> None:
    found = measured()
    assert {cell: one.version for cell, one in found.items()} == {
        (family.id, level): family.version for family in FAMILIES.values() for level in family.levels
    }
    for cell in technical_sheet(read_forms(builtin_forms()), "standard_20").cells:
        one = next(
            one
            for (family, level), one in found.items()
            if (family_name(family), level) == (cell.family, cell.level)
        )
        assert (cell.guessing.learned, cell.guessing.low, cell.guessing.high) == (
            one.learned,
            one.low,
            one.high,
        )
        assert (cell.guessing.crossed, cell.guessing.tasks) == (one.crossed, one.tasks)


def test_the_stored_measurements_are_a_full_run_within_the_limits() -> None:
    for one in measured().values():
        assert (one.items, one.solved) == (SEEDS, SEEDS)
        assert one.learned <= one.chance + MOST_LEARNED
        assert one.crossed <= MOST_CROSSED
        assert one.tasks >= LEAST_TASKS


def test_the_sheet_of_custom_questions_counts_keys_rubrics_and_unscored_questions() -> None:
    sheet = technical_sheet(read_custom_questions(custom_questions()))
    assert sheet.scoring == (
        "Questions with a right answer: 1 of 3. The score is how many of these were answered correctly. A question "
        "with several right choices counts only if exactly those were chosen. Questions marked by people using a "
        "rubric: 1 of 3. 1 question has no score and is only read."
    )
    assert "At most 3 points" in sheet.more["Raters"]


def test_the_sheet_of_situations_states_its_rule() -> None:
    sheet = technical_sheet(read_judgement(small_set()))
    for said in (
        "The result is the correlation with the key within situations:",
        "There is none for somebody who rates all actions in each situation alike.",
        "The mean distance between the ratings and the key, in steps of the answer scale, is given as a description",
        "Both figures need ratings of three quarters of the actions: 3 of 4.",
    ):
        assert sheet.scoring.count(said) == 1


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (small_set(language="de", name="Klein"), ""),
        (with_action(text="Später drucken."), ""),
        (with_action(effectiveness=4), "the actions or their keys"),
    ],
)
def test_languages_of_one_version_differ_in_words_alone(other: dict[str, object], told: str) -> None:
    assert difference(read_judgement(small_set()), read_judgement(other)) == told


def test_questions_in_another_language_share_ids_choices_and_right_answers() -> None:
    german, turned = custom_questions(language="de"), custom_questions(right={"angle": ["flat"]})
    german["questions"][0]["text"] = "Wie steil steht eine Leiter?"
    german["questions"][0]["choices"][0]["label"] = "75 Grad"
    one = read_custom_questions(custom_questions())
    assert [difference(one, read_custom_questions(other)) for other in (german, turned)] == [
        "",
        "the right answers",
    ]


def test_the_sheet_of_a_judgement_set_without_a_panel_says_that_it_is_for_practice() -> None:
    told = "For practice and preview, not for decisions"
    assert [
        technical_sheet(judgement_set).limits[0].startswith(told)
        for judgement_set in (
            load_judgement("judgement_customer"),
            read_judgement(small_set() | {"panel": PANEL}),
        )
    ] == [True, False]
