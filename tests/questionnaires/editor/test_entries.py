"""Texts, names and conditions of questions as JSON."""

from collections import ChainMap

from goodword.questionnaires.editor.descriptions import answers_of
from goodword.questionnaires.editor.entries import (
    all_dependants,
    blocking_dependant,
    follow_source,
    gaps,
    new_name,
    texts_of,
    with_source_texts,
    with_texts,
)
from goodword.questionnaires.editor.files import file_schema
from goodword.questionnaires.editor.forms import TranslationForm
from goodword.questionnaires.gallery import SAMPLES
from goodword.questionnaires.questions import condition_values, parse
from goodword.questionnaires.types import OPTION_TEXTS, TEXTS
from tests.questionnaires.editor.support import LED, SIZE, STRENGTHS, plain, rating


def test_every_text_has_a_path() -> None:
    assert texts_of(plain(LED, SIZE)[1]) == {
        "text": "How large was the team?",
        "choices.small.label": "Up to five",
        "choices.large.label": "More",
    }
    found = texts_of(rating("quality", "Quality"))
    assert found["competency"] == "Quality"
    assert found["levels.5.example"] == "Quality seen 5"


def test_every_text_of_every_type_can_be_translated() -> None:
    found: dict[str, dict[str, int]] = {}
    definitions = file_schema()["$defs"]
    for name in definitions.keys() - {"Condition"}:
        for field, schema in definitions[name].get("properties", {}).items():
            text = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            if text.get("type") == "string" and "maxLength" in text:
                found.setdefault(name, {})[field] = text["maxLength"]
    options = {"levels": found.pop("Level"), "choices": found.pop("Choice")}
    assert (dict(ChainMap(*found.values())), options) == (TEXTS, OPTION_TEXTS)
    form = TranslationForm(source=plain(*SAMPLES), translated=[])
    assert len(form.fields) == sum(len(texts_of(entry)) for entry in SAMPLES)


def test_a_translation_follows_the_structure_and_keeps_its_texts() -> None:
    source = plain(LED, SIZE, STRENGTHS)
    german = [with_texts(entry, {}) for entry in source]
    assert gaps(source, german) == 5
    german[0]["text"] = "Hat {candidate} geführt?"
    other = [source[2], {**source[0], "required": False}]
    follows = follow_source(other, german)
    assert [(entry["id"], entry["text"], entry["required"]) for entry in follows] == [
        ("strengths", "", False),
        ("led", "Hat {candidate} geführt?", False),
    ]
    assert [entry["text"] for entry in with_source_texts(other, follows)] == [
        "What does {candidate} do well?",
        "Hat {candidate} geführt?",
    ]


def test_an_id_is_unique_and_made_from_the_text() -> None:
    assert new_name("Zuverlässigkeit", taken=(), otherwise="question") == "zuverlassigkeit"
    assert new_name("How reliably did {candidate} deliver?", taken=(), otherwise="q") == (
        "how_reliably_did_deliver"
    )
    assert new_name("Led", taken={"led", "led_2"}, otherwise="question") == "led_3"
    assert new_name("信頼性", taken=(), otherwise="question") == "question"
    assert new_name("360 degrees", taken=(), otherwise="answer") == "answer_360_degrees"
    assert len(new_name("a" * 300, taken=(), otherwise="question")) <= 40


def test_a_question_blocks_moves_past_its_dependants() -> None:
    entries = plain(LED, SIZE, STRENGTHS)
    assert [blocking_dependant(entries, "led", by=1), blocking_dependant(entries, "size", by=-1)] == [
        entries[1],
        entries[1],
    ]
    assert (blocking_dependant(entries, "size", by=1), blocking_dependant(entries, "led", by=-1)) == (
        None,
        None,
    )
    deeper = {**STRENGTHS, "when": {"question": "size", "is": ["large"]}}
    assert [entry["id"] for entry in all_dependants(plain(LED, SIZE, deeper), "led")] == ["size", "strengths"]


def test_the_editor_offers_every_answer_that_a_condition_can_refer_to() -> None:
    offered = {entry["id"]: tuple(answers_of(entry)) for entry in SAMPLES}
    assert offered == {question.id: condition_values(question) for question in parse(SAMPLES)}
