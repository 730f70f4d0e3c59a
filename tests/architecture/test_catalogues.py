"""German and French are whole: each sentence that candidates, referees and mails say, with its places to fill."""

import re

import catalogues
import pytest
from babel.messages.catalog import Message
from django.utils import translation

PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|%%")


@pytest.fixture(params=catalogues.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sentences(language: str) -> list[Message]:
    return [message for message in catalogues.catalogue(language) if message.id]


def test_every_sentence_stands_in_the_catalogue_and_no_other(sentences: list[Message]) -> None:
    there = sorted((message.context or "", sources(message)[0]) for message in sentences)
    assert there == sorted(catalogues.sentences(catalogues.sources()))


def test_every_sentence_is_translated_and_none_marked_as_unsure(sentences: list[Message]) -> None:
    assert [
        message.id for message in sentences if message.fuzzy or not all(catalogues.strings(message))
    ] == []


def test_a_translation_fills_the_places_of_its_sentence(sentences: list[Message]) -> None:
    wrong = [
        (message.id, word)
        for message in sentences
        for word in catalogues.strings(message)
        if not fits(message, word)
    ]
    assert wrong == []


def test_marks_of_elements_in_a_sentence_stay(sentences: list[Message]) -> None:
    wrong = [
        (message.id, word)
        for message in sentences
        for word in catalogues.strings(message)
        if elements(word) != elements(sources(message)[0])
    ]
    assert wrong == []


def test_no_double_mark_in_french_can_fall_onto_the_next_line() -> None:
    sentences = [message for message in catalogues.catalogue("fr") if message.id]
    loose = [
        word
        for message in sentences
        for word in catalogues.strings(message)
        if re.search(r" [;:?!»]|« ", word)
    ]
    assert loose == []


def test_no_french_word_that_is_elided_precedes_a_name() -> None:
    sentences = [message for message in catalogues.catalogue("fr") if message.id]
    names = "candidate|candidate_name|organisation|name|referee|contact_name|who|sender_name"
    unelided = [
        word
        for message in sentences
        for word in catalogues.strings(message)
        if re.search(rf"\b([dD]e|[qQ]ue) %\(({names})\)s", word)
    ]
    assert unelided == []


def test_what_is_installed_says_what_the_catalogue_says(language: str, sentences: list[Message]) -> None:
    plain = [message for message in sentences if isinstance(message.id, str) and not message.context]
    with translation.override(language):
        said = {message.id: translation.gettext(str(message.id)) for message in plain}
    assert said == {message.id: message.string for message in plain}


def sources(message: Message) -> tuple[str, ...]:
    """The sentence in English, and its plural if it has one."""
    return tuple(message.id) if isinstance(message.id, tuple | list) else (str(message.id),)


def fits(message: Message, word: str) -> bool:
    """Whether just the values of the sentence are filled in; one that counts may do without its number."""
    wanted = {place for source in sources(message) for place in places(source)}
    return places(word) <= wanted if message.pluralizable else places(word) == wanted


def places(text: str) -> set[str]:
    """The values that are filled in."""
    return {found[0] for found in PLACE.finditer(text)} - {"%%"}


def elements(text: str) -> list[str]:
    """The marks of elements, in order of their names."""
    return sorted(re.findall(r"</?\w+", text))
