"""Estimated minutes, pages and placeholders."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodword.questionnaires.builtin import load
from goodword.questionnaires.questions import (
    fill_placeholders,
    for_self,
    minutes,
    pages,
    question_seconds,
    to_json,
)
from goodword.questionnaires.types import Agreement, Condition, Question, YesNoUnsure
from tests.questionnaires.samples import question


def test_seconds_follow_the_documented_formula() -> None:
    # 3 words at 200 a minute, 4 seconds to decide, 4 words at 36 a minute
    assert round(question_seconds(question("short_text")), 3) == round(0.9 + 4 + 4 * 60 / 36, 3)
    # an optional text takes half the writing time
    assert round(question_seconds(question("long_text", required=False)), 3) == round(
        0.9 + 10 + 12.5 * 60 / 36, 3
    )


def test_repeated_labels_are_not_counted_again() -> None:
    once = question("rating", id="one", text="Well?")
    again = question("rating", id="two", text="Well?")
    # 1 word of text, 10 of labels, 10 of examples; the second time only the decision
    assert round(question_seconds(once), 1) == round(21 * 0.3 + 8, 1)
    assert minutes([once] * 3 + [again]) == 1


def test_the_general_template_takes_about_five_minutes() -> None:
    assert minutes(load().questions) == 5


def test_the_minimum_is_one_minute() -> None:
    assert minutes([question("yes_no_unsure")]) == 1


def test_the_general_template_takes_six_pages() -> None:
    assert [[asked.id for asked in page] for page in pages(load().questions)] == [
        ["relationship", "dates", "title"],
        ["reliability", "quality"],
        ["teamwork", "communication"],
        ["problem_solving"],
        ["adjectives", "beginning"],
        ["strengths", "develop", "work_again"],
    ]


def test_a_rating_with_a_comment_has_its_own_page() -> None:
    asked = [question("rating", id="a"), question("rating", id="b", comment=True), question("rating", id="c")]
    assert [[one.id for one in page] for page in pages(asked)] == [["a"], ["b"], ["c"]]


def test_placeholders_are_replaced_once_and_other_braces_stay() -> None:
    asked = question("rating", text="Was {candidate} at {company} {careful}?", help="{candidate}")
    filled = fill_placeholders([asked], candidate="{company} & Sons", company="Acme")[0]
    assert (filled.text, filled.help) == ("Was {company} & Sons at Acme {careful}?", "{company} & Sons")


@pytest.mark.parametrize(
    ("kind", "changes", "seconds"),
    [
        # 3 words of text each, plus 3 words of choices, 5 of statements, 2 of a unit
        ("agreement", {}, 0.9 + 5),
        ("adjectives", {"pick": 2}, 0.9 + 0.9 + 4 + 2 * 2),
        ("between", {}, 0.9 + 1.5 + 7),
        ("number", {"unit": "full days"}, 0.9 + 0.6 + 6),
        ("date", {}, 0.9 + 8),
        ("period", {}, 0.9 + 12),
    ],
)
def test_seconds_of_newer_types_follow_the_documented_formula(
    kind: str, changes: dict[str, Any], seconds: float
) -> None:
    assert round(question_seconds(question(kind, **changes)), 3) == round(seconds, 3)


def test_a_conditional_question_counts_half() -> None:
    first = question("yes_no_unsure", id="first", text="?")
    dependent = [
        replace(question("period", id=f"p{n}", text="?"), when=Condition(question="first", values=("yes",)))
        for n in range(10)
    ]
    # 4.3 seconds, and ten times half of 12 (their text has been read before)
    assert minutes([first, *dependent[:8]]) == 1
    assert minutes([first, *dependent]) == 1
    assert minutes([first, *dependent, *dependent]) == 2


def test_up_to_five_statements_of_one_competency_share_a_page() -> None:
    asked = [question("agreement", id=f"a{n}", competency="Care") for n in range(7)]
    asked += [question("agreement", id="b", competency="Pace")]
    asked += [question("agreement", id="c1"), question("agreement", id="c2")]
    assert [[one.id for one in page] for page in pages(asked)] == [
        ["a0", "a1", "a2", "a3", "a4"],
        ["a5", "a6"],
        ["b"],
        ["c1"],
        ["c2"],
    ]


def test_a_condition_starts_a_new_page() -> None:
    asked = [question("agreement", id=f"a{n}", competency="Care") for n in range(4)]
    asked[2] = replace(asked[2], when=Condition(question="a0", values=("1", "2")))
    assert [[one.id for one in page] for page in pages(asked)] == [["a0", "a1"], ["a2", "a3"]]


@pytest.mark.slow
@given(st.data())
def test_no_question_shares_a_page_with_one_it_depends_on(data: st.DataObject) -> None:
    kinds = ["agreement", "agreement", "yes_no_unsure", "dates_confirm", "title_confirm"]
    asked: list[Question] = []
    for n in range(data.draw(st.integers(1, 12))):
        before = [one.id for one in asked if isinstance(one, Agreement | YesNoUnsure)]
        kind = data.draw(st.sampled_from(kinds))
        made = question(kind, id=f"q{n}", **({"competency": "Care"} if kind == "agreement" else {}))
        on = data.draw(st.sampled_from(["", *before]))
        if on:
            made = replace(made, when=Condition(question=on, values=("1",)))
        asked.append(made)
    found = pages(asked)
    assert [one for page in found for one in page] == asked
    assert [
        one.id
        for page in found
        for one in page
        if one.when and one.when.question in {other.id for other in page}
    ] == []


def test_placeholders_are_replaced_in_every_text() -> None:
    name = "{candidate}"
    choices = [{"value": "red", "label": name}, {"value": "blue", "label": "Blue"}]
    asked = [
        question("between", text=name, help=name, self_text=name, left=name, right=name),
        question("adjectives", text=name, choices=choices, pick=1),
        question("single_choice", text=name, choices=choices),
        question("agreement", text=name, competency="Care"),
    ]
    assert to_json(fill_placeholders(asked, candidate="Ada"))[0] == {
        "type": "between",
        "id": "it",
        "text": "Ada",
        "help": "Ada",
        "required": True,
        "self_text": "Ada",
        "left": "Ada",
        "right": "Ada",
        "can_pass": True,
    }
    assert [str(to_json(fill_placeholders([one], candidate="Ada"))).count("Ada") for one in asked] == [
        5,
        2,
        2,
        1,
    ]
    assert for_self(fill_placeholders(asked, candidate="Ada"))[0].text == "Ada"
