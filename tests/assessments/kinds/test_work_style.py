"""Design rules of the work style inventory, in all languages."""

import re
from itertools import pairwise

import pytest

from goodword.assessments.kinds.builtin import WORK_STYLE, WORK_STYLE_FORM, pack_languages
from tests.assessments.builtins import load, pack_versions
from tests.assessments.kinds.wording import forbidden, lix, words

SCALES = ("extraversion", "agreeableness", "conscientiousness", "emotional_stability", "openness")
each_language = pytest.mark.parametrize("language", pack_languages(WORK_STYLE))


def _texts(language: str) -> list[str]:
    return [item.text for item in load(language=language).items]


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
def test_items_of_one_scale_are_never_adjacent(form: str) -> None:
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


@each_language
def test_no_item_touches_health_faith_family_or_politics(language: str) -> None:
    assert forbidden(_texts(language), language) == []


@each_language
def test_the_items_are_readable_at_age_fourteen(language: str) -> None:
    texts = _texts(language)
    assert lix(texts) < 40
    assert sum(len(words(text)) for text in texts) / len(texts) <= 12.5
    assert [text for text in texts if len(words(text)) > 19] == []


def test_the_english_items_are_at_most_at_grade_level_eight() -> None:
    # Automated Readability Index: 4.71 × letters per word + 0.5 × words per sentence - 21.43; 8 means age 14.
    text = " ".join(_texts("en"))
    letters = sum(character.isalnum() for character in text)
    assert 4.71 * letters / len(words(text)) + 0.5 * len(words(text)) / 50 - 21.43 < 8


@pytest.mark.parametrize(
    ("language", "person", "denial"),
    [
        ("en", r"(I|me|my|our)", r"(not|no|never|n't|without)"),
        ("de", r"(ich|mir|mich|meine[mnrs]?|unsere)", r"(nicht|kein\w*|nie|ohne)"),
        ("fr", r"(je|j|me|m|mon|ma|mes|notre)", r"(ne|n|pas|jamais|sans)"),
    ],
)
def test_an_item_is_one_sentence_in_the_first_person_that_denies_at_most_once(
    language: str, person: str, denial: str
) -> None:
    for text in _texts(language):
        assert re.search(rf"\b{person}\b", text, re.IGNORECASE), text
        assert len(re.findall(rf"\b{denial}\b", text, re.IGNORECASE)) <= (2 if language == "fr" else 1), text
        assert re.findall(r"[.!?;:]", text) == ["."], text


@each_language
def test_no_item_is_repeated(language: str) -> None:
    assert len({text.lower() for text in _texts(language)}) == 50


@pytest.mark.parametrize(("earlier", "later", "kept"), [("1", "2", 27), ("2", "3", 21), ("3", "4", 37)])
def test_a_reworded_item_has_its_own_id(earlier: str, later: str, kept: int) -> None:
    newer = {item.id: item for item in load(version=later).items}
    same = [item for item in load(version=earlier).items if item.id in newer]
    assert same == [newer[item.id] for item in same]
    assert len(same) == kept


@pytest.mark.parametrize(
    ("earlier", "later", "mended"),
    [
        ("1", "2", {"de": ["ws03", "ws15"], "en": [], "fr": ["ws48"]}),
        ("2", "3", {"de": ["ws07", "ws23", "ws64", "ws67"], "en": [], "fr": ["ws23"]}),
        ("3", "4", {"de": [], "en": [], "fr": []}),
    ],
)
def test_a_translation_differs_from_an_earlier_one_only_where_corrected(
    earlier: str, later: str, mended: dict[str, list[str]]
) -> None:
    found = {
        language: sorted(
            item.id
            for item in load(language=language, version=earlier).items
            if (newer := _item(item.id, language, later)) and _plain(newer) != _plain(item.text)
        )
        for language in pack_languages(WORK_STYLE)
    }
    assert found == mended


def _item(item_id: str, language: str, version: str) -> str:
    items = load(language=language, version=version).items
    return next((item.text for item in items if item.id == item_id), "")


def _plain(text: str) -> str:
    """Replace typographic apostrophes with plain ones."""
    return text.replace("’", "'")


def test_opposite_statements_of_a_scale_are_not_mirror_images() -> None:
    assert len(_mirrored("2")) == 8
    assert _mirrored("4") == {("ws05", "ws67")}


_COMMON = """
    i me my our we a an the of to at in on for by with from than so that it its is are am be do have when if before
    after and or not who what which how they them their all more most just like as until even someone other colleague
    work day task
"""


def _mirrored(version: str) -> set[tuple[str, str]]:
    """Pairs of a "+" and a "-" item of one scale that share two content words."""
    items = load(version=version).items
    return {
        (plus.id, minus.id)
        for plus in items
        for minus in items
        if (plus.scale, plus.keyed, minus.keyed) == (minus.scale, "+", "-")
        and len(_content(plus.text) & _content(minus.text)) >= 2
    }


def _content(text: str) -> set[str]:
    return {word.removesuffix("s") for word in words(text.lower())} - set(_COMMON.split())


@pytest.mark.parametrize(
    ("language", "traps"),
    [
        (
            "en",
            r"speak|talk(ing|s)?|conversation|hear|present (our|my)|strangers?|same every|few people come",
        ),
        (
            "de",
            r"sprech\w*|rede\w*|melde (ich )?mich|hören|Gespräch\w*|vortrag\w*|stelle .* vor|einander gleichen",
        ),
        ("fr", r"parle\w*|prends? la parole|conversation|échanges|présenter|se ressemblent"),
    ],
)
def test_no_item_depends_on_fluent_speech_company_of_strangers_or_sameness(language: str, traps: str) -> None:
    assert [text for text in _texts(language) if re.search(rf"\b({traps})\b", text)] == []


@pytest.mark.parametrize(
    ("language", "terms"),
    [
        (
            "en",
            r"worr\w*|anxi\w*|panic\w*|afraid|fear\w*|nervous\w*|sad\w*|mood\w*|sleep\w*|tired|hopeless|go wrong",
        ),
        (
            "de",
            r"sorge\w*|angst\w*|ängst\w*|panik\w*|fürcht\w*|nervös\w*|traurig\w*|stimmung\w*|schlaf\w*|grübel\w*",
        ),
        (
            "fr",
            r"inqui\w*|anxi\w*|paniqu\w*|peur|craign\w*|nerveu\w*|triste\w*|humeur|dor[ms]\w*|fatigu\w*|angoiss\w*",
        ),
    ],
)
def test_no_item_asks_what_clinical_screening_asks(language: str, terms: str) -> None:
    """Nor about rumination or self-doubt (GAD-7, PHQ-9)."""
    more = r"on my mind|good enough|my day\b|geht mir|gut genug|den Tag|en tête|assez bon|gâch\w* ma journée"
    found = [text for text in _texts(language) if re.search(rf"\b({terms}|{more})", text, re.IGNORECASE)]
    assert found == []


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


def test_a_missing_language_falls_back_to_english() -> None:
    assert load(language="pt-br") == load(language="en")


def test_a_regional_language_falls_back_to_the_base_language() -> None:
    assert load(language="en-gb") == load(language="en")


def test_an_unknown_instrument_is_refused() -> None:
    with pytest.raises(LookupError) as refused:
        load("handwriting")
    assert refused.value.args == ("There is no such built-in pack, or not in this version.",)


def test_earlier_versions_remain_and_the_newest_is_the_default() -> None:
    assert (pack_versions(WORK_STYLE), pack_languages(WORK_STYLE)) == (
        ("1", "2", "3", "4"),
        ("de", "en", "fr"),
    )
    assert [load(language=language, version="1").version for language in pack_languages(WORK_STYLE)] == [
        "1"
    ] * 3
    assert load(version="1").form(WORK_STYLE_FORM).item_ids[7] == "ws08"
    assert load(language="fr", version="1").language == "fr"
    assert load() == load(version="4")


def test_a_version_that_never_existed_is_refused() -> None:
    with pytest.raises(LookupError) as refused:
        load(version="9")
    assert refused.value.args == ("There is no such built-in pack, or not in this version.",)
