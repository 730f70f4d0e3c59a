"""Judgement scores, compared with manually calculated examples."""

import re
from dataclasses import replace

import pytest
from django.utils import translation

from goodword.assessments.kinds.content import Panel
from goodword.assessments.kinds.judgement.content import read_judgement
from goodword.assessments.kinds.judgement.items import WITHIN, ActionScore, judge, situation_items
from goodword.assessments.kinds.judgement.results import judgement_sheet
from goodword.assessments.kinds.scores import ComputedScore, ScoringError
from goodword.assessments.kinds.technical_sheet import NOTHING
from goodword.assessments.psychometrics.norms import NormTable, norm_table
from goodword.assessments.scoring import compute_scores
from goodword.core.text import rounded
from goodword.core.validation import Json
from tests.assessments.builtins import JUDGEMENT_SETS, load_judgement
from tests.assessments.kinds.judgements import small_set

# The keys are a1 5, a2 1.5, b1 3, b2 2.
SMALL = read_judgement(small_set())


def test_the_score_of_a_whole_set_matches_a_manual_calculation() -> None:
    score = judge(SMALL, {"a1": 4, "a2": 1, "b1": 3, "b2": 5})
    # |4 - 5| + |1 - 1.5| + |3 - 3| + |5 - 2| = 1 + 0.5 + 0 + 3 = 4.5, by 4 actions
    assert score.distance == 1.125
    # the furthest from 5 is 1 (4 steps), from 1.5 is 5 (3.5), from 3 either end (2), from 2 is 5 (3): 12.5 by 4
    assert score.largest == 3.125
    # nearest to 1.5 is 1 or 2 (half a step), the other keys are exact: 0.5 / 4
    assert score.smallest == 0.125
    assert (score.n_answered, score.n_actions, score.needed) == (4, 4, 3)


def test_the_correlation_within_situations_matches_a_manual_calculation() -> None:
    score = judge(SMALL, {"a1": 4, "a2": 1, "b1": 3, "b2": 5})
    # deviations of ratings 1.5, -1.5, -1, 1 and of keys 1.75, -1.75, 0.5, -0.5
    # (2.625 + 2.625 - 0.5 - 0.5) / sqrt((2.25 + 2.25 + 1 + 1) * (3.0625 + 3.0625 + 0.25 + 0.25))
    assert score.within == round(4.25 / (6.5 * 6.625) ** 0.5, 2) == 0.65
    assert score.interval is None  # two situations
    higher = judge(SMALL, {"a1": 5, "a2": 2, "b1": 2, "b2": 4})
    assert higher.within == score.within
    assert judge(SMALL, {"a1": 4, "a2": 4, "b1": 2, "b2": 2}).within is None
    assert judge(SMALL, {"a1": 4, "b1": 3}).within is None


@pytest.mark.parametrize("reliability", [None, 0.0, -0.2])
def test_without_a_reliability_a_correlation_keeps_its_band_but_has_no_percentile(
    reliability: float | None,
) -> None:
    judgement = load_judgement(next(iter(JUDGEMENT_SETS)))
    items = situation_items(judgement)
    answers: dict[str, Json] = {
        item.id: {action.id: 1 + n % 4 for n, action in enumerate(item.situation.actions)} for item in items
    }

    def within(table: NormTable) -> ComputedScore:
        found = compute_scores(judgement, form="", items=items, answers=answers, tables={WITHIN: table})
        return next(score for score in found if score.scale == WITHIN)

    known = norm_table([n / 100 for n in range(100)], 0.8)
    without, normed = within(replace(known, reliability=reliability)), within(known)
    assert (without.low, without.high) == (normed.low, normed.high) != (None, None)
    assert normed.percentile is not None
    assert (without.percentile, without.percentile_low, without.percentile_high) == (None, None, None)


def test_a_correlation_of_nearly_zero_has_no_sign() -> None:
    keys = {"a": (5, 1), "b": (4.99, 1)}
    situations = [
        {
            "id": name,
            "text": "Something happens.",
            "actions": [
                {"id": f"{name}{n}", "text": f"Act {n}.", "effectiveness": key, "reason": "It works."}
                for n, key in enumerate(pair, start=1)
            ],
        }
        for name, pair in keys.items()
    ]
    found = judge(
        read_judgement(small_set(situations=situations)), {"a1": 2, "a2": 4, "b1": 4, "b2": 2}
    ).within
    assert str(found) == "0.0"


def test_a_score_can_be_expanded_to_answer_key_distance_and_reason() -> None:
    assert judge(SMALL, {"a2": 4}).actions[:2] == (
        ActionScore(
            situation_id="a",
            action_id="a1",
            text="Call for help.",
            answer=None,
            key=5.0,
            distance=None,
            reason="Help comes.",
        ),
        ActionScore(
            situation_id="a",
            action_id="a2",
            text="Wait and see.",
            answer=4,
            key=1.5,
            distance=2.5,
            reason="Nobody knows.",
        ),
    )


def test_three_quarters_of_the_actions_make_a_score_of_those_alone() -> None:
    score = judge(SMALL, {"a1": 4, "b1": 3, "b2": 5})
    # 1 + 0 + 3 = 4 by 3; at most 4 + 2 + 3 = 9 by 3
    assert (score.distance, score.largest, score.n_answered) == (4 / 3, 3.0, 3)


def test_fewer_than_three_quarters_of_the_actions_make_no_score() -> None:
    score = judge(SMALL, {"a1": 4, "b1": 3})
    # at most 4 + 2 = 6 by 2
    assert (score.distance, score.largest, score.n_answered) == (None, 3.0, 2)


def test_no_answers_make_no_score() -> None:
    score = judge(SMALL, {})
    assert (score.distance, score.smallest, score.largest, score.n_answered) == (None, 0.125, 3.125, 0)


def test_extreme_responding_increases_the_distance() -> None:
    moderate = judge(SMALL, {"a1": 5, "a2": 2, "b1": 3, "b2": 2})
    extreme = judge(SMALL, {"a1": 5, "a2": 1, "b1": 5, "b2": 1})
    # 0 + 0.5 + 0 + 0 = 0.5 by 4; 0 + 0.5 + 2 + 1 = 3.5 by 4
    assert (moderate.distance, extreme.distance) == (0.125, 0.875)


@pytest.mark.parametrize("set_id", JUDGEMENT_SETS)
def test_ratings_beside_the_key_of_a_built_in_set_are_as_near_as_half_steps_allow(set_id: str) -> None:
    judgement = load_judgement(set_id)
    answers = {action.id: int(action.effectiveness) for action in judgement.actions}
    halves = sum(not action.effectiveness.is_integer() for action in judgement.actions)
    score = judge(judgement, answers)
    assert score.distance == score.smallest == halves * 0.5 / 32
    assert score.within is not None
    assert score.within > 0.97
    assert score.interval is not None
    low, high = score.interval
    assert 0.9 < low <= score.within <= high < 1
    assert f"have a distance of {rounded(score.smallest, 2)}" in judgement_sheet(judgement, NOTHING).scoring


def test_the_sheet_rounds_the_smallest_distance_as_reports_do() -> None:
    scoring = judgement_sheet(SMALL, NOTHING).scoring
    assert scoring.count("the ratings nearest to this key have a distance of 0.13.") == 1


def test_agreement_just_below_the_least_is_not_written_as_the_least() -> None:
    panel = Panel(
        experts=5,
        icc_single=0.3,
        icc_single_interval=(0.1, 0.6),
        icc_average=0.7,
        icc_average_interval=(0.497, 0.9),
        wide=0,
        keyed_by="Rita Recruiter",
        keyed_on="2026-03-01",
    )
    limits = {}
    for language in ("en", "de"):
        with translation.override(language):
            limits[language] = judgement_sheet(replace(SMALL, panel=panel), NOTHING).limits[0]
    assert [re.findall(r"\d[.,]\d+", limit) for limit in limits.values()] == [
        ["0.497", "0.50"],
        ["0,497", "0,50"],
    ]


def test_an_action_of_another_set_is_refused() -> None:
    with pytest.raises(ScoringError) as refused:
        judge(SMALL, {"c1a": 3})
    assert str(refused.value) == "The action “c1a” is not part of this set."


@pytest.mark.parametrize("answer", [0, 6, True])
def test_an_answer_off_the_scale_is_refused(answer: int) -> None:
    with pytest.raises(ScoringError) as refused:
        judge(SMALL, {"a1": answer})
    assert str(refused.value) == f"The answer {answer!r} to action “a1” is not on the answer scale."
