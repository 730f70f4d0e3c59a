"""Export and import: nothing is lost, and errors name their place."""

import json
from typing import Any

import pytest

from goodword.questionnaires import builtin
from goodword.questionnaires.editor.entries import with_texts
from goodword.questionnaires.editor.files import LARGEST_FILE, Contents, InvalidFile, read_file, to_file
from goodword.questionnaires.questions import to_json
from tests.questionnaires.editor.support import LED, SIZE, STRENGTHS, plain, rating


def file(**values: Any) -> bytes:
    whole = {"title": "Shops", "description": "", "languages": {"en": [LED, SIZE]}}
    return json.dumps(whole | values).encode()


def problems(raw: bytes) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read_file(raw)
    return caught.value.problems


@pytest.mark.parametrize("key", builtin.keys())
def test_an_exported_questionnaire_is_imported_unchanged(key: str) -> None:
    contents = Contents(
        title="General ☂",
        description="Two\nlines",
        languages={
            language: list(to_json(builtin.load(key, language=language).questions))
            for language in ("en", "de", "fr")
        },
    )
    text = to_file(contents)
    assert read_file(text.encode()) == contents
    assert to_file(read_file(text.encode())) == text


def test_untranslated_texts_survive_export_and_import() -> None:
    source = plain(LED, SIZE, rating("quality", "Quality"))
    german = [with_texts(entry, {"text": "Auf Deutsch"}) for entry in source]
    contents = Contents(title="T", description="", languages={"en": source, "de": german})
    assert read_file(to_file(contents).encode()) == contents


def test_every_invalid_question_is_named() -> None:
    wrong = [LED, {**SIZE, "text": ""}, {"id": "x", "type": "long_text", "text": "T", "longst": 3}, 7]
    wrong.append({"id": "y", "type": "<essay>", "text": "T"})
    found = problems(file(languages={"en": wrong}))
    assert found.pop().startswith(
        "In English: Question 5 has the type “<essay>”, which is not one of adjectives,"
    )
    assert found == [
        "In English: Question 2 needs a text under “text”.",
        "In English: Question 3 has “longst”, which isn't a known field.",
        "In English: Question 4 must be an object with named values.",
    ]
    assert problems(file(languages={"en": [SIZE]})) == [
        "In English: Question 1 depends on “led”, which does not exist."
    ]
    assert problems(file(languages={"en": [{**LED, "type": "essay"}]}))[0].startswith(
        "In English: Question 1 has the type “essay”, which is not one of adjectives,"
    )


def test_translations_must_have_the_same_questions() -> None:
    english = [LED, STRENGTHS]
    assert problems(file(languages={"en": english, "de": [LED]})) == [
        "In German: The question “strengths” of the first language is missing."
    ]
    assert problems(file(languages={"en": english, "de": [STRENGTHS, LED]})) == [
        "In German: The questions are not in the same order as in the first language."
    ]
    assert problems(file(languages={"en": english, "de": [LED, {**STRENGTHS, "required": True}]})) == [
        "In German: Question 2 differs from the first language in more than its wording."
    ]
    assert problems(file(languages={"en": [LED], "de": [LED, STRENGTHS]})) == [
        "In German: The first language has no question “strengths”."
    ]


def test_an_invalid_file_is_rejected_with_a_message() -> None:
    assert problems(b'{"title": "x",\n "languages": }') == [
        "The file is not valid JSON: error in line 2, character 15."
    ]
    assert problems(b"\xff\xfe\x00") == ["The file is not UTF-8 text. Export it again, or save it as UTF-8."]
    assert problems(b"[]") == ["The file must be an object with named values."]
    assert problems(b"[" * 200_000) == ["The file cannot be read as JSON."]
    assert problems(b" " * (LARGEST_FILE + 1)) == ["The file is larger than 500 kB."]
    assert problems(file(title="")) == ["The file needs a text under “title”."]
    assert problems(file(titel="x")) == ["The file has “titel”, which isn't a known field."]
    assert problems(file(languages={})) == ["The file has no language under “languages”."]
    assert problems(file(languages={"xx": [LED]})) == [
        "“xx” is not supported. Supported languages: en, de, fr."
    ]
    assert problems(file(languages={"en": {}})) == ["In English: It needs a list of questions."]
    assert problems(file(languages={"en": []})) == ["In English: It needs a list of questions."]


def test_texts_are_cleaned_and_markup_is_kept_as_text() -> None:
    hostile = {**LED, "text": "<script>\u202e=1+1\x00</script>"}
    read = read_file(file(title="\x00=cmd()", languages={"en": [hostile]}))
    assert (read.title, read.languages["en"][0]["text"]) == ("=cmd()", "<script>=1+1</script>")
    translated = read_file(file(languages={"en": [LED], "de": [{**LED, "text": " Auf\x00 Deutsch\u202e "}]}))
    assert translated.languages["de"][0]["text"] == "Auf Deutsch"
