"""The German and French catalogues are complete and match their English sentences."""

import re
from functools import cache

import catalogues
import pytest
from babel.messages.catalog import Message
from django.utils import translation

BLOCK = re.compile(r"\{% blocktranslate.*?endblocktranslate %\}", re.DOTALL)
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|%%")


@pytest.fixture(params=catalogues.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sentences(language: str) -> list[Message]:
    return [message for message in catalogues.catalogue(language) if message.id]


def test_catalogues_contain_exactly_the_sentences_of_the_source(sentences: list[Message]) -> None:
    there = sorted((message.context or "", sources(message)[0]) for message in sentences)
    assert there == of_the_source()


@cache
def of_the_source() -> list[tuple[str, str]]:
    """Context and sentence of everything to be translated."""
    return sorted(catalogues.sentences(catalogues.sources()))


def test_every_sentence_is_translated_and_none_is_fuzzy(sentences: list[Message]) -> None:
    assert [
        message.id for message in sentences if message.fuzzy or not all(catalogues.strings(message))
    ] == []


def test_translations_use_the_placeholders_of_their_sentence(sentences: list[Message]) -> None:
    wrong = [
        (message.id, word)
        for message in sentences
        for word in catalogues.strings(message)
        if not fits(message, word)
    ]
    assert wrong == []


def test_translations_keep_the_html_elements(sentences: list[Message]) -> None:
    wrong = [
        (message.id, word)
        for message in sentences
        for word in catalogues.strings(message)
        if elements(word) != elements(sources(message)[0])
    ]
    assert wrong == []


def test_french_double_punctuation_does_not_wrap() -> None:
    sentences = [message for message in catalogues.catalogue("fr") if message.id]
    loose = [
        word
        for message in sentences
        for word in catalogues.strings(message)
        if re.search(r" [;:?!»]|« ", word)
    ]
    assert loose == []


def test_french_spaces_before_punctuation_are_of_one_width() -> None:
    """A narrow space before ; ? ! and inside quotation marks, a wide one before a colon and a percent sign."""
    sentences = [message for message in catalogues.catalogue("fr") if message.id]
    others = [
        word
        for message in sentences
        for word in catalogues.strings(message)
        if re.search("\u202f(?:%%|:)|\u00a0[;?!»]|«\u00a0", word)
    ]
    assert others == []


def test_french_sentences_of_reports_have_the_same_spaces() -> None:
    texts = {path: path.read_text("utf-8") for path in catalogues.SOURCE.rglob("phrases.py")}
    assert len(texts) > 5
    other = re.compile(r"\\u202f[%:]|\\u00a0[;?!»]|«\\u00a0")
    assert [str(path) for path, text in texts.items() if other.search(text)] == []


def test_colons_after_labels_in_mails_are_translated() -> None:
    """French writes a space before them."""
    mails = [
        path for path in catalogues.sources() if path.parent.name == "mail" and "account" not in path.parts
    ]
    bare = re.compile(r"\{% translate [^%]*%\}:|\}\}: \{[{%]|</strong>: ")
    assert [path.name for path in mails if bare.search(re.sub(BLOCK, "", path.read_text("utf-8")))] == []


def test_german_percent_signs_do_not_wrap() -> None:
    sentences = [message for message in catalogues.catalogue("de") if message.id]
    assert [word for message in sentences for word in catalogues.strings(message) if " %%" in word] == []


def test_french_apostrophes_are_typographic() -> None:
    sentences = [message for message in catalogues.catalogue("fr") if message.id]
    words = [word for message in sentences for word in catalogues.strings(message)]
    assert [word for word in words if re.search(r"\w'\w", word)] == []


def test_french_elision_before_names_is_avoided() -> None:
    sentences = [message for message in catalogues.catalogue("fr") if message.id]
    names = (
        "candidate|candidate_name|organisation|name|referee|recruiter|contact_name|who|sender_name|person|title|"
        "role_title"
    )
    unelided = [
        word
        for message in sentences
        for word in catalogues.strings(message)
        if re.search(rf"\b([dD]e|[qQ]ue) %\(({names})\)s", word)
    ]
    assert unelided == []


def test_compiled_catalogues_are_current(language: str, sentences: list[Message]) -> None:
    plain = [message for message in sentences if isinstance(message.id, str) and not message.context]
    with translation.override(language):
        said = {message.id: translation.gettext(str(message.id)) for message in plain}
    assert said == {message.id: message.string for message in plain}


def sources(message: Message) -> tuple[str, ...]:
    """The English sentence, and its plural if it has one."""
    return tuple(message.id) if isinstance(message.id, tuple | list) else (str(message.id),)


def fits(message: Message, word: str) -> bool:
    """Whether exactly the sentence's placeholders are used; a plural form may omit the number."""
    wanted = {place for source in sources(message) for place in places(source)}
    return places(word) <= wanted if message.pluralizable else places(word) == wanted


def places(text: str) -> set[str]:
    return {found[0] for found in PLACE.finditer(text)} - {"%%"}


def elements(text: str) -> list[str]:
    """The HTML tags of a text, sorted."""
    return sorted(re.findall(r"</?\w+", text))
