"""Answers in words for display."""

from goodword.questionnaires.parse import parse
from goodword.questionnaires.reading import Json
from goodword.questionnaires.report import Row, rows
from goodword.questionnaires.types import Stated
from tests.questionnaires.samples import STATED, question, rating


def _row(kind: str, value: Json, stated: Stated = STATED) -> Row:
    return rows([question(kind)], {"it": value}, stated=stated)[0]


def test_a_rating_shows_level_example_and_comment() -> None:
    value: Json = {"level": 4, "not_able": False, "comment": "Always."}
    assert rows(parse([rating()]), {"care": value}) == (
        Row(
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


def test_not_able_to_judge_is_an_answer_without_a_level() -> None:
    row = _row("rating", {"level": None, "not_able": True, "comment": ""})
    assert (row.answer, row.answered, row.level) == ("I cannot judge this", True, None)


def test_a_question_left_open_has_a_row_without_an_answer() -> None:
    row = rows([question("rating")], {})[0]
    assert (row.answer, row.answered, row.competency) == ("", False, "Care")


def test_choices_show_their_labels() -> None:
    assert _row("single_choice", "green").answer == "Green"
    assert _row("multiple_choice", ["red", "blue"]).answer == "Red, Blue"


def test_work_again_shows_its_label_and_comment() -> None:
    row = _row("would_work_again", {"answer": "yes_with_reservations", "comment": "In another role."})
    assert (row.answer, row.comment) == ("Yes, with reservations", "In another role.")


def test_confirmed_dates_say_so() -> None:
    row = _row("dates_confirm", {"answer": "confirmed", "from": "2021-03", "to": "2023-08"})
    assert (row.answer, row.stated, row.verdict) == (
        "Confirmed: March 2021 to August 2023",
        "March 2021 to August 2023",
        "confirmed",
    )


def test_corrected_dates_stand_beside_the_stated_ones() -> None:
    row = _row("dates_confirm", {"answer": "corrected", "from": "2021-05", "to": None})
    assert (row.answer, row.stated, row.verdict) == (
        "since May 2021",
        "March 2021 to August 2023",
        "corrected",
    )


def test_who_is_not_sure_contradicts_nothing() -> None:
    row = _row("title_confirm", {"answer": "unsure", "title": ""})
    assert (row.answer, row.stated, row.verdict) == ("Not sure", "Analyst", "unsure")


def test_a_corrected_relationship_is_named() -> None:
    row = _row("relationship_confirm", {"answer": "corrected", "relationship": "direct_report"})
    assert (row.answer, row.stated, row.verdict) == ("Direct report", "Manager", "corrected")


def test_rows_stand_in_the_order_of_the_questions() -> None:
    asked = [question("long_text", id="second"), question("short_text", id="first")]
    assert [row.question_id for row in rows(asked, {"first": "a", "second": "b"})] == ["second", "first"]
