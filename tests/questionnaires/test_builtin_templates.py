"""The built-in templates, in every language."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from goodword.questionnaires.builtin import SOURCE_LANGUAGE, competencies, keys, languages, load
from goodword.questionnaires.questions import applicable, minutes, parse, to_json
from goodword.questionnaires.types import (
    CONFIRMING,
    LONGEST_TEXT,
    RELATIONSHIPS,
    Adjectives,
    Between,
    LongText,
    Question,
    Rating,
    WouldWorkAgain,
)

each = pytest.mark.parametrize(
    ("key", "language"), [(key, each) for key in keys() for each in languages(key)]
)
each_key = pytest.mark.parametrize("key", keys())

FACTS = ["relationship_confirm", "dates_confirm", "title_confirm"]


def _bare(question: Question) -> Question:
    """A question without its texts: equal in all languages."""
    bare = replace(question, text="", help="", self_text="yes" if question.self_text else "")
    if isinstance(bare, Rating):
        levels = tuple(replace(level, label="", example="") for level in bare.levels)
        bare = replace(bare, competency="", levels=levels)
    if isinstance(bare, Adjectives):
        bare = replace(bare, choices=tuple(replace(choice, label="") for choice in bare.choices))
    if isinstance(bare, Between):
        bare = replace(bare, left="", right="")
    return bare


def test_there_are_five_templates_in_three_languages() -> None:
    assert {key: languages(key) for key in keys()} == dict.fromkeys(
        ("general_professional", "leadership", "sales_customer", "engineering", "early_career"),
        ("de", "en", "fr"),
    )


@each_key
def test_each_template_has_the_same_types_of_question(key: str) -> None:
    assert [question.type for question in load(key).questions] == [
        *FACTS,
        *["rating"] * 5,
        "adjectives",
        "between",
        "long_text",
        "long_text",
        "would_work_again",
    ]


def test_the_general_template_keeps_the_competencies_of_its_first_version() -> None:
    template = load()
    assert template.version == 5
    assert [question.id for question in template.questions] == [
        "relationship",
        "dates",
        "title",
        "reliability",
        "quality",
        "teamwork",
        "communication",
        "problem_solving",
        "adjectives",
        "beginning",
        "strengths",
        "develop",
        "work_again",
    ]


@each
def test_translations_differ_only_in_texts(key: str, language: str) -> None:
    english, other = load(key), load(key, language=language)
    assert (other.key, other.version, other.language) == (key, english.version, language)
    assert [_bare(question) for question in other.questions] == [
        _bare(question) for question in english.questions
    ]


@each
def test_templates_survive_writing_and_parsing(key: str, language: str) -> None:
    questions = load(key, language=language).questions
    assert parse(json.loads(json.dumps(to_json(questions)))) == questions


@each
def test_templates_take_at_most_five_minutes(key: str, language: str) -> None:
    questions = load(key, language=language).questions
    assert minutes(questions) <= 5
    assert all(
        minutes(applicable(questions, relationship=relationship)) <= 5 for relationship in RELATIONSHIPS
    )


@each_key
def test_every_relationship_rates_at_least_four_competencies(key: str) -> None:
    for relationship in RELATIONSHIPS:
        asked = applicable(load(key).questions, relationship=relationship)
        assert sum(isinstance(question, Rating) for question in asked) in {4, 5}


def test_some_competencies_are_only_for_certain_relationships() -> None:
    assert {
        (key, question.id): question.only_for
        for key in keys()
        for question in load(key).questions
        if question.only_for
    } == {("leadership", "growth"): ("direct_report",), ("sales_customer", "targets"): ("manager",)}


@each
def test_all_ratings_are_required_and_can_be_passed(key: str, language: str) -> None:
    for question in load(key, language=language).questions:
        assert question.required
        if isinstance(question, Rating | Between):
            assert question.can_pass
        if isinstance(question, LongText):
            assert question.longest == LONGEST_TEXT
        if isinstance(question, WouldWorkAgain):
            assert question.comment


@each
def test_self_assessment_texts_address_the_candidate(key: str, language: str) -> None:
    for question in load(key, language=language).questions:
        assert ("{candidate}" in question.text) == (question.id != "dates")
        if isinstance(question, (*CONFIRMING, WouldWorkAgain)):
            assert question.self_text == ""
        else:
            assert question.self_text and "{" not in question.self_text


@each
def test_five_of_twenty_words_are_picked(key: str, language: str) -> None:
    (words,) = (
        question for question in load(key, language=language).questions if isinstance(question, Adjectives)
    )
    assert (words.pick, len(words.choices)) == (5, 20)
    assert set(Counter(choice.label for choice in words.choices).values()) == {1}


def test_every_competency_is_used_in_a_template() -> None:
    used = {question.id for key in keys() for question in load(key).questions if isinstance(question, Rating)}
    assert used == {competency.key for competency in competencies()}


def test_missing_languages_fall_back_to_english() -> None:
    assert load(language="pt") == load(language="en-gb") == load()
    assert load(language="de_AT").language == "de"
    assert competencies("pt") == competencies(SOURCE_LANGUAGE)


def test_an_unknown_template_is_rejected() -> None:
    with pytest.raises(LookupError) as refused:
        load("horoscope")
    assert refused.value.args == ("There is no built-in questionnaire “horoscope”.",)
    assert languages("horoscope") == ()
