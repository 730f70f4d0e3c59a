"""Answers as text for display."""

import pytest
from django.utils import translation

from goodword.core.validation import Json
from goodword.questionnaires import labels
from goodword.questionnaires.labels import RenderedAnswer, render_answers
from goodword.questionnaires.questions import fill_placeholders, parse
from goodword.questionnaires.types import Stated
from tests.questionnaires.samples import STATED, question, rating


def _row(kind: str, value: Json, stated: Stated = STATED) -> RenderedAnswer:
    return render_answers([question(kind)], {"it": value}, stated=stated)[0]


def test_a_rating_shows_level_example_and_comment() -> None:
    value: Json = {"level": 4, "not_able": False, "comment": "Always."}
    assert render_answers(parse([rating()]), {"care": value}) == (
        RenderedAnswer(
            question_id="care",
            kind="rating",
            question="How careful was {candidate}?",
            answer="Label 4",
            answered=True,
            detail="Example 4",
            comment="Always.",
            competency="Care",
            level=4,
        ),
    )


def test_not_able_to_judge_counts_as_answered_without_a_level() -> None:
    row = _row("rating", {"level": None, "not_able": True, "comment": ""})
    assert (row.answer, row.answered, row.level) == ("I can't judge this", True, None)


def test_an_unanswered_question_has_a_row_without_an_answer() -> None:
    row = render_answers([question("rating")], {})[0]
    assert (row.answer, row.answered, row.competency) == ("", False, "Care")


def test_choices_show_their_labels() -> None:
    assert _row("single_choice", "green").answer == "Green"
    assert _row("multiple_choice", ["red", "blue"]).answer == "Red, Blue"
    assert _row("ranking", ["blue", "red", "green"]).answer == "1. Blue, 2. Red, 3. Green"


def test_work_again_shows_its_label_and_comment() -> None:
    row = _row("would_work_again", {"answer": "yes_with_reservations", "comment": "In another role."})
    assert (row.answer, row.comment) == ("Yes, with reservations", "In another role.")


def test_confirmed_dates() -> None:
    row = _row("dates_confirm", {"answer": "confirmed", "from": "2021-03", "to": "2023-08"})
    assert (row.answer, row.stated, row.verdict) == (
        "Confirmed: March 2021 to August 2023",
        "March 2021 to August 2023",
        "confirmed",
    )


def test_corrected_dates_are_shown_with_the_stated_ones() -> None:
    row = _row("dates_confirm", {"answer": "corrected", "from": "2021-05", "to": None})
    assert (row.answer, row.stated, row.verdict) == (
        "since May 2021",
        "March 2021 to August 2023",
        "corrected",
    )


def test_not_sure_is_not_a_correction() -> None:
    row = _row("title_confirm", {"answer": "unsure", "title": ""})
    assert (row.answer, row.stated, row.verdict) == ("Not sure", "Analyst", "unsure")


def test_a_corrected_relationship_is_named() -> None:
    row = _row("relationship_confirm", {"answer": "corrected", "relationship": "direct_report"})
    assert (row.answer, row.stated, row.verdict) == ("Direct report", "Manager", "corrected")


def test_rows_are_in_the_order_of_the_questions() -> None:
    asked = [question("long_text", id="second"), question("short_text", id="first")]
    assert [row.question_id for row in render_answers(asked, {"first": "a", "second": "b"})] == [
        "second",
        "first",
    ]


def test_agreement_shows_its_label_level_and_competency() -> None:
    asked = [question("agreement", competency="Care", comment=True)]
    row = render_answers(asked, {"it": {"level": 2, "not_able": False, "comment": "Rarely."}})[0]
    assert (row.answer, row.level, row.competency, row.comment) == ("Disagree", 2, "Care", "Rarely.")
    passed = render_answers(asked, {"it": {"level": None, "not_able": True, "comment": ""}})[0]
    assert (passed.answer, passed.answered, passed.level) == ("I can't judge this", True, None)


def test_a_place_shows_its_label_and_both_statements() -> None:
    row = _row("between", {"place": 4, "not_able": False})
    assert (row.answer, row.place, row.left, row.right) == (
        "A little more like: Starts at once",
        4,
        "Plans first",
        "Starts at once",
    )
    passed = _row("between", {"place": None, "not_able": True})
    assert (passed.answer, passed.place, passed.left) == ("I can't judge this", None, "Plans first")
    left_open = render_answers([question("between")], {})[0]
    assert (left_open.answer, left_open.answered, left_open.left) == ("", False, "Plans first")


def test_words_numbers_dates_and_periods_are_rendered() -> None:
    assert _row("adjectives", ["red", "blue"]).answer == "Red, Blue"
    assert _row("number", 12).answer == "12"
    assert render_answers([question("number", unit="hours")], {"it": 7.5})[0].answer == "7.5 hours"
    assert _row("date", "2021-03-04").answer == "4 March 2021"
    assert _row("period", {"from": "2021-03", "to": "2022-01"}).answer == "March 2021 to January 2022"
    assert _row("period", {"from": "2021-03", "to": None}).answer == "since March 2021"


def test_numbers_are_rendered_for_the_language() -> None:
    with translation.override("de"):
        assert render_answers([question("number", unit="Stunden")], {"it": 7.5})[0].answer == "7,5 Stunden"


def test_a_period_within_one_month() -> None:
    assert labels.period("2023-02", "2023-02") == "February 2023"
    assert labels.period("2023-02", None) == "since February 2023"


def test_a_french_period_needs_no_elision() -> None:
    with translation.override("fr"):
        assert labels.period("2021-04", "2023-08") == "avril 2021 à août 2023"


@pytest.mark.parametrize(
    ("language", "candidate", "said"),
    [
        ("fr", "Ada", "Le travail d’Ada, ce qu’Ada fait et Ada."),
        ("fr", "Élodie", "Le travail d’Élodie, ce qu’Élodie fait et Élodie."),
        ("fr", "Paul", "Le travail de Paul, ce que Paul fait et Paul."),
        ("es", "Ada", "Le travail de Ada, ce que Ada fait et Ada."),
    ],
)
def test_french_words_are_elided_before_a_name(language: str, candidate: str, said: str) -> None:
    text = "Le travail de {candidate}, ce que {candidate} fait et {candidate}."
    [question] = fill_placeholders(
        parse([{"id": "work", "type": "long_text", "text": text}]), candidate=candidate, language=language
    )
    assert question.text == said
