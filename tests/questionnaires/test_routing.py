"""Which questions are asked: by relationship, by earlier answers, and in a self-assessment."""

from collections.abc import Mapping
from typing import Any

import pytest

from goodword.core.validation import Json
from goodword.questionnaires.questions import applicable, for_self, parse
from goodword.questionnaires.types import RELATIONSHIPS, Question
from tests.questionnaires.samples import CHOICES, question, rating


def _ids(questions: tuple[Question, ...]) -> str:
    return " ".join(asked.id for asked in questions)


def _when(name: str, *values: str) -> dict[str, Any]:
    return {"question": name, "is": list(values)}


def _text(name: str, **changes: Any) -> dict[str, Any]:
    return {"id": name, "type": "long_text", "text": "Why?"} | changes


LED = {"id": "led", "type": "yes_no_unsure", "text": "Did they lead?"}
CHAIN = parse(
    [
        LED,
        _text("how", when=_when("led", "yes")),
        {"id": "again", "type": "yes_no_unsure", "text": "Again?", "when": _when("led", "yes", "unsure")},
        _text("why", when=_when("again", "no")),
        _text("managers", only_for=["manager"]),
        _text("end"),
    ]
)
YES: Json = {"answer": "yes", "comment": ""}
NO: Json = {"answer": "no", "comment": ""}
UNSURE: Json = {"answer": "unsure", "comment": "Sometimes."}


@pytest.mark.parametrize(
    ("relationship", "answers", "asked"),
    [
        ("", None, "led how again why managers end"),
        ("manager", None, "led how again why managers end"),
        ("peer", None, "led how again why end"),
        ("peer", {}, "led end"),
        ("peer", {"led": None}, "led end"),
        ("peer", {"led": NO}, "led end"),
        ("peer", {"led": YES}, "led how again end"),
        ("peer", {"led": UNSURE}, "led again end"),
        ("manager", {"led": YES, "again": NO}, "led how again why managers end"),
        # "again" was answered before "led" became no: its dependants are not asked either
        ("peer", {"led": NO, "again": NO}, "led end"),
    ],
)
def test_relationship_and_answers_decide_which_questions_are_asked(
    relationship: str, answers: Mapping[str, Json] | None, asked: str
) -> None:
    assert _ids(applicable(CHAIN, relationship=relationship, answers=answers)) == asked


@pytest.mark.parametrize(
    ("kind", "changes", "on", "answer", "is_asked"),
    [
        ("yes_no_unsure", {}, ["unsure"], UNSURE, True),
        ("would_work_again", {}, ["no", "yes_with_reservations"], NO, True),
        ("would_work_again", {}, ["yes_with_reservations"], {"answer": "yes", "comment": ""}, False),
        ("single_choice", {}, ["red"], "red", True),
        ("single_choice", {}, ["red"], "blue", False),
        ("multiple_choice", {}, ["red", "blue"], ["green", "blue"], True),
        ("multiple_choice", {}, ["red"], ["green", "blue"], False),
        ("rating", {}, ["1", "2"], {"level": 2, "not_able": False, "comment": ""}, True),
        ("rating", {}, ["1", "2"], {"level": 3, "not_able": False, "comment": ""}, False),
        ("rating", {}, ["1", "2", "3", "4", "5"], {"level": None, "not_able": True, "comment": ""}, False),
        ("agreement", {}, ["5"], {"level": 5, "not_able": False, "comment": ""}, True),
        ("agreement", {"required": False}, ["5"], None, False),
    ],
)
def test_conditions_compare_the_stored_answer_of_each_type(
    kind: str, changes: dict[str, Any], on: list[str], answer: Json, is_asked: bool
) -> None:
    first = {"id": "it", "type": kind, "text": "What?"} | changes
    if kind == "rating":
        first = rating(id="it", **changes)
    if "choice" in kind:
        first |= {"choices": CHOICES}
    asked = applicable(parse([first, _text("then", when=_when("it", *on))]), answers={"it": answer})
    assert _ids(asked) == ("it then" if is_asked else "it")


def test_dependants_of_questions_for_other_relationships_are_not_asked() -> None:
    questions = parse([LED | {"only_for": ["manager", "peer"]}, _text("how", when=_when("led", "yes"))])
    assert _ids(applicable(questions, relationship="peer")) == "led how"
    assert _ids(applicable(questions, relationship="client")) == ""
    assert _ids(applicable(questions, relationship="client", answers={"led": YES})) == ""


def test_a_self_assessment_uses_its_own_texts_and_has_no_confirmations() -> None:
    questions = parse(
        [
            {"id": "dates", "type": "dates_confirm", "text": "Condition?"},
            rating(self_text="How careful are you?"),
            {"id": "again", "type": "would_work_again", "text": "Again?"},
            _text("why", when=_when("again", "no")),
            _text("more"),
        ]
    )
    assert [(asked.id, asked.text, asked.self_text) for asked in for_self(questions)] == [
        ("care", "How careful are you?", ""),
        ("more", "Why?", ""),
    ]


def test_questions_without_conditions_are_asked_of_everyone() -> None:
    questions = (question("long_text"), question("date", id="on"))
    assert [
        applicable(questions, relationship=relationship, answers={}) for relationship in RELATIONSHIPS
    ] == [questions] * 7
