"""Verbal items: complete in each language, with no words of another."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from math import sqrt

import pytest

from goodword.assessments.kinds.generated import Deduction, GeneratedItem, GeneratedOption, Series
from goodword.assessments.kinds.reasoning.families import generate
from goodword.assessments.kinds.reasoning.words.task_texts import rule_in_words, show
from goodword.core.text import language_codes
from tests.assessments.kinds.reasoning.drawn import EACH, N_SEEDS, drawn
from tests.assessments.kinds.wording import forbidden

#: words that occur in no other language
_FOREIGN = {
    "en": r"\b(der|die|das|ist|sind|und|Platz|les?|une?|est|sont|et|place \d+,)\b",
    "de": r"\b(the|is|are|and|sits|than|which|next|les?|une?|est|sont|et|plus|box|red|blue)\b",
    "fr": r"\b(the|is|are|and|sits|than|which|next|der|die|das|ist|sind|und|box|red|blue)\b",
}
each_level = pytest.mark.parametrize(("family", "level"), EACH)
each_language = pytest.mark.parametrize("language", language_codes())


@cache
def _drawn_texts(family: str, level: int, language: str) -> list[list[str]]:
    """All sentences of each item: question, lines, options, and the rule."""
    pieces = []
    for item in drawn(family, level):
        shown = show(item, language)
        options = [option.text for option in shown.options]
        pieces.append([shown.question, *shown.lines, *options, rule_in_words(item, language)])
    return pieces


@pytest.mark.matrix
@each_language
@each_level
def test_every_item_is_fully_worded(family: str, level: int, language: str) -> None:
    for item in drawn(family, level):
        shown = show(item, language)
        assert [option.id for option in shown.options] == [option.id for option in item.options]
        assert len({option.text for option in shown.options}) == len(shown.options)
        assert shown.question.endswith("?")
        assert [line for line in shown.lines if not line.endswith(".")] == []
    for text in {text for pieces in _drawn_texts(family, level, language) for text in pieces}:
        assert text == text.strip()
        assert text
        assert text[0] == text[0].upper()
        assert re.findall(r"[{}_]|  ", text) == []


@pytest.mark.matrix
@each_language
@each_level
def test_nothing_of_another_language_is_left(family: str, level: int, language: str) -> None:
    left = [
        (found, text)
        for text in {text for pieces in _drawn_texts(family, level, language) for text in pieces}
        for found in re.findall(_FOREIGN[language], text)
    ]
    if language == "de":
        # "plus 3" is German too.
        left = [(found, text) for found, text in left if (family, found) != ("number_series", "plus")]
    assert left == []


@pytest.mark.slow
@each_language
def test_no_item_touches_health_or_private_topics(language: str) -> None:
    texts = [
        text
        for family, level in EACH
        for pieces in _drawn_texts(family, level, language)[:40]
        for text in pieces
    ]
    # A colour of boxes and ropes, not a mood.
    assert [found for found in forbidden(texts, language) if found[0] != "blue"] == []


@pytest.mark.matrix
@each_level
def test_the_rule_names_the_right_answer_or_why_there_is_none(family: str, level: int) -> None:
    for item in drawn(family, level):
        right = next(option.text for option in show(item, "en").options if option.id == item.key)
        pieces = rule_in_words(item, "en")
        if right.startswith("It is impossible"):
            assert "differ in the answer" in pieces
        elif right.startswith("None of these"):
            assert "do not settle" in pieces
        else:
            assert right.removeprefix("The ").rstrip(".").split()[0].lower() in pieces.lower()


@pytest.mark.matrix
@each_language
@each_level
def test_text_length_does_not_reveal_the_key(family: str, level: int, language: str) -> None:
    """The last option of deductions is the longest, and is correct as often as the others."""
    for longest in (True, False):
        gain = 0.0
        for item in drawn(family, level):
            lengths = {option.id: len(option.text) for option in show(item, language).options}
            wanted = max(lengths.values()) if longest else min(lengths.values())
            chosen = [option for option, length in lengths.items() if length == wanted]
            gain += (item.key in chosen) / len(chosen) - 1 / len(lengths)
        assert gain / N_SEEDS < 4 * sqrt(0.25 * 0.75 / N_SEEDS)


def test_regional_languages_fall_back_to_the_language_and_unknown_ones_to_english() -> None:
    item = generate("seating", seed=1, level=1)
    assert show(item, "de-at") == show(item, "de")
    assert show(item, "fr_CH") == show(item, "fr")
    assert show(item, "pt") == show(item, "en")
    assert rule_in_words(item, "de-at") == rule_in_words(item, "de")


def test_matrices_are_shown_by_their_pictures() -> None:
    item = generate("matrices_one_rule", seed=1, level=1)
    shown = show(item, "de-ch")
    assert (len(shown.pictures), len(shown.options)) == (8, len(item.options))
    assert rule_in_words(item, "de-ch") == rule_in_words(item, "de")


def test_series_ask_for_numbers_or_letters() -> None:
    questions = {
        (family, level): show(generate(family, seed=1, level=level), "en").question
        for family, level in EACH
        if family.endswith("_series")
    }
    assert Counter(questions.values()) == {
        "Which number comes next?": 5,
        "Which pair of letters comes next?": 3,
        "Which letter comes next?": 1,
    }


def _bare(task: Series | Deduction, *options: GeneratedOption) -> GeneratedItem:
    return replace(generate("seating", seed=1, level=1), task=task, options=options)


def test_seating_statements_are_worded_naturally() -> None:
    task = Deduction(
        "seating",
        ("Kim", "Lou", "Sam"),
        (("at", 2, 1), ("directly_left", 0, 1), ("not_next_to", 1, 2), ("not_at_end", 0)),
        ("who_at", 3),
    )
    item = _bare(
        task, GeneratedOption(id="a", value=("is", 1)), GeneratedOption(id="b", value=("cannot_say",))
    )
    pieces = {language: show(item, language) for language in language_codes()}
    assert [
        pieces["en"].question,
        *pieces["en"].lines,
        *(option.text for option in pieces["en"].options),
    ] == [
        "Who sits in seat 3?",
        "Kim, Lou and Sam sit side by side in seats 1 to 3, numbered from left to right.",
        "Sam sits in seat 1.",
        "Kim sits directly to the left of Lou.",
        "Lou does not sit next to Sam.",
        "Kim does not sit at an end of the row.",
        "Lou",
        "It is impossible to say.",
    ]
    assert [
        pieces["de"].question,
        *pieces["de"].lines,
        *(option.text for option in pieces["de"].options),
    ] == [
        "Wer sitzt auf Platz 3?",
        "Kim, Lou und Sam sitzen nebeneinander auf den Plätzen 1 bis 3, die von links nach rechts nummeriert sind.",
        "Sam sitzt auf Platz 1.",
        "Kim sitzt direkt links von Lou.",
        "Lou sitzt nicht neben Sam.",
        "Kim sitzt nicht an einem Ende der Reihe.",
        "Lou",
        "Das lässt sich nicht sagen.",
    ]
    assert [
        pieces["fr"].question,
        *pieces["fr"].lines,
        *(option.text for option in pieces["fr"].options),
    ] == [
        "Qui occupe la place 3\u00a0?",
        "Kim, Lou et Sam occupent côte à côte les places 1 à 3, numérotées de gauche à droite.",
        "Sam occupe la place 1.",
        "Kim est juste à gauche de Lou.",
        "Lou n’est pas à côté de Sam.",
        "Kim n’est pas à une extrémité de la rangée.",
        "Lou",
        "On ne peut pas le savoir.",
    ]


def test_comparisons_agree_with_their_nouns() -> None:
    task = Deduction(
        "ropes", ("grey", "green", "white"), (("between", 0, 1, 2), ("not_least", 2)), ("rank", 2)
    )
    item = _bare(task, GeneratedOption(id="a", value=("is", 2)))
    assert show(item, "de").lines == (
        "Es gibt drei Seile: ein graues, ein grünes und ein weißes. Keine zwei davon sind gleich lang.",
        "Das graue Seil ist länger als das grüne Seil, aber kürzer als das weiße Seil.",
        "Das weiße Seil ist nicht das kürzeste.",
    )
    assert show(item, "de").question == "Welches Seil ist das zweitlängste?"
    assert show(item, "fr").lines == (
        "Il y a trois cordes\u00a0: une grise, une verte et une blanche. Elles ont toutes une longueur différente.",
        "La corde grise est plus longue que la corde verte, mais plus courte que la corde blanche.",
        "La corde blanche n’est pas la plus courte.",
    )
    assert show(item, "fr").question == (
        "Rangez les cordes de la plus longue à la plus courte. Quelle corde vient en deuxième position\u00a0?"
    )


def test_comparisons_with_a_thing_named_first_are_worded_naturally() -> None:
    task = Deduction(
        "trains", ("grey", "green"), (("against_more", 0, 1), ("against_less", 1, 0)), ("more_than_all",)
    )
    item = _bare(task, GeneratedOption(id="a", value=("is", 1)))
    shown = {language: show(item, language) for language in language_codes()}
    assert {language: (*one.lines[1:], one.question) for language, one in shown.items()} == {
        "en": (
            "Compared with the grey train, the green train is faster.",
            "Compared with the green train, the grey train is slower.",
            "Which train is faster than all the others?",
        ),
        "de": (
            "Im Vergleich zum grauen Zug ist der grüne Zug schneller.",
            "Im Vergleich zum grünen Zug ist der graue Zug langsamer.",
            "Welcher Zug ist schneller als alle anderen?",
        ),
        "fr": (
            "Par rapport au train gris, le train vert est plus rapide.",
            "Par rapport au train vert, le train gris est plus lent.",
            "Quel train est plus rapide que tous les autres\u00a0?",
        ),
    }
