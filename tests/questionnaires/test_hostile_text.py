"""Hostile text is kept as text, without invisible or unstorable characters."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from goodword.core.text import clean_text
from goodword.questionnaires.answers import validate
from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.input_parsing import AnswerError
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.questions import QuestionError, fill_placeholders, to_json
from goodword.questionnaires.types import Question, Stated
from tests.questionnaires.samples import KINDS, STATED, question


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x";"y")',
        "#set page(width: 1pt)",
        "'; DROP TABLE answers; --",
        "{{ settings.SECRET_KEY }} {% include x %}",
        "Ελένη, 李, عمر, 👩‍👩‍👧",
    ],
)
def test_markup_formulas_and_any_script_are_kept_as_typed(hostile: str) -> None:
    assert validate(question("long_text"), hostile) == hostile


def test_control_and_bidi_characters_are_removed() -> None:
    typed = "a\x00b\x1b[31mc\u202ed\ud800e\ufefff\uffffg\x7fh\u2066i"
    assert clean_text(typed) == "ab[31mcdefghi"


def test_line_breaks_become_line_feeds() -> None:
    assert clean_text("a\r\nb\rc\u2028d\u0085e\vf") == "a\nb\nc\nd\ne\nf"
    assert clean_text("a\r\n\t b", one_line=True) == "a b"


def test_text_is_normalised_to_nfc() -> None:
    assert clean_text("Zoe\u0308") == "Zo\u00eb"


def test_a_text_without_any_visible_character_is_empty() -> None:
    assert clean_text("\u200b\u00a0\u3000\u00ad \n\u200e") == ""
    assert clean_text("\u200ba") == "\u200ba"


@pytest.mark.slow
@given(st.text())
def test_clean_text_is_stable_and_storable(typed: str) -> None:
    text = clean_text(typed)
    assert clean_text(text) == text
    assert text.encode("utf-8").decode("utf-8") == text
    assert {unicodedata.category(character) for character in text if character not in "\t\n"} & {
        "Cc",
        "Cs",
    } == set()


def test_the_length_limit_is_ten_thousand_characters() -> None:
    asked = question("long_text")
    assert validate(asked, "x" * 10_000) == "x" * 10_000
    with pytest.raises(AnswerError) as refused:
        validate(asked, "x" * 10_001)
    assert refused.value.sentence == ("This is 1 character over the limit of 10,000. Please shorten it.")
    with pytest.raises(AnswerError) as refused:
        validate(asked, "x" * 100_000)
    assert refused.value.sentence == (
        "This is 90,000 characters over the limit of 10,000. Please shorten it."
    )


def test_an_overlong_comment_is_an_error_of_the_comment() -> None:
    with pytest.raises(AnswerError) as refused:
        validate(question("yes_no_unsure"), {"answer": "yes", "comment": "x" * 2_001})
    assert refused.value.part == "comment"


MARKUP = "<script>alert('x')</script> & =1+1 {{ form }} {% now 'Y' %}"
#: the texts of each type, besides those of all types
OWN_TEXTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "rating": lambda text: {
        "competency": text[:60],
        "levels": [{"value": n, "label": text[:80], "example": text} for n in (1, 2, 3, 4, 5)],
    },
    "agreement": lambda text: {"competency": text[:60]},
    "single_choice": lambda text: {"choices": _choices(text)},
    "multiple_choice": lambda text: {"choices": _choices(text)},
    "adjectives": lambda text: {"choices": _choices(text), "pick": 1},
    "between": lambda text: {"left": text, "right": text},
    "number": lambda text: {"unit": text[:30]},
}


def _choices(text: str) -> list[dict[str, str]]:
    return [{"value": value, "label": text} for value in ("one", "two")]


def _own(kind: str, text: str) -> dict[str, Any]:
    return OWN_TEXTS[kind](text) if kind in OWN_TEXTS else {}


def _hostile(kind: str, text: str) -> Question:
    own = _own(kind, text)
    return question(kind, text=text, help=text, self_text=text, **own)


@pytest.mark.parametrize("kind", KINDS)
def test_markup_in_any_text_of_any_type_is_escaped(kind: str) -> None:
    stated = Stated(relationship="manager", title=MARKUP, company=MARKUP, from_month="2021-03")
    asked = fill_placeholders([_hostile(kind, MARKUP + " {candidate}")], candidate=MARKUP)
    page = render_to_string("questionnaires/questions.html", {"form": QuestionForm(asked, stated=stated)})
    plain = page.replace("<script src=", "")
    assert (plain.count("<script"), page.count("{{"), page.count("&amp;lt;")) == (
        0,
        page.count("{{ form }}"),
        0,
    )
    # at least text and help, each followed by the name
    assert page.count("&lt;script&gt;") >= 4
    shown = render_answers(asked, {}, stated=stated)[0]
    assert shown.question == f"{MARKUP} {MARKUP}"


@pytest.mark.parametrize("kind", KINDS)
def test_control_characters_are_removed_from_texts_of_every_type(kind: str) -> None:
    written = str(to_json([_hostile(kind, "a\x00b\x1b\u202e\ud800c")]))
    assert [written.count(bad) for bad in ("\\x00", "\\x1b", "\\u202e", "\\ud800")] == [0] * 4
    assert written.count("abc") >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_overlong_texts_of_any_type_are_rejected(kind: str) -> None:
    long = "x" * 100_000
    own = _own(kind, "x")
    for name in ("text", "help", "self_text", *(name for name in own if isinstance(own[name], str))):
        with pytest.raises(QuestionError) as refused:
            question(kind, **own | {name: long})
        assert re.fullmatch(rf"Question 1 has more than \d+ characters under “{name}”\.", str(refused.value))
    if "choices" in own:
        with pytest.raises(QuestionError) as refused:
            question(
                kind, **own | {"choices": [{"value": "one", "label": long}, {"value": "two", "label": "x"}]}
            )
        assert str(refused.value) == "Choice 1 of question 1 has more than 500 characters under “label”."


@pytest.mark.matrix
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sent", [MARKUP, "x" * 100_000, "a\x00b\ud800", "=cmd|' /C calc'!A0", "９９"])
def test_hostile_input_is_escaped_or_rejected(kind: str, sent: str) -> None:
    asked = question(kind)
    names = [
        f"q-it{name}"
        for name in (
            *("", "-comment", "-relationship", "-title", "-from_year", "-from_month", "-to_year"),
            *("_day", "_month", "_year"),
        )
    ]
    form = QuestionForm([asked], data=MultiValueDict({name: [sent] for name in names}), stated=STATED)
    if form.is_valid():
        shown = render_answers([asked], form.answers, stated=STATED)[0]
        assert clean_text(shown.answer) == shown.answer
    page = render_to_string("questionnaires/questions.html", {"form": form})
    assert page.replace("<script src=", "").count("<script") == 0
