"""The texts of the built-in library: balanced, distinct, and only about work."""

import re
from dataclasses import asdict

import pytest

from goodword.questionnaires.builtin import competencies, keys, languages, load
from goodword.questionnaires.types import LongText

each_language = pytest.mark.parametrize("language", languages())

#: whole words that don't belong in a question about work: health, family, age, origin, belief, gender, unions,
#: politics, accent, looks; a * stands for any ending
FORBIDDEN = {
    "en": "health* sick* ill illness* disab* handicap* pregnan* famil* child* married marriage spouse husband wife "
    "mother father age aged old older young* elder* origin* native nation* foreign* ethnic* race racial immigra* "
    "faith* relig* belief* church gender* sex* man men woman women he she his her him union* politic* accent* "
    "tongue looks appearance private* personal* home hobby hobbies",
    "de": "gesund* krank* behinder* schwanger* famil* kind kinder* eltern* ehe* verheirat* mutter* vater* alt alter "
    "älter* jung* jünger* herkunft* herkomm* nation* ausländ* ethn* rasse* migra* glaube* relig* kirch* konfession* "
    "geschlecht* mann männ* frau* weib* gewerkschaft* betriebsrat* politi* partei* akzent* "
    "muttersprach* dialekt* aussehen* privat* persönlich* hobby*",
    "fr": "santé* malad* handicap* enceinte grossesse famil* enfant* marié* mariage époux* parent* mère père âge* "
    "vieux vieil* jeune* origine* nation* étrang* ethni* race* immigr* foi relig* croyan* église* convictions sexe* "
    "homme* femme* genre* syndic* politi* accent* langue* apparence* privé* personnel* loisir*",
}


def _texts(language: str) -> list[str]:
    """Every text of the library and the templates that a person can read."""
    found = [text for competency in competencies(language) for text in _strings(asdict(competency))]
    for key in keys():
        found += _strings(asdict(load(key, language=language)))
    return found


def _strings(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for entry in value.values() for text in _strings(entry)]
        case list() | tuple():
            return [text for entry in value for text in _strings(entry)]
    return []


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("{candidate}", "").lower())


@each_language
def test_texts_avoid_private_topics(language: str) -> None:
    pattern = re.compile(
        "|".join(word.replace("*", r"\w*") for word in FORBIDDEN[language].split()), re.IGNORECASE
    )
    assert [
        (word, text) for text in set(_texts(language)) for word in _words(text) if pattern.fullmatch(word)
    ] == []


@each_language
def test_each_level_is_one_short_unique_sentence(language: str) -> None:
    examples = [level.example for competency in competencies(language) for level in competency.levels]
    assert len(set(examples)) == len(examples) == 15 * 5
    for example in examples:
        assert 4 <= len(example.split()) <= 14
        assert example.endswith(".") and example.count(".") == 1


@each_language
def test_each_level_names_one_behaviour(language: str) -> None:
    joining = {"en": {"and", "or"}, "de": {"und", "oder"}, "fr": {"et", "ou"}}[language]
    examples = [level.example for competency in competencies(language) for level in competency.levels]
    assert [example for example in examples if joining & set(_words(example))] == []


@each_language
def test_levels_of_a_competency_have_similar_lengths(language: str) -> None:
    for competency in competencies(language):
        lengths = [len(level.example.split()) for level in competency.levels]
        assert max(lengths) <= 3 * min(lengths), (competency.key, lengths)


@each_language
def test_names_and_definitions_are_unique_and_short(language: str) -> None:
    library = competencies(language)
    assert [competency.key for competency in library] == [competency.key for competency in competencies()]
    for field in ("key", "name", "definition", "text", "self_text"):
        assert len({getattr(competency, field) for competency in library}) == len(library)
    for competency in library:
        assert 6 <= len(competency.definition.split()) <= 22
        assert len(competency.text.split()) <= 16


@each_language
def test_level_labels_are_the_same_everywhere(language: str) -> None:
    assert (
        len({tuple(level.label for level in competency.levels) for competency in competencies(language)}) == 1
    )


@each_language
def test_free_text_questions_ask_to_write_about_work_only(language: str) -> None:
    work = {"en": "about work only", "de": "nur über die Arbeit", "fr": "que du travail"}[language]
    for key in keys():
        strengths = next(
            question
            for question in load(key, language=language).questions
            if isinstance(question, LongText) and question.id == "strengths"
        )
        assert work in strengths.help


def test_french_questions_have_no_gendered_pronouns() -> None:
    assert [text for text in set(_texts("fr")) if re.search(r"-(il|elle)s?\b", text)] == []


def test_french_punctuation_is_typographic_and_does_not_wrap() -> None:
    assert [text for text in set(_texts("fr")) if re.search(r"\w'\w| [;:?!»]|« ", text)] == []
