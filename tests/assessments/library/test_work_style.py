"""The work style inventory: what its design promises, in every language it exists in."""

import re
from itertools import pairwise

import pytest

from goodword.assessments.library import WORK_STYLE_FORM, languages, load

SCALES = ("extraversion", "agreeableness", "conscientiousness", "emotional_stability", "openness")
each_language = pytest.mark.parametrize("language", languages())


@each_language
def test_the_full_form_has_ten_items_a_scale_five_keyed_each_way(language: str) -> None:
    items = load(language=language).items
    counts = {
        (scale, keyed): sum(item.scale == scale and item.keyed == keyed for item in items)
        for scale in SCALES
        for keyed in "+-"
    }
    assert counts == dict.fromkeys(counts, 5)


@each_language
def test_the_short_form_has_four_items_a_scale_two_keyed_each_way(language: str) -> None:
    items = load(language=language).items_of(WORK_STYLE_FORM)
    counts = {
        (scale, keyed): sum(item.scale == scale and item.keyed == keyed for item in items)
        for scale in SCALES
        for keyed in "+-"
    }
    assert counts == dict.fromkeys(counts, 2)


@pytest.mark.parametrize("form", ["full", WORK_STYLE_FORM])
def test_two_items_of_one_scale_never_stand_beside_each_other(form: str) -> None:
    items = load().items_of(form)
    assert [pair for pair in pairwise(items) if pair[0].scale == pair[1].scale] == []


@pytest.mark.parametrize("form", ["full", WORK_STYLE_FORM])
def test_the_same_key_comes_three_times_running_at_most(form: str) -> None:
    keys = "".join(item.keyed for item in load().items_of(form))
    assert re.findall(r"\+{4,}|-{4,}", keys) == []


@each_language
def test_every_scale_is_described_at_both_ends_at_like_length(language: str) -> None:
    for scale in load(language=language).scales:
        assert "" not in (
            scale.description,
            scale.low_label,
            scale.low_text,
            scale.high_label,
            scale.high_text,
        )
        lengths = sorted((len(scale.low_text), len(scale.high_text)))
        assert lengths[1] <= lengths[0] * 1.5


def test_no_item_touches_health_faith_family_or_politics() -> None:
    touching = re.compile(
        r"\b(health|ill|sick|sleep|doctor|depress\w*|anxi\w*|panic|sad|god|pray\w*|church|faith|belie\w+ in|"
        r"relig\w*|famil\w*|child\w*|wife|husband|partner|mother|father|friends?|home|politic\w*|vote|party|"
        r"parties|government|union)\b",
        re.IGNORECASE,
    )
    assert [item.text for item in load().items if touching.search(item.text)] == []


def test_an_item_can_be_read_at_fourteen() -> None:
    # Automated Readability Index: 4.71 letters a word + 0.5 words a sentence - 21.43; 8 is age 14.
    for item in load().items:
        words = re.findall(r"[\w']+", item.text)
        assert len(words) <= 18
    text = " ".join(item.text for item in load().items)
    words = re.findall(r"[\w']+", text)
    letters = sum(character.isalnum() for character in text)
    assert 4.71 * letters / len(words) + 0.5 * len(words) / len(load().items) - 21.43 < 8


def test_every_item_is_a_sentence_in_the_first_person_and_none_comes_twice() -> None:
    texts = [item.text for item in load().items]
    assert [text for text in texts if not re.search(r"\b(I|me|my)\b", text) or not text.endswith(".")] == []
    assert len(set(texts)) == 50


@each_language
def test_translations_share_items_keys_scales_and_forms(language: str) -> None:
    english, other = load(), load(language=language)
    assert [(item.id, item.scale, item.keyed) for item in other.items] == [
        (item.id, item.scale, item.keyed) for item in english.items
    ]
    assert [form.item_ids for form in other.forms] == [form.item_ids for form in english.forms]
    assert [scale.id for scale in other.scales] == list(SCALES)
    assert (other.version, other.language) == (english.version, language)
    assert [option.value for option in other.response_scale] == [1, 2, 3, 4, 5]


def test_a_language_that_is_not_there_falls_back_to_english() -> None:
    assert load(language="pt-br") == load(language="en")


def test_a_regional_language_takes_its_plain_one() -> None:
    assert load(language="en-gb") == load(language="en")


def test_an_unknown_instrument_is_refused() -> None:
    with pytest.raises(LookupError) as refused:
        load("handwriting")
    assert refused.value.args == ("There is no built-in instrument “handwriting”.",)
