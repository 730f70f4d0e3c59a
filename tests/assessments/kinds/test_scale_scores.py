"""Scale scores, compared with manually calculated examples."""

from dataclasses import replace

import pytest

from goodword.assessments.kinds.builtin import WORK_STYLE_FORM
from goodword.assessments.kinds.packs import FormError
from goodword.assessments.kinds.scales.content import parse_pack
from goodword.assessments.kinds.scales.items import ItemScore, score
from goodword.assessments.kinds.scales.kind import compare
from goodword.assessments.kinds.scores import ScoringError, needed_answers
from tests.assessments.builtins import load
from tests.assessments.kinds.packs import small_pack

# The short form's answers of one made-up person, item 1 to 20.
PERSON = dict(
    zip(
        load().form(WORK_STYLE_FORM).item_ids,
        [5, 2, 4, 1, 3, 2, 4, 5, 1, 4, 2, 1, 4, 2, 5, 4, 3, 2, 5, 1],
        strict=True,
    )
)


def test_the_scores_of_a_short_form_match_a_manual_calculation() -> None:
    scores = score(load(), WORK_STYLE_FORM, PERSON)
    assert [(result.scale.id, result.mean, result.n_answered, result.n_items) for result in scores] == [
        # items 1+, 9-, 13+, 20-: 5, 6-1, 4, 6-1 = 19 / 4
        ("extraversion", 4.75, 4, 4),
        # items 4-, 7+, 15+, 18-: 6-1, 4, 5, 6-2 = 18 / 4
        ("agreeableness", 4.5, 4, 4),
        # items 2-, 10+, 14-, 16+: 6-2, 4, 6-2, 4 = 16 / 4
        ("conscientiousness", 4.0, 4, 4),
        # items 5+, 8-, 11+, 17-: 3, 6-5, 2, 6-3 = 9 / 4
        ("emotional_stability", 2.25, 4, 4),
        # items 3+, 6-, 12-, 19+: 4, 6-2, 6-1, 5 = 18 / 4
        ("openness", 4.5, 4, 4),
    ]


def test_earlier_versions_keep_their_scores() -> None:
    for version in ("1", "2", "3"):
        earlier = load(version=version)
        answers = dict(zip(earlier.form(WORK_STYLE_FORM).item_ids, PERSON.values(), strict=True))
        assert [result.mean for result in score(earlier, WORK_STYLE_FORM, answers)] == [
            result.mean for result in score(load(), WORK_STYLE_FORM, PERSON)
        ]


def test_a_score_can_be_expanded_to_the_answers_it_came_from() -> None:
    warm = score(parse_pack(small_pack()), "full", {"1": 4, "3": 1})[0]
    assert warm.items == (
        ItemScore(item_id="1", text="I am warm.", keyed="+", answer=4, value=4),
        ItemScore(item_id="3", text="I am cool.", keyed="-", answer=1, value=5),
    )
    assert warm.mean == 4.5


def test_an_unanswered_item_does_not_count_towards_the_mean() -> None:
    answers = {item_id: answer for item_id, answer in PERSON.items() if item_id != "ws05"}
    stability = score(load(), WORK_STYLE_FORM, answers)[3]
    # items 8-, 11+, 17-: 6-5, 2, 6-3 = 6 / 3
    assert (stability.mean, stability.n_answered, stability.needed) == (2.0, 3, 3)


def test_fewer_than_three_quarters_of_the_items_give_no_mean() -> None:
    answers = {item_id: answer for item_id, answer in PERSON.items() if item_id not in {"ws05", "ws119"}}
    stability = score(load(), WORK_STYLE_FORM, answers)[3]
    assert (stability.mean, stability.n_answered, stability.n_items) == (None, 2, 4)


def test_no_answers_give_no_means() -> None:
    assert [result.mean for result in score(load(), "full", {})] == [None] * 5


@pytest.mark.parametrize("answer", [1, 2, 3, 4, 5])
def test_the_same_answer_everywhere_scores_in_the_middle_because_keys_are_balanced(answer: int) -> None:
    instrument = load()
    scores = score(instrument, "full", {item.id: answer for item in instrument.items})
    assert [result.mean for result in scores] == [3.0] * 5


def test_the_needed_share_is_three_quarters_rounded_up() -> None:
    assert [needed_answers(count) for count in (1, 2, 3, 4, 5, 10)] == [1, 2, 3, 3, 4, 8]


def test_an_answer_scale_from_zero_reverses_by_its_own_ends() -> None:
    options = [{"value": value, "label": str(value)} for value in (0, 1, 2, 3)]
    instrument = parse_pack(small_pack(response_scale=options))
    assert [result.mean for result in score(instrument, "full", {"1": 3, "2": 0, "3": 0, "4": 2})] == [
        3.0,
        0.5,
    ]


def test_an_answer_to_an_item_outside_the_form_is_refused() -> None:
    with pytest.raises(ScoringError) as refused:
        score(load(), WORK_STYLE_FORM, {"ws21": 3})
    assert str(refused.value) == "The item “ws21” is not part of this form."


@pytest.mark.parametrize("answer", [0, 6, True])
def test_an_answer_off_the_scale_is_refused(answer: int) -> None:
    with pytest.raises(ScoringError) as refused:
        score(load(), WORK_STYLE_FORM, {"ws116": answer})
    assert str(refused.value) == f"The answer {answer!r} to item “ws116” is not on the answer scale."


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(FormError):
        score(load(), "long", {})


def test_only_the_chosen_scales_are_asked_and_scored() -> None:
    form = load().narrowed(WORK_STYLE_FORM, {"openness", "conscientiousness"})
    assert form == "short20:conscientiousness,openness"
    asked = [item.id for item in load().items_of(form)]
    found = score(load(), form, {item: PERSON[item] for item in asked})
    every = {scale_score.scale.id: scale_score for scale_score in score(load(), WORK_STYLE_FORM, PERSON)}
    assert [(scale_score.scale.id, scale_score.n_items) for scale_score in found] == [
        ("conscientiousness", 4),
        ("openness", 4),
    ]
    assert list(found) == [every["conscientiousness"], every["openness"]]
    assert (load().whole_form(form), load().offer(form).items) == (WORK_STYLE_FORM, 8)
    assert load().narrowed(WORK_STYLE_FORM, [scale.id for scale in load().scales]) == WORK_STYLE_FORM


def test_comparisons_have_columns_for_the_chosen_scales_only() -> None:
    form = load().narrowed(WORK_STYLE_FORM, {"openness", "conscientiousness"})
    assert compare(load(), form).columns == ("Planning and order", "New and proven ways")
    assert len(compare(load(), WORK_STYLE_FORM).columns) == 5


def test_scale_ids_may_contain_any_characters() -> None:
    [first, *others] = load().scales
    odd = replace(load(), scales=(replace(first, id="a:b,c"), *others))
    odd = replace(
        odd, items=tuple(replace(i, scale="a:b,c") if i.scale == first.id else i for i in odd.items)
    )
    form = odd.narrowed("full", ["a:b,c", "openness"])
    assert [scale.id for scale in odd.scales_of(form)] == ["a:b,c", "openness"]


@pytest.mark.parametrize(
    "form",
    [
        "short20:openness,conscientiousness",
        "short20:",
        "short20:nothing",
        "nothing:openness",
        "full:extraversion,agreeableness,conscientiousness,emotional_stability,openness",
    ],
)
def test_a_choice_of_scales_has_only_one_spelling(form: str) -> None:
    with pytest.raises(FormError):
        load().form(form)
