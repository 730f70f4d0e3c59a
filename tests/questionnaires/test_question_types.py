"""Questions from JSON: read whole, written back, refused with a sentence."""

from typing import Any

import pytest

from goodword.questionnaires.builtin import load
from goodword.questionnaires.parse import QuestionError, parse, to_json
from goodword.questionnaires.types import Choice, Level, LongText, MultipleChoice, Rating
from tests.questionnaires.samples import CHOICES, KINDS, LEVELS, question, rating


def test_a_rating_is_read_with_its_five_levels() -> None:
    assert parse([rating(help="As you saw it.", required=False, comment=True)]) == (
        Rating(
            id="care",
            text="How careful was {candidate}?",
            help="As you saw it.",
            required=False,
            competency="Care",
            levels=tuple(Level(value, f"Label {value}", f"Example {value}") for value in (1, 2, 3, 4, 5)),
            can_pass=True,
            comment=True,
        ),
    )


def test_choices_are_read_with_their_bounds() -> None:
    assert question("multiple_choice", most=2) == MultipleChoice(
        id="it",
        text="What of it?",
        choices=(Choice("red", "Red"), Choice("green", "Green"), Choice("blue", "Blue")),
        least=1,
        most=2,
    )


def test_a_text_is_required_and_takes_ten_thousand_characters_unless_it_says_otherwise() -> None:
    assert question("long_text") == LongText(
        id="it", text="What of it?", help="", required=True, longest=10_000
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_read_back_from_what_is_written(kind: str) -> None:
    asked = (question(kind, help="Some help.", required=False),)
    assert parse(to_json(asked)) == asked
    assert [entry["type"] for entry in to_json(asked)] == [kind]


def test_the_built_in_template_is_read_back_from_what_is_written() -> None:
    questions = load().questions
    assert parse(to_json(questions)) == questions


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "A questionnaire is a list with at least one question."),
        ({"id": "x"}, "A questionnaire is a list with at least one question."),
        (["x"], "Question 1 must be an object with named values."),
        ([{"id": "x"}], "Question 1 needs a text under “type”."),
        (
            [{"id": "x", "type": "riddle", "text": "?"}],
            (
                "Question 1 has the type “riddle”, which is none of adjectives, agreement, between, date, "
                "dates_confirm, long_text, multiple_choice, number, period, rating, relationship_confirm, "
                "short_text, single_choice, title_confirm, would_work_again, yes_no_unsure."
            ),
        ),
        (
            [rating(id="No Way")],
            "Question 1 has the id “No Way”; use small letters, digits and underscores, a letter first.",
        ),
        ([rating(), rating()], "Question 2 has the id “care”, which another question has already."),
        ([rating(text="  ")], "Question 1 needs a text under “text”."),
        ([rating(text="x" * 501)], "Question 1 has more than 500 characters under “text”."),
        ([rating(required="yes")], "Question 1 needs true or false under “required”."),
        ([rating(requird=True)], "Question 1 has “requird”, which is not known here."),
        ([rating(levels=LEVELS[:4])], "Question 1 needs five levels with the values 1 to 5 in this order."),
        (
            [rating(levels=[*LEVELS[:4], {"value": 5, "label": "Best"}])],
            "Level 5 of question 1 needs a text under “example”.",
        ),
        (
            [{"id": "x", "type": "single_choice", "text": "?", "choices": CHOICES[:1]}],
            "Question 1 needs at least two choices.",
        ),
        (
            [{"id": "x", "type": "single_choice", "text": "?", "choices": [*CHOICES, CHOICES[0]]}],
            "Question 1 has two choices with the same value.",
        ),
        (
            [{"id": "x", "type": "multiple_choice", "text": "?", "choices": CHOICES, "most": 4}],
            "Question 1 asks for 1 to 4 of 3 choices, which cannot be.",
        ),
        (
            [{"id": "x", "type": "long_text", "text": "?", "longest": 20_000}],
            "Question 1 allows 20000 characters; it must be between 1 and 10000.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_that_names_the_question(data: Any, sentence: str) -> None:
    with pytest.raises(QuestionError) as refused:
        parse(data)
    assert str(refused.value) == sentence
