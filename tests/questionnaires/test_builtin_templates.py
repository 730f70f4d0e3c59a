"""The built-in reference template, in every language it exists in."""

import re

import pytest

from goodword.questionnaires.builtin import languages, load
from goodword.questionnaires.types import LONGEST_TEXT, LongText, Rating, WouldWorkAgain

each_language = pytest.mark.parametrize("language", languages())


@each_language
def test_it_asks_facts_five_competencies_two_texts_and_work_again(language: str) -> None:
    assert [question.kind for question in load(language=language).questions] == [
        "relationship_confirm",
        "dates_confirm",
        "title_confirm",
        *["rating"] * 5,
        "long_text",
        "long_text",
        "would_work_again",
        "long_text",
    ]


@each_language
def test_every_rating_can_be_passed_and_every_text_is_bounded(language: str) -> None:
    for question in load(language=language).questions:
        if isinstance(question, Rating):
            assert (question.can_pass, question.required) == (True, True)
        if isinstance(question, LongText):
            assert question.longest == LONGEST_TEXT


@each_language
def test_translations_share_key_version_and_ids(language: str) -> None:
    english, other = load(), load(language=language)
    assert (other.key, other.version, other.language) == (english.key, english.version, language)
    assert [(question.id, question.required) for question in other.questions] == [
        (question.id, question.required) for question in english.questions
    ]


def test_only_the_last_text_may_be_left_open() -> None:
    assert [question.id for question in load().questions if not question.required] == ["anything_else"]
    assert [question.id for question in load().questions if isinstance(question, WouldWorkAgain)] == [
        "work_again"
    ]


def test_no_rating_touches_private_life() -> None:
    private = re.compile(
        r"\b(health|sick\w*|ill|famil\w*|child\w*|pregnan\w*|age|old|young|faith|relig\w*|origin|married|"
        r"disab\w*|union|politic\w*)\b",
        re.IGNORECASE,
    )
    texts = [
        text
        for question in load().questions
        if isinstance(question, Rating)
        for text in (question.text, *(level.example for level in question.levels))
    ]
    assert [text for text in texts if private.search(text)] == []


def test_no_level_of_behaviour_takes_more_than_fourteen_words() -> None:
    for question in load().questions:
        if isinstance(question, Rating):
            assert max(len(level.example.split()) for level in question.levels) <= 14


def test_a_language_that_is_not_there_falls_back_to_english() -> None:
    assert load(language="pt") == load()


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(LookupError) as refused:
        load("horoscope")
    assert refused.value.args == ("There is no built-in questionnaire “horoscope”.",)
