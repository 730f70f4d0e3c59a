"""Design rules of the built-in judgement sets, in all languages."""

from collections import Counter
from dataclasses import replace

import pytest

from goodword.assessments.kinds.builtin import pack_languages
from goodword.assessments.kinds.judgement.content import JudgementSet, Situation
from tests.assessments.builtins import JUDGEMENT_SETS, load_judgement, pack_versions
from tests.assessments.kinds.learned_surface import Case, cases, learned_hits
from tests.assessments.kinds.surface import CHANCE_AND_A_TENTH, hits, rules
from tests.assessments.kinds.wording import correlation, forbidden, lix, words

each_set = pytest.mark.parametrize("set_id", JUDGEMENT_SETS)
LANGUAGES = ("en", "de", "fr")
each_language = pytest.mark.parametrize("language", LANGUAGES)


def _shown(judgement: JudgementSet) -> list[str]:
    """The situations' texts as candidates see them."""
    return [
        text
        for situation in judgement.situations
        for text in (situation.text, *(action.text for action in situation.actions))
    ]


def _best(situation: Situation) -> int:
    keys = [action.effectiveness for action in situation.actions]
    return keys.index(max(keys))


@each_set
@each_language
def test_a_set_has_eight_situations_of_four_actions_each_with_a_reason(set_id: str, language: str) -> None:
    judgement = load_judgement(set_id, language=language)
    assert (judgement.id, judgement.version, judgement.language) == (set_id, "4", language)
    assert [len(situation.actions) for situation in judgement.situations] == [4] * 8
    assert [action.id for action in judgement.actions if not action.reason.endswith(".")] == []
    assert [option.value for option in judgement.response_scale] == [1, 2, 3, 4, 5]


@each_set
@each_language
def test_translations_share_ids_and_keys(set_id: str, language: str) -> None:
    other = load_judgement(set_id, language=language)
    assert sorted(pack_languages(set_id)) == sorted(LANGUAGES)
    assert [(action.id, action.effectiveness) for action in other.actions] == [
        (action.id, action.effectiveness) for action in load_judgement(set_id).actions
    ]


@each_set
def test_keys_are_spread_over_the_scale(set_id: str) -> None:
    keys = Counter(action.effectiveness for action in load_judgement(set_id).actions)
    assert len(keys) >= 8
    assert max(keys.values()) <= 8
    low = sum(count for key, count in keys.items() if key <= 2)
    high = sum(count for key, count in keys.items() if key >= 3.5)
    assert min(low, 32 - low - high, high) >= 8


@each_set
def test_the_best_action_is_in_each_position_twice(set_id: str) -> None:
    situations = load_judgement(set_id).situations
    for situation in situations:
        keys = sorted(action.effectiveness for action in situation.actions)
        assert keys[-1] > keys[-2]
    assert Counter(_best(situation) for situation in situations) == {0: 2, 1: 2, 2: 2, 3: 2}


@each_set
def test_position_does_not_reveal_the_key(set_id: str) -> None:
    situations = load_judgement(set_id).situations
    keys = [action.effectiveness for situation in situations for action in situation.actions]
    assert abs(correlation([0.0, 1.0, 2.0, 3.0] * 8, keys)) < 0.2
    worst = Counter(
        min(range(4), key=lambda place: situation.actions[place].effectiveness) for situation in situations
    )
    assert max(worst.values()) <= 3


@each_set
@each_language
def test_length_does_not_reveal_the_key(set_id: str, language: str) -> None:
    judgement = load_judgement(set_id, language=language)
    keys = [action.effectiveness for action in judgement.actions]
    for measure in (
        [float(len(action.text)) for action in judgement.actions],
        [float(len(words(action.text))) for action in judgement.actions],
    ):
        assert abs(correlation(measure, keys)) < 0.2
    lengths = [[len(action.text) for action in situation.actions] for situation in judgement.situations]
    best = [_best(situation) for situation in judgement.situations]
    assert sum(each[place] == max(each) for each, place in zip(lengths, best, strict=True)) <= 4
    assert sum(each[place] == min(each) for each, place in zip(lengths, best, strict=True)) <= 4


@each_set
@each_language
def test_nothing_touches_health_faith_family_or_politics(set_id: str, language: str) -> None:
    judgement = load_judgement(set_id, language=language)
    assert forbidden([*_shown(judgement), *(action.reason for action in judgement.actions)], language) == []


@each_set
@each_language
def test_a_set_reads_easily(set_id: str, language: str) -> None:
    texts = _shown(load_judgement(set_id, language=language))
    assert lix(texts) < 40
    assert len(set(texts)) == 40


@each_set
def test_situations_have_at_most_sixty_words_and_actions_twenty_five(set_id: str) -> None:
    judgement = load_judgement(set_id)
    assert [situation.id for situation in judgement.situations if len(words(situation.text)) > 60] == []
    assert [action.id for action in judgement.actions if len(words(action.text)) > 25] == []


@each_set
@each_language
def test_a_set_states_the_basis_of_its_key_and_its_limits(set_id: str, language: str) -> None:
    said = {
        "en": "No panel of people who do the job has set or checked it, and no study relates it to work yet.",
        "de": "Keine Gruppe von Menschen, die diese Arbeit machen, hat ihn festgelegt oder geprüft",
        "fr": "Aucun groupe de personnes qui font ce travail ne l’a fixée ni vérifiée",
    }
    assert said[language] in load_judgement(set_id, language=language).key_basis


@pytest.mark.slow
@each_set
@each_language
def test_the_wording_does_not_reveal_the_best_action(set_id: str, language: str) -> None:
    judgement = load_judgement(set_id, language=language)
    most = CHANCE_AND_A_TENTH * len(judgement.situations)
    found = {name: float(hits(judgement, rule)) for name, rule in rules(language).items()}
    assert {name: one for name, one in found.items() if one > most} == {}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("most letters", 0),
        ("least letters", 1),
        ("most clauses", 1),
        ("lacks reasons", 1),
        ("has asking", 1),
        ("most words of the situation", 0),
        ("has telling", 0.5),
        ("last", 1),
        ("first", 0),
    ],
)
def test_the_guesser_picks_by_its_rule_and_splits_ties(rule: str, expected: float) -> None:
    known = load_judgement("judgement_customer")
    worse, best = known.situations[0].actions[0], known.situations[0].actions[1]
    one = replace(
        known.situations[0],
        actions=(
            replace(worse, text="Wait a week, because the customer has not called us yet."),
            replace(best, text="Call the customer, and ask what helps."),
        ),
    )
    assert float(hits(replace(known, situations=(one,)), rules("en")[rule])) == expected


def _cases(language: str, *, with_words: bool, version: str = "") -> list[Case]:
    sets = [load_judgement(set_id, language=language, version=version) for set_id in JUDGEMENT_SETS]
    return cases(sets, with_words=with_words)


def _share(found: list[Case]) -> float:
    """The share of best actions that the guesser finds in sets after learning from the other sets."""
    return learned_hits(found, lambda case: case.set_id) / len(found)


@pytest.mark.matrix
@each_language
@pytest.mark.parametrize("with_words", [True, False])
def test_nobody_learns_from_two_sets_how_the_third_words_its_best_actions(
    language: str, with_words: bool
) -> None:
    assert _share(_cases(language, with_words=with_words)) <= CHANCE_AND_A_TENTH


def test_nobody_learns_it_from_all_languages_together() -> None:
    found = [case for language in LANGUAGES for case in _cases(language, with_words=False)]
    assert _share(found) <= CHANCE_AND_A_TENTH
    assert learned_hits(found, lambda case: case.situation) / len(found) <= CHANCE_AND_A_TENTH


@pytest.mark.slow
def test_the_learning_guesser_finds_what_earlier_versions_gave_away() -> None:
    first, second = (
        _share(
            [case for language in LANGUAGES for case in _cases(language, with_words=False, version=version)]
        )
        for version in ("1", "2")
    )
    assert first > 0.75
    assert second > 0.5


@each_set
@each_language
def test_versions_2_and_3_only_reword_the_actions(set_id: str, language: str) -> None:
    assert pack_versions(set_id) == ("1", "2", "3", "4")
    third = load_judgement(set_id, language=language, version="3")
    for version in ("1", "2"):
        before = load_judgement(set_id, language=language, version=version)
        assert before.version == version
        assert [replace(action, text="") for action in before.actions] == [
            replace(action, text="") for action in third.actions
        ]
        assert [(situation.id, situation.text) for situation in before.situations] == [
            (situation.id, situation.text) for situation in third.situations
        ]


@each_set
@each_language
def test_version_4_only_rewords_english(set_id: str, language: str) -> None:
    third = load_judgement(set_id, language=language, version="3")
    now = load_judgement(set_id, language=language)
    if language != "en":
        assert now == replace(third, version="4")
    assert [(action.id, action.effectiveness) for action in now.actions] == [
        (action.id, action.effectiveness) for action in third.actions
    ]
