"""The technical sheet states what is known and what is not."""

from goodword.assessments.kinds.builtin import WORK_STYLE_FORM
from goodword.assessments.kinds.registry import technical_sheet
from goodword.assessments.kinds.scales.content import parse_pack
from goodword.assessments.kinds.scores import ReliabilityDetails
from goodword.reports.phrases import words_for
from tests.assessments.builtins import load
from tests.assessments.kinds.packs import small_pack


def test_the_sheet_of_the_short_form_states_its_facts() -> None:
    sheet = technical_sheet(load(), WORK_STYLE_FORM)
    assert (sheet.title, sheet.form, sheet.n_items, sheet.version) == (
        "Work style",
        "Short form, 20 items",
        20,
        "4",
    )
    assert [(scale.construct, scale.n_items, scale.n_plus, scale.n_minus) for scale in sheet.scales] == [
        ("Extraversion", 4, 2, 2),
        ("Agreeableness", 4, 2, 2),
        ("Conscientiousness", 4, 2, 2),
        ("Emotional stability", 4, 2, 2),
        ("Openness", 4, 2, 2),
    ]
    assert sheet.scoring == (
        "Each scale is the mean of its answers, from 1 to 5. Answers to items keyed “-” are reversed "
        "first (6 minus the answer). A scale has a mean only if three quarters of its items are answered: "
        "3 of 4. There is no total."
    )


def test_the_sheet_states_what_is_unknown() -> None:
    sheet = technical_sheet(load())
    assert [
        text.split(".")[0].split(":")[0] for text in (sheet.reliability, sheet.norms, sheet.validity)
    ] == ["None yet"] * 3


def test_a_full_form_is_named_by_its_items() -> None:
    assert technical_sheet(load()).form == "Full form, 50 items"


def test_norms_are_shown_with_their_number_source_and_caveat_for_their_own_form_only() -> None:
    instrument = parse_pack(small_pack())
    assert technical_sheet(instrument, "half").norms == (
        "visitors (120 people). a survey. not representative. It is shown for information only: no percentile "
        "comes from it, because it doesn't say what type of device people used."
    )
    assert technical_sheet(instrument, "full").norms == technical_sheet(load()).norms


def test_the_short_form_takes_about_three_minutes_and_the_full_one_about_seven() -> None:
    assert (load().minutes(WORK_STYLE_FORM), load().minutes("full")) == (3, 7)


def test_a_reliability_by_calibration_keeps_the_formula_that_it_was_computed_by() -> None:
    older, newer = (
        ReliabilityDetails(value=0.8, way=way, n=240, alpha=None, omega=None)
        for way in ("calibration", "calibrated_number")
    )
    assert older.formula.startswith("1 − mean squared standard error of the abilities")
    assert newer.formula.startswith("variance of the expected number solved")
    assert older.figures == newer.figures == "0.80, from the calibration, 240 people"
    words = words_for("en")
    assert words("coefficient_calibration") != words("coefficient_calibrated_number")
