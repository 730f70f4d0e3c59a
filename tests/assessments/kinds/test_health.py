"""Items about health are found by keywords for manual review."""

import pytest

from goodword.assessments.kinds.builtin import WORK_STYLE, pack_languages
from goodword.assessments.kinds.health import flags_of, health_words
from goodword.assessments.kinds.scales.content import parse_pack
from tests.assessments.builtins import load
from tests.assessments.kinds.packs import small_pack


def _pack_of(texts: list[str], language: str) -> dict[str, object]:
    """The texts as items, alternating between the two scales of the small pack."""
    scales = ("warm", "quick")
    items = [
        {"number": number, "text": text, "scale": scales[number % 2], "keyed": "+"}
        for number, text in enumerate(texts, start=1)
    ]
    return small_pack(language=language, items=items, short_forms=[], norms=[])


@pytest.mark.parametrize(
    ("language", "touching", "other"),
    [
        (
            "en",
            [
                "Lose sleep over small things.",
                "Am often stressed at the end of the week.",
                "My mood changes quickly.",
                "Felt blue last month.",
                "Am burned out.",
                "Worry about what comes next.",
                "Take medicine every day.",
            ],
            [
                "Paint the walls blue.",
                "Keep calm under load.",
                "Fill the skills list.",
                "Down in the store I sort boxes.",
                "I like the illustrations.",
            ],
        ),
        (
            "de",
            [
                "Ich schlafe schlecht.",
                "Ich bin oft gestresst.",
                "Ich gehe ungern zum Arzt.",
                "Meine Stimmungen wechseln.",
                "Ich mache mir Sorgen um alles.",
                "Ich war lange krankgeschrieben.",
            ],
            [
                "Ich sorge für Ordnung.",
                "Die Abstimmung leite ich.",
                "Wir liefern Wein.",
                "Ich arbeite ruhig.",
            ],
        ),
        (
            "fr",
            [
                "Je dors mal.",
                "Je suis souvent fatiguée.",
                "J'ai peur de me tromper.",
                "Mon humeur change vite.",
                "J'ai souvent mal au dos.",
                "La santé m'inquiète.",
            ],
            ["Je trie les dossiers.", "Je reste calme.", "Le dortoir est à côté.", "J'aime la vitesse."],
        ),
    ],
)
def test_words_of_health_are_found_in_all_their_forms_and_only_whole(
    language: str, touching: list[str], other: list[str]
) -> None:
    instrument = parse_pack(_pack_of([*touching, *other], language))
    assert [flag.text for flag in flags_of(instrument)] == touching


def test_matched_words_are_listed() -> None:
    assert health_words("Get stressed, and often feel blue.", language="en-gb") == ("stressed", "feel blue")
    assert health_words("Am relaxed most of the time.", language="en") == ()


def test_in_a_language_without_a_list_every_item_is_flagged() -> None:
    instrument = parse_pack(_pack_of(["Soy ordenado.", "Soy puntual."], "es"))
    assert [flag.text for flag in flags_of(instrument)] == [item.text for item in instrument.items]
    assert health_words("Soy ordenado.", language="es") == ()


def test_no_built_in_item_touches_health() -> None:
    assert len(pack_languages(WORK_STYLE)) > 1
    assert [
        flag.text for language in pack_languages(WORK_STYLE) for flag in flags_of(load(language=language))
    ] == []
