"""Validation of answers: what is stored, and the errors."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodword.questionnaires.answers import validate
from goodword.questionnaires.input_parsing import AnswerError
from goodword.questionnaires.types import Stated
from tests.questionnaires.samples import KINDS, STATED, question

TODAY = date(2026, 11, 24)
#: types whose answer has no named parts
ALONE = {"single_choice", "multiple_choice", "adjectives", "ranking", "long_text", "short_text", "number"}


def _refusal(kind: str, raw: object, **changes: Any) -> tuple[str, str]:
    with pytest.raises(AnswerError) as refused:
        validate(question(kind, **changes), raw, stated=STATED, today=TODAY)
    return refused.value.part, refused.value.sentence


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        ("rating", {"level": "4"}, {"level": 4, "not_able": False, "comment": ""}),
        ("rating", 4, {"level": 4, "not_able": False, "comment": ""}),
        ("rating", {"level": "not_able"}, {"level": None, "not_able": True, "comment": ""}),
        ("agreement", {"level": "2"}, {"level": 2, "not_able": False, "comment": ""}),
        ("agreement", {"level": "not_able"}, {"level": None, "not_able": True, "comment": ""}),
        ("adjectives", ["blue", "red"], ["red", "blue"]),
        ("ranking", {"red": "2", "green": "3", "blue": "1"}, ["blue", "red", "green"]),
        ("ranking", ["green", "red", "blue"], ["green", "red", "blue"]),
        ("between", {"place": "5"}, {"place": 5, "not_able": False}),
        ("between", 1, {"place": 1, "not_able": False}),
        ("between", {"place": "not_able"}, {"place": None, "not_able": True}),
        ("number", " 12 ", 12),
        ("date", {"day": "4", "month": "3", "year": "2021"}, "2021-03-04"),
        ("date", "2024-02-29", "2024-02-29"),
        ("period", {"from": "2021-03", "to": "2021-05"}, {"from": "2021-03", "to": "2021-05"}),
        (
            "period",
            {"from": {"month": "3", "year": "2021"}, "to": {"month": "", "year": ""}, "ongoing": True},
            {"from": "2021-03", "to": None},
        ),
        ("single_choice", "green", "green"),
        ("multiple_choice", ["blue", "red", "red"], ["red", "blue"]),
        ("yes_no_unsure", {"answer": "unsure", "comment": " why "}, {"answer": "unsure", "comment": "why"}),
        ("would_work_again", "no", {"answer": "no", "comment": ""}),
        ("long_text", "One\r\ntwo  ", "One\ntwo"),
        ("short_text", " One\n two ", "One two"),
        ("relationship_confirm", "confirmed", {"answer": "confirmed", "relationship": "manager"}),
        (
            "relationship_confirm",
            {"answer": "corrected", "relationship": "peer"},
            {"answer": "corrected", "relationship": "peer"},
        ),
        ("dates_confirm", "confirmed", {"answer": "confirmed", "from": "2021-03", "to": "2023-08"}),
        (
            "dates_confirm",
            {"answer": "corrected", "from": {"month": "4", "year": "2021"}, "to": "2023-07"},
            {"answer": "corrected", "from": "2021-04", "to": "2023-07"},
        ),
        (
            "dates_confirm",
            {"answer": "corrected", "from": "2021-04", "to": "", "ongoing": True},
            {"answer": "corrected", "from": "2021-04", "to": None},
        ),
        (
            "dates_confirm",
            {"answer": "unsure", "from": "2021-04"},
            {"answer": "unsure", "from": None, "to": None},
        ),
        ("title_confirm", "confirmed", {"answer": "confirmed", "title": "Analyst"}),
        (
            "title_confirm",
            {"answer": "corrected", "title": " Lead  analyst "},
            {"answer": "corrected", "title": "Lead analyst"},
        ),
        ("title_confirm", {"answer": "unsure", "title": "x"}, {"answer": "unsure", "title": ""}),
    ],
)
def test_valid_answers_are_normalised_and_stable(kind: str, raw: object, stored: object) -> None:
    asked = question(kind)
    assert validate(asked, raw, stated=STATED, today=TODAY) == stored
    assert validate(asked, stored, stated=STATED, today=TODAY) == stored


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("nothing", [None, "", {}])
def test_optional_questions_may_be_left_empty(kind: str, nothing: object) -> None:
    if nothing == {} and kind in ALONE:
        nothing = None
    assert validate(question(kind, required=False), nothing, stated=STATED) is None


@pytest.mark.parametrize(
    ("kind", "part", "sentence"),
    [
        ("rating", "level", "Choose the level that fits best, or that you can't judge this."),
        ("agreement", "level", "Choose how much you agree, or that you can't judge this."),
        ("adjectives", "", "Choose exactly 2."),
        ("ranking", "red", "Rank each answer."),
        ("between", "place", "Choose the position that fits best, or that you can't judge this."),
        ("number", "", "Enter a number."),
        ("date", "", "Enter the date: day, month and year."),
        ("period", "from", "Enter the first month, with the year."),
        ("single_choice", "", "Choose one of the answers."),
        ("multiple_choice", "", "Choose at least 1 answer."),
        ("yes_no_unsure", "answer", "Choose one of the answers."),
        ("would_work_again", "answer", "Choose one of the answers."),
        ("long_text", "", "Please write something here. One sentence is enough."),
        ("short_text", "", "Please write something here. One sentence is enough."),
        ("relationship_confirm", "answer", "Confirm or correct the relationship."),
        ("dates_confirm", "answer", "Confirm or correct the dates, or say that you're not sure."),
        ("title_confirm", "answer", "Confirm or correct the job title, or say that you're not sure."),
    ],
)
def test_a_missing_answer_to_a_required_question_is_explained(kind: str, part: str, sentence: str) -> None:
    assert _refusal(kind, None) == (part, sentence)


def test_a_rating_without_a_way_to_pass_asks_for_a_level_only() -> None:
    assert _refusal("rating", None, can_pass=False) == ("level", "Choose the level that fits best.")
    unreadable = ("", "We couldn't read this answer. Please answer again.")
    assert _refusal("rating", "not_able", can_pass=False) == unreadable
    assert _refusal("agreement", None, can_pass=False) == ("level", "Choose how much you agree.")
    assert _refusal("between", None, can_pass=False) == ("place", "Choose the position that fits best.")


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize(
    ("raw", "part", "sentence"),
    [
        ({"red": "1", "green": "", "blue": "2"}, "green", "Please rank “Green” too."),
        (
            {"red": "1", "green": "2", "blue": "2"},
            "blue",
            "Rank 2 is already given to “Green”. Use each rank once.",
        ),
        ({"red": "4"}, "", "We couldn't read this answer. Please answer again."),
        (["red", "red", "blue"], "", "We couldn't read this answer. Please answer again."),
        (["red", "white", "blue"], "", "We couldn't read this answer. Please answer again."),
    ],
)
def test_a_ranking_gives_each_choice_its_own_rank(
    raw: object, part: str, sentence: str, required: bool
) -> None:
    assert _refusal("ranking", raw, required=required) == (part, sentence)


def test_the_number_of_choices_is_limited() -> None:
    assert _refusal("multiple_choice", ["red", "blue"], most=1) == ("", "Choose at most 1 answer.")
    assert _refusal("multiple_choice", ["red"], least=2) == ("", "Choose at least 2 answers.")


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (["red"], "Choose 1 more (2 in all)."),
        (["red", "green", "blue"], "1 too many. Choose exactly 2."),
        (["red", "mauve"], "We couldn't read this answer. Please answer again."),
        ("red", "We couldn't read this answer. Please answer again."),
    ],
)
def test_exactly_the_given_number_of_words_is_picked(chosen: object, sentence: str) -> None:
    assert _refusal("adjectives", chosen) == ("", sentence)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"day": "4", "month": "", "year": ""}, "Enter the full date: day, month and year."),
        (
            {"day": "", "month": "3", "year": "2021"},
            "Enter the full date: day, month and year.",
        ),
        ({"day": "32", "month": "3", "year": "2021"}, "Enter the day as a number from 1 to 31."),
        ({"day": "first", "month": "3", "year": "2021"}, "Enter the day as a number from 1 to 31."),
        ({"day": "30", "month": "2", "year": "2021"}, "That date doesn't exist. Please check it."),
        ({"day": "29", "month": "2", "year": "2023"}, "That date doesn't exist. Please check it."),
        ({"day": "4", "month": "3", "year": "21"}, "Enter the year with four digits, for example 2021."),
        ({"day": "4", "month": "3", "year": "1066"}, "Enter a year from 1950 to 2100."),
        ({"day": "4", "month": "13", "year": "2021"}, "Choose a month from January to December."),
        ("4.3.2021", "Enter the date as year, month and day, for example 2021-03-04."),
    ],
)
def test_an_impossible_date_is_rejected_with_advice(raw: object, sentence: str) -> None:
    assert _refusal("date", raw) == ("", sentence)


@pytest.mark.parametrize(
    ("raw", "part", "sentence"),
    [
        ({"from": "", "to": "2023-01"}, "from", "Enter the first month, with the year."),
        ({"from": "", "to": "", "ongoing": True}, "from", "Enter the first month, with the year."),
        (
            {"from": "2021-01", "to": ""},
            "to",
            "Enter the last month, with the year, or tick that it's ongoing.",
        ),
        (
            {"from": "2021-05", "to": "2021-04"},
            "to",
            "The last month is before the first month.",
        ),
        ({"from": "2021-05", "to": {"month": "4", "year": ""}}, "to", "Enter the year as well as the month."),
    ],
)
def test_periods_follow_the_same_rules_as_confirmed_dates(
    raw: dict[str, Any], part: str, sentence: str
) -> None:
    assert _refusal("period", raw) == (part, sentence)


def test_a_period_may_be_in_the_future() -> None:
    stored = validate(question("period"), {"from": "2027-01", "to": "2027-12"}, today=TODAY)
    assert stored == {"from": "2027-01", "to": "2027-12"}


@pytest.mark.parametrize(
    ("raw", "part", "sentence"),
    [
        ({"from": "", "to": "2023-01"}, "from", "Enter the first month, with the year."),
        (
            {"from": "2021-01", "to": ""},
            "to",
            "Enter the last month, with the year, or tick that it's ongoing.",
        ),
        ({"from": {"month": "3", "year": ""}}, "from", "Enter the year as well as the month."),
        ({"from": {"month": "", "year": "2021"}}, "from", "Choose the month as well as the year."),
        (
            {"from": {"month": "3", "year": "21"}},
            "from",
            "Enter the year with four digits, for example 2021.",
        ),
        (
            {"from": {"month": "3", "year": "２０２１"}},
            "from",
            "Enter the year with four digits, for example 2021.",
        ),
        (
            {"from": {"month": "13", "year": "2021"}},
            "from",
            "Choose a month from January to December.",
        ),
        ({"from": "spring"}, "from", "Enter the month and the year, for example 2021-03."),
        (
            {"from": "2021-05", "to": "2021-04"},
            "to",
            "The last month is before the first month.",
        ),
        (
            {"from": "2026-12", "ongoing": True},
            "from",
            "The first month is in the future. Please check it.",
        ),
        (
            {"from": "2026-11", "to": "2026-12"},
            "to",
            "The last month is in the future. Please check it.",
        ),
    ],
)
def test_an_impossible_period_is_rejected_at_the_month_concerned(
    raw: dict[str, Any], part: str, sentence: str
) -> None:
    assert _refusal("dates_confirm", {"answer": "corrected"} | raw) == (part, sentence)


def test_the_current_month_is_not_in_the_future() -> None:
    raw = {"answer": "corrected", "from": "2026-11", "to": "2026-11"}
    stored = validate(question("dates_confirm"), raw, today=TODAY)
    assert stored == {"answer": "corrected", "from": "2026-11", "to": "2026-11"}


def test_a_correction_needs_the_corrected_value() -> None:
    title = ("title", "Enter the job title as you know it.")
    assert _refusal("title_confirm", {"answer": "corrected", "title": " \n"}) == title
    assert _refusal("relationship_confirm", "corrected") == ("relationship", "Choose the relationship.")


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        ("relationship_confirm", {"relationship": "peer"}, {"answer": "corrected", "relationship": "peer"}),
        ("title_confirm", {"title": "Analyst"}, {"answer": "corrected", "title": "Analyst"}),
        ("title_confirm", "unsure", {"answer": "unsure", "title": ""}),
        (
            "dates_confirm",
            {"from": "2021-03", "to": "2021-05"},
            {"answer": "corrected", "from": "2021-03", "to": "2021-05"},
        ),
    ],
)
def test_without_a_statement_the_referee_states_the_facts(kind: str, raw: object, stored: object) -> None:
    assert validate(question(kind), raw, stated=Stated()) == stored


@pytest.mark.parametrize("kind", ["relationship_confirm", "title_confirm", "dates_confirm"])
def test_a_missing_statement_cannot_be_confirmed(kind: str) -> None:
    with pytest.raises(AnswerError) as refused:
        validate(question(kind), "confirmed", stated=Stated())
    assert refused.value.sentence == "We couldn't read this answer. Please answer again."


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(
    raw=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "level",
                        "place",
                        "not_able",
                        "day",
                        "answer",
                        "comment",
                        "from",
                        "to",
                        "title",
                        "relationship",
                        "ongoing",
                        "year",
                        "month",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=6,
    )
)
def test_any_input_is_stored_or_rejected(kind: str, raw: object) -> None:
    asked = question(kind)
    try:
        stored = validate(asked, raw, stated=STATED, today=TODAY)
    except AnswerError as refused:
        assert refused.sentence.endswith(".")
    else:
        assert validate(asked, stored, stated=STATED, today=TODAY) == stored
