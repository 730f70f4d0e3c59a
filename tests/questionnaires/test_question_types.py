"""Questions as JSON: parsing, writing and errors."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodword.core.text import clean_text
from goodword.questionnaires.builtin import load
from goodword.questionnaires.editor.descriptions import question_types
from goodword.questionnaires.editor.type_forms import FORMS
from goodword.questionnaires.gallery import SAMPLES
from goodword.questionnaires.questions import QuestionError, parse, to_json
from goodword.questionnaires.types import (
    RELATIONSHIPS,
    Choice,
    Condition,
    Level,
    LongText,
    MultipleChoice,
    Rating,
)
from tests.questionnaires.samples import CHOICES, KINDS, LEVELS, question, rating

DOCS = Path(__file__).parents[2] / "docs/questionnaires.md"


def test_every_type_has_an_example_a_place_in_the_editor_and_a_row_in_the_docs() -> None:
    types = set(KINDS)
    rows = DOCS.read_text("utf-8").partition("| type | more fields |")[2].partition("\n\n")[0].splitlines()
    assert {entry["type"] for entry in SAMPLES} == types
    assert set(question_types()) == set(FORMS) == types
    assert {name for row in rows[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])} == types


def test_parse_a_rating() -> None:
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


def test_parse_choices_with_limits() -> None:
    assert question("multiple_choice", most=2) == MultipleChoice(
        id="it",
        text="What of it?",
        choices=(Choice("red", "Red"), Choice("green", "Green"), Choice("blue", "Blue")),
        least=1,
        most=2,
    )


def test_defaults_of_a_long_text() -> None:
    assert question("long_text") == LongText(
        id="it", text="What of it?", help="", required=True, longest=10_000
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_survives_writing_and_parsing(kind: str) -> None:
    asked = (question(kind, help="Some help.", required=False),)
    assert parse(to_json(asked)) == asked
    assert [entry["type"] for entry in to_json(asked)] == [kind]


def _texts(longest: int) -> st.SearchStrategy[str]:
    """Cleaned texts that cleaning does not change again."""
    cleaned = st.text(min_size=1, max_size=longest).map(clean_text)
    return cleaned.filter(lambda text: 0 < len(text) <= longest and clean_text(text) == text)


COMMON = {
    "text": _texts(60),
    "help": _texts(60) | st.just(""),
    "required": st.booleans(),
    "self_text": _texts(60) | st.just(""),
    "only_for": st.lists(st.sampled_from(RELATIONSHIPS), unique=True),
}
OWN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "rating": {"competency": _texts(60), "can_pass": st.booleans(), "comment": st.booleans()},
    "agreement": {
        "competency": _texts(60) | st.just(""),
        "can_pass": st.booleans(),
        "comment": st.booleans(),
    },
    "adjectives": {"pick": st.integers(1, 2)},
    "between": {"left": _texts(60), "right": _texts(60), "can_pass": st.booleans()},
    "multiple_choice": {"most": st.integers(1, 3)},
    "number": {
        "least": st.none() | st.integers(-99, 0) | st.floats(-99, 0),
        "most": st.none() | st.integers(1, 99) | st.floats(1, 99),
        "unit": _texts(30) | st.just(""),
        "decimals": st.integers(0, 6),
    },
    "long_text": {"longest": st.integers(1, 10_000)},
    "short_text": {"longest": st.integers(1, 200)},
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_type_survives_writing_and_parsing_with_any_values(kind: str, data: st.DataObject) -> None:
    values = data.draw(st.fixed_dictionaries({}, optional=COMMON | OWN.get(kind, {})))
    first = question("yes_no_unsure", id="first")
    condition = {"question": "first", "is": data.draw(st.lists(st.sampled_from(["yes", "no"]), min_size=1))}
    alone = question(kind, **values)
    dependent = parse([*to_json([first]), {**to_json([alone])[0], "when": condition}])
    for questions in ((alone,), dependent):
        written = json.loads(json.dumps(to_json(questions)))
        assert parse(written) == questions
        assert json.loads(json.dumps(to_json(parse(written)))) == written


def test_optional_fields_are_written_only_if_set() -> None:
    plain = to_json([question("date")])
    assert plain == [{"type": "date", "id": "it", "text": "What of it?", "help": "", "required": True}]
    told = question("date", self_text="And you?", only_for=["peer", "manager", "peer"])
    assert to_json([told]) == [plain[0] | {"self_text": "And you?", "only_for": ["manager", "peer"]}]
    assert question("date", self_text="", only_for=[], when=None) == question("date")


def test_questions_stored_by_older_versions_are_parsed() -> None:
    stored = rating(help="", required=True, can_pass=True, comment=False)
    assert to_json(parse([stored])) == [stored]


def test_parsing_a_condition_removes_duplicates() -> None:
    condition = {"question": "first", "is": ["no", "unsure", "no"]}
    first = {"id": "first", "type": "yes_no_unsure", "text": "?"}
    asked = parse([first, {"id": "then", "type": "date", "text": "?", "when": condition}])
    assert asked[1].when == Condition(question="first", values=("no", "unsure"))


def _dependent(on: str, *values: object, first: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """A first question, a question that depends on `on`, and a last one."""
    return [
        first or {"id": "first", "type": "yes_no_unsure", "text": "?"},
        {"id": "then", "type": "date", "text": "?", "when": {"question": on, "is": list(values)}},
        {"id": "last", "type": "yes_no_unsure", "text": "?"},
    ]


def _loop() -> list[dict[str, Any]]:
    asked = _dependent("last", "yes")
    asked[2]["when"] = {"question": "then", "is": ["yes"]}
    return asked


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (_dependent("nobody", "yes"), "Question 2 depends on “nobody”, which does not exist."),
        (_dependent("then", "yes"), "Question 2 depends on itself."),
        (
            _dependent("last", "yes"),
            "Question 2 depends on “last”, which comes later.",
        ),
        (_loop(), "Question 2 depends on “last”, which in turn depends on it."),
        (
            _dependent("first", "maybe"),
            "Question 2 depends on the answer “maybe”, which “first” does not have.",
        ),
        (
            _dependent("first", "6", first=rating(id="first")),
            "Question 2 depends on the answer “6”, which “first” does not have.",
        ),
        (
            _dependent("first", "yes", first={"id": "first", "type": "short_text", "text": "?"}),
            ("Question 2 depends on “first”, which is not a choice, a yes or no, a rating or an agreement."),
        ),
        (_dependent("first"), "The condition of question 2 needs at least 1 entry under “is”."),
        (_dependent("first", 1), "The condition of question 2 needs a text under “is”, place 1."),
        (
            [{"id": "x", "type": "date", "text": "?", "when": "yes"}],
            "The condition of question 1 must be an object with named values.",
        ),
        (
            [{"id": "x", "type": "date", "text": "?", "when": {"question": "y", "is": ["yes"], "not": 1}}],
            "The condition of question 1 has “not”, which isn't a known field.",
        ),
        (
            [{"id": "x", "type": "date", "text": "?", "only_for": ["boss"]}],
            (
                "Question 1 is only for “boss”, which is not one of manager, peer, direct_report, client, "
                "teacher, fellow_student, other."
            ),
        ),
        (
            [{"id": "x", "type": "adjectives", "text": "?", "choices": CHOICES, "pick": 3}],
            "Question 1 asks to pick 3 of 3 words, which leaves no choice.",
        ),
        (
            [{"id": "x", "type": "adjectives", "text": "?", "choices": CHOICES}],
            "Question 1 needs “pick”.",
        ),
        (
            [{"id": "x", "type": "between", "text": "?", "left": "One"}],
            "Question 1 needs “right”.",
        ),
        (
            [{"id": "x", "type": "number", "text": "?", "least": 5, "most": 1.5}],
            "Question 1 has the minimum 5 and the maximum 1.5.",
        ),
        (
            [{"id": "x", "type": "number", "text": "?", "least": float("nan")}],
            "Question 1 needs a number under “least”.",
        ),
        (
            [{"id": "x", "type": "number", "text": "?", "decimals": 7}],
            "Question 1 needs at most 6 under “decimals”.",
        ),
        (
            [{"id": f"x{n}", "type": "date", "text": "?"} for n in range(101)],
            "A questionnaire has at most 100 questions; this one has 101.",
        ),
        (
            [
                {
                    "id": "x",
                    "type": "single_choice",
                    "text": "?",
                    "choices": [{"value": f"x{n}", "label": "?"} for n in range(61)],
                }
            ],
            "Question 1 has more than 60 entries under “choices”.",
        ),
        (
            [{"id": "x", "type": "date", "text": "?", "y" * 100_000: 1}],
            f"Question 1 has “{'y' * 60}…”, which isn't a known field.",
        ),
    ],
)
def test_invalid_conditions_limits_and_choices_are_rejected(data: Any, sentence: str) -> None:
    with pytest.raises(QuestionError) as refused:
        parse(data)
    assert str(refused.value) == sentence


def test_the_built_in_template_survives_writing_and_parsing() -> None:
    questions = load().questions
    assert parse(to_json(questions)) == questions


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "A questionnaire is a list with at least one question."),
        ({"id": "x"}, "A questionnaire is a list with at least one question."),
        (["x"], "Question 1 must be an object with named values."),
        ([{"id": "x"}], "Question 1 needs “type”."),
        (
            [
                {
                    "id": "x",
                    "type": "ranking",
                    "text": "?",
                    "choices": [{"value": f"v{n}", "label": str(n)} for n in range(11)],
                }
            ],
            "Question 1 has more than 10 entries under “choices”.",
        ),
        (
            [{"id": "x", "type": "riddle", "text": "?"}],
            (
                "Question 1 has the type “riddle”, which is not one of adjectives, agreement, between, date, "
                "dates_confirm, long_text, multiple_choice, number, period, ranking, rating, "
                "relationship_confirm, short_text, single_choice, title_confirm, would_work_again, yes_no_unsure."
            ),
        ),
        (
            [rating(id="No Way")],
            "Question 1 has the id “No Way”; use lower-case letters, digits and underscores, starting with a letter.",
        ),
        ([rating(), rating()], "Question 2 has the id “care”, which another question already has."),
        ([rating(text="  ")], "Question 1 needs a text under “text”."),
        ([rating(text="x" * 501)], "Question 1 has more than 500 characters under “text”."),
        ([rating(required="yes")], "Question 1 needs true or false under “required”."),
        ([rating(requird=True)], "Question 1 has “requird”, which isn't a known field."),
        ([rating(levels=LEVELS[:4])], "Question 1 needs five levels with the values 1 to 5 in this order."),
        (
            [rating(levels=[*LEVELS[:4], {"value": 5, "label": "Best"}])],
            "Level 5 of question 1 needs “example”.",
        ),
        (
            [{"id": "x", "type": "single_choice", "text": "?", "choices": CHOICES[:1]}],
            "Question 1 needs at least 2 entries under “choices”.",
        ),
        (
            [{"id": "x", "type": "single_choice", "text": "?", "choices": [*CHOICES, CHOICES[0]]}],
            "Question 1 has two choices with the same value.",
        ),
        (
            [{"id": "x", "type": "multiple_choice", "text": "?", "choices": CHOICES, "most": 4}],
            "Question 1 asks for 1 to 4 of 3 choices, which is impossible.",
        ),
        (
            [{"id": "x", "type": "long_text", "text": "?", "longest": 20_000}],
            "Question 1 needs at most 10000 under “longest”.",
        ),
    ],
)
def test_an_error_names_the_question(data: Any, sentence: str) -> None:
    with pytest.raises(QuestionError) as refused:
        parse(data)
    assert str(refused.value) == sentence
