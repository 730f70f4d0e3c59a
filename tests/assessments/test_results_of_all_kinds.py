"""Results of all kinds of test with details, which reveal no adjustment."""

import re
from copy import deepcopy
from fractions import Fraction
from math import sqrt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goodword.assessments.kinds.custom_questions.results import CustomQuestionsResult, MarkState
from goodword.assessments.kinds.judgement.results import JudgementResult
from goodword.assessments.kinds.reasoning.results import ReasoningResult
from goodword.assessments.kinds.scales.results import ScalesResult
from goodword.assessments.kinds.technical_sheet import TechnicalSheet
from goodword.assessments.models import (
    Assessment,
    Attempt,
    AttemptPart,
    DrawnItem,
    NormGroup,
    NormSet,
    Score,
    Test,
)
from goodword.assessments.psychometrics import SCORING
from goodword.assessments.report import assessment_data, assessment_pages, overview_sections
from goodword.assessments.results import AttemptResult, result
from goodword.core.report_blocks import Quote, Quotes, ScoreTable
from goodword.reports.phrases import words_for
from tests.assessments.all_kinds import ALL, assessment_of_all, fresh, marked, taken
from tests.assessments.once import once
from tests.assessments.support import answers, application, scores
from tests.support.blocks import assessment_page
from tests.support.factories import NOW as _NOW

pytestmark = pytest.mark.django_db


def whole(*, kinds: tuple[str, ...] = ALL, value: int = 4, solve: int = 1, **values: object) -> AttemptResult:
    of = application()
    assert of.role is not None
    assessment_of_all(of.role, kinds=kinds, **values)
    made = result(taken(of, value=value, solve=solve))
    assert made is not None
    return made


def all_taken() -> dict[str, Attempt]:
    made = {}
    for name, kinds in {
        "all": ALL,
        **{kind: (kind,) for kind in ("scales", "reasoning", "judgement", "own_judgement")},
    }.items():
        of = application()
        assert of.role is not None
        assessment_of_all(of.role, kinds=kinds)
        made[name] = taken(of)
    return made


made_once = once(all_taken)


@pytest.fixture
def finished(db: None, made_once: dict[str, Attempt]) -> dict[str, Attempt]:
    """Attempts by kind, or "all", with everything rated 4 and all tasks solved."""
    return deepcopy(made_once)


def page_of(found: AttemptResult) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", assessment_page(found)))


def test_the_example_has_all_kinds() -> None:
    assert set(ALL) == set(Test.Kind.values)


@pytest.mark.world
def test_results_follow_the_order_of_the_assessment(
    finished: dict[str, Attempt],
) -> None:
    found = _made(finished["all"])
    assert [type(part) for part in found.parts] == [
        ScalesResult,
        ReasoningResult,
        JudgementResult,
        CustomQuestionsResult,
    ]
    assert [part.order for part in found.parts] == [1, 2, 3, 4]
    assert [part.requirement.text for part in found.parts if part.requirement] == [
        f"Needed for {kind}" for kind in ALL
    ]
    assert found.total is None


@pytest.mark.main_case
def test_tasks_are_counted_by_category_with_answer_and_rule() -> None:
    [found] = whole(kinds=("reasoning",), solve=2).parts
    assert isinstance(found, ReasoningResult)
    n = found.whole.given
    assert (found.whole.solved, found.whole.answered, len(found.tasks)) == (n // 2, n, n)
    assert sum(category.solved for category in found.categories) == found.whole.solved
    assert sum(category.given for category in found.categories) == n
    assert [task.solved for task in found.tasks] == [number % 2 == 0 for number in range(1, n + 1)]
    assert all(task.rule and task.chosen for task in found.tasks)
    assert found.ability is None
    page = page_of(found_in(found))
    assert page.count("so the count shows only how many were solved") == 1
    assert page.count(" not solved ") == n - found.whole.solved
    assert " Numbers " in page


def found_in(part: ReasoningResult | JudgementResult | CustomQuestionsResult | ScalesResult) -> AttemptResult:
    return AttemptResult(attempt_id=1, language="en", completed_at=_NOW, parts=(part,))


def test_a_matrix_is_drawn_with_descriptions(
    finished: dict[str, Attempt],
) -> None:
    found = _made(finished["reasoning"])
    page = assessment_page(found)
    [part] = found.parts
    assert isinstance(part, ReasoningResult)
    figures = [task for task in part.tasks if task.shown.pictures]
    assert figures != []
    assert page.count("<svg") >= sum(8 + len(task.options) for task in figures)
    assert page.count('role="img" aria-label="') >= sum(8 + len(task.options) for task in figures)


@pytest.mark.world
def test_void_items_are_neither_shown_nor_wrong(
    finished: dict[str, Attempt],
) -> None:
    attempt = finished["reasoning"]
    first = DrawnItem.objects.of(attempt.organisation).filter(part__attempt=attempt, position=1).get()
    DrawnItem.objects.create(
        organisation=attempt.organisation,
        part=first.part,
        position=1,
        item="1x",
        content=first.content,
        voided_at=_NOW,
    )
    made = result(fresh(attempt))
    assert made is not None
    [found] = made.parts
    assert isinstance(found, ReasoningResult)
    assert len(found.tasks) == found.whole.given
    assert [task.solved for task in found.tasks] == [True] * found.whole.given


@pytest.mark.parametrize(
    "stored", [{"ability_low": -0.93, "ability_high": 0.09}, {"ability_low": None, "ability_high": None}]
)
def test_an_ability_is_shown_with_its_interval_only_if_issued(
    finished: dict[str, Attempt], stored: dict[str, float | None]
) -> None:
    """Also applies to abilities issued before intervals were stored."""
    attempt = finished["reasoning"]
    Score.objects.of(attempt.organisation).filter(part__attempt=attempt, scale="").update(
        ability=-0.42, ability_se=0.31, **stored
    )
    made = result(fresh(attempt))
    assert made is not None
    [found] = made.parts
    assert isinstance(found, ReasoningResult)
    assert found.ability is not None
    assert found.ability.words == "−0.4 (−0.9 to 0.1)"
    page = page_of(made)
    assert page.count("an ability of −0.4 (90% interval −0.9 to 0.1)") == 1
    assert "so the count shows only" not in page


def test_a_percentile_is_worded_with_its_group(
    finished: dict[str, Attempt],
) -> None:
    attempt = finished["scales"]
    in_group(attempt_part=scores(attempt).filter(scale="openness").get(), device="computer")
    made = result(fresh(attempt))
    assert made is not None
    [found] = made.parts
    assert isinstance(found, ScalesResult)
    assert [scale.scale.id for scale in found.scales if scale.normed] == ["openness"]
    page = page_of(made)
    group = "132 first attempts in English on computers, norms 2"
    assert page.count(f"With its uncertainty, percentiles 41 to 72 of {group}.") == 1
    assert page.count("The 90% band is 2.6 to 3.4. Reliability in that group: 0.81.") == 1


def test_a_correlation_has_a_percentile_and_a_distance_has_none(
    finished: dict[str, Attempt],
) -> None:
    attempt = finished["own_judgement"]
    correlated_in_group(attempt)
    made = result(fresh(attempt))
    assert made is not None
    [found] = made.parts
    assert isinstance(found, JudgementResult)
    assert found.normed is not None
    group = "132 first attempts in English on computers, norms 2"
    page = page_of(made)
    for words in (
        "The ratings follow the key with a correlation of 0.62 within the situations:",
        f"With its uncertainty, percentiles 41 to 72 of {group}.",
        "The 90% band is 0.19 to 1.05. Reliability in that group: 0.81.",
        "it also depends on how somebody uses the scale, so candidates are not compared by it.",
        "answers alone: how much the correlation changes if each situation in turn is left out (jackknife",
    ):
        assert page.count(words) == 1, words
    assert "Standard error of measurement" not in page


def test_equal_ratings_in_each_situation_give_no_correlation_instead_of_zero(
    finished: dict[str, Attempt],
) -> None:
    [found] = _made(finished["own_judgement"]).parts
    assert isinstance(found, JudgementResult)
    assert (found.within, found.band, found.normed) == (None, None, None)
    page = page_of(_made(finished["own_judgement"]))
    assert page.count("because the actions in each situation were rated alike.") == 1
    assert page.count("This does not mean a low result.") == 1
    assert page.count("No correlation: the actions in each situation were rated alike") == 1


def test_practice_sets_are_not_compared_with_norms(finished: dict[str, Attempt]) -> None:
    attempt = finished["judgement"]
    correlated_in_group(attempt)
    page = page_of(_made(attempt))
    assert (
        page.count("its key was not set by a panel of people who do this job, or they agreed too little.")
        == 1
    )
    assert [words for words in ("of 100", "How this was calculated") if words in page] == []


@pytest.mark.world
def test_the_sheet_shows_the_roles_norms_else_the_newest(
    finished: dict[str, Attempt],
) -> None:
    attempt = finished["scales"]
    assert _sheet(attempt).reliability.startswith("None yet.")
    score = scores(attempt).filter(scale="openness").get()
    in_group(attempt_part=score, device="computer")
    newest = _sheet(attempt)
    assert newest.reliability.count(" omega 0.81, alpha 0.79 (n 120). omega = (Σa)² ÷ ") == 1
    assert newest.norms.startswith("Your own norms 2: 132 first attempts")
    assert score.norm_group is not None
    fixed = score.norm_group
    part = AttemptPart.objects.of(attempt.organisation).select_related("part").get(attempt=attempt)
    part.part.norms = fixed.norm_set
    part.part.save()
    later = NormSet.objects.get(pk=fixed.norm_set_id)
    later.pk, later.number = None, 3
    later.save()
    assert _sheet(attempt) == newest


def _sheet(attempt: Attempt) -> TechnicalSheet:
    [part] = _made(attempt).parts
    return part.sheet


def in_group(*, attempt_part: Score, device: str, language: str = "en") -> None:
    """Add a norm group to a score as if issued with it. Of 132, 54 are below its band, 60 below it, 25 equal, and 95
    below the band's upper end: percentiles 41, 55 and 72.
    """
    value = attempt_part.value
    assert value is not None
    part = (
        AttemptPart.objects.of(attempt_part.organisation)
        .select_related("version__test")
        .get(pk=attempt_part.part_id)
    )
    norms = NormSet.objects.create(
        organisation=part.organisation,
        test=part.version.test,
        version=part.version.number,
        form=part.form,
        number=2,
        created_at=_NOW,
    )
    steps = ((-1, 20), (-0.5, 54), (-0.25, 60), (0, 85), (0.25, 95), (0.75, 125), (1.5, 132))
    table = {
        "rule": SCORING["norms"],
        "n": 132,
        "mean": 3.1,
        "sd": 0.6,
        "cumulative": [[value + step, upto] for step, upto in steps],
        "reliability": 0.81,
    }
    attempt_part.norm_group = NormGroup.objects.create(
        organisation=part.organisation,
        norm_set=norms,
        language=language,
        device=device,
        n=132,
        tables={
            attempt_part.scale: table
            | {
                "reliability_by": "items",
                "alpha": 0.79,
                "omega": 0.81,
                "reliability_n": 120,
            }
        },
    )
    error = 0.6 * sqrt(1 - 0.81)
    attempt_part.low, attempt_part.high = value - 1.645 * error, value + 1.645 * error
    attempt_part.percentile, attempt_part.percentile_low, attempt_part.percentile_high = 55, 41, 72
    attempt_part.save()


def correlated_in_group(attempt: Attempt) -> None:
    """Set a correlation of 0.62 with a band and a norm group, as if issued."""
    score = scores(attempt).get(scale="within")
    score.value = 0.62
    in_group(attempt_part=score, device="computer")


def test_a_judgement_shows_the_distance_and_the_reason_of_each_key(
    finished: dict[str, Attempt],
) -> None:
    [found] = _made(finished["judgement"]).parts
    assert isinstance(found, JudgementResult)
    first = found.situations[0].actions[0]
    assert (first.answer, first.label, first.key, first.distance) == (4, "Rather effective", 2, 2)
    assert first.reason.startswith("An explanation helps")
    distances = [action.distance or 0 for situation in found.situations for action in situation.actions]
    assert found.distance == pytest.approx(sum(distances) / len(distances))
    assert found.largest > (found.distance or 0)
    page = page_of(found_in(found))
    assert page.count(f"On average the ratings are {found.distance:.1f} steps from the key.") == 1
    assert page.count(f"For these actions, 0.22 to {found.largest:.1f} is possible.") == 1
    assert [word for word in ("good", "bad", "poor", "pass", "fail") if f" {word} judgement" in page] == []


@pytest.mark.main_case
def test_custom_answers_are_shown_with_correct_ones_counted() -> None:
    [found] = whole(kinds=("questions",)).parts
    assert isinstance(found, CustomQuestionsResult)
    assert (found.right, found.keyed) == (1, 1)
    assert [(question.answer, question.right, question.state) for question in found.questions] == [
        ("Before each use", True, MarkState.NONE),
        ("I call everybody down and tell the office.", None, MarkState.NOT_YET),
        ("On 1 May", None, MarkState.NONE),
        ("", None, MarkState.NONE),
    ]
    [file] = [question.file for question in found.questions if question.file]
    assert (file.name, file.size) == ("licence-of-ada.pdf", 12_000)
    page = page_of(found_in(found))
    assert (page.count("Not marked yet."), page.count("licence-of-ada.pdf")) == (1, 1)


@pytest.mark.world
def test_the_overview_marks_an_answer_as_the_candidates_words() -> None:
    data = assessment_data(whole(kinds=("questions",)), moment=str)
    [section] = overview_sections(data, words_for("en"))
    assert section.blocks == [
        Quotes(
            [
                Quote(
                    text="“I call everybody down and tell the office.”",
                    by="The candidate's answer to: A storm comes up. What do you do?",
                    language=None,
                )
            ]
        )
    ]


@pytest.mark.world
def test_two_raters_are_shown_once_both_have_marked() -> None:
    of = application()
    assert of.role is not None
    assessment_of_all(of.role, kinds=("questions",), two_raters=True)
    attempt = taken(of)
    marked(attempt, name="Nora", safe=5, tells=1, comment="Calm and clear")
    half = result(fresh(attempt))
    assert half is not None
    page = page_of(half)
    assert page.count("Marked by one of two raters.") == 1
    assert [word for word in ("Nora", "Calm and clear", "6") if f" {word} " in page] == []
    marked(attempt, name="Omar", safe=4, tells=2)
    both = result(fresh(attempt))
    assert both is not None
    [found] = both.parts
    assert isinstance(found, CustomQuestionsResult)
    storm = found.questions[1]
    assert (storm.raters, storm.sums, storm.mean, storm.most) == (("Nora", "Omar"), (6, 6), 6.0, 8)
    assert [(criterion.given, criterion.mean_text) for criterion in storm.criteria] == [
        ((5, 4), "4.5"),
        ((1, 2), "1.5"),
    ]
    assert page_of(both).count("Nora: Calm and clear") == 1


@pytest.mark.main_case
def test_a_total_is_the_mean_of_category_means() -> None:
    found = whole(total=Assessment.Total.CATEGORIES, solve=2)
    total = found.total
    assert total is not None
    [reasoning] = [part for part in found.parts if isinstance(part, ReasoningResult)]
    shares = [Fraction(category.solved, category.given) for category in reasoning.categories] + [Fraction(1)]
    assert total.value == sum(shares, Fraction(0)) / len(shares)
    assert [portion.name for portion in total.portions] == [
        category.name for category in reasoning.categories
    ] + ["Questions of ours"]
    page = page_of(found)
    assert page.count("Scales and judgements are not included.") == 1
    assert page.count("% × ") == len(shares)


@pytest.mark.world
def test_a_weighted_total_shows_its_weights_and_why() -> None:
    found = whole(
        total=Assessment.Total.WEIGHTS,
        total_reason="Half the day is spent on ropes",
        weights={"reasoning": 3, "questions": 1},
    )
    total = found.total
    assert total is not None
    assert page_of(found).count("75% × 100% + 25% × 100% = 100%") == 1
    assert page_of(found).count("Half the day is spent on ropes") == 1


@pytest.mark.world
def test_an_impossible_total_says_why() -> None:
    found = whole(kinds=("scales",), total=Assessment.Total.CATEGORIES)
    assert found.total is not None
    assert found.total.value is None
    assert page_of(found).count("There is no total:") == 1


@pytest.mark.main_case
def test_scores_are_shown_as_issued(
    finished: dict[str, Attempt],
) -> None:
    attempt = finished["all"]
    before = result(fresh(attempt))
    answers(attempt).filter(part__version__test__kind="reasoning").delete()
    after = result(fresh(attempt))
    assert before is not None
    assert after is not None
    kept = [part.whole for part in (*before.parts, *after.parts) if isinstance(part, ReasoningResult)]
    assert kept[0] == kept[1]


@pytest.mark.world
def test_the_page_does_not_reveal_grants(
    finished: dict[str, Attempt],
) -> None:
    attempt = finished["all"]
    plain = page_of(_made(attempt))
    AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt).update(seconds=7777, breaks=2)
    answers(attempt).update(seconds=4711)
    assert page_of(_made(attempt)) == plain
    assert [word for word in ("7777", "4711", "seconds", "paused") if word in plain] == []


def _made(attempt: Attempt) -> AttemptResult:
    made = result(fresh(attempt))
    assert made is not None
    return made


@pytest.mark.world
def test_all_kinds_together_take_as_many_queries_as_one(finished: dict[str, Attempt]) -> None:
    counts = []
    for name in ("scales", "all"):
        attempt = finished[name]
        result(attempt)
        with CaptureQueriesContext(connection) as queries:
            result(attempt)
        counts.append(len(queries))
    assert counts == [9, 9]


def precisions(attempt: Attempt) -> list[str]:
    """What page 1 of the report says about the precision of each test's scores."""
    data = assessment_data(_made(attempt), moment=lambda at: at.isoformat())
    return [
        row.precision
        for section in assessment_pages(data, words_for("en"), erased=False).front
        for block in section.blocks
        if isinstance(block, ScoreTable)
        for row in block.rows
    ]


def test_page_1_states_the_lowest_and_the_highest_reliability_and_names_scales_without_norms(
    finished: dict[str, Attempt],
) -> None:
    attempt = finished["scales"]
    first, *others = [
        scores(attempt).get(scale=scale) for scale in ("openness", "extraversion", "agreeableness")
    ]
    in_group(attempt_part=first, device="computer")
    group = first.norm_group
    assert group is not None
    of_first = group.tables["openness"]
    group.tables["openness"] = of_first | {"n": 131}
    for score, reliability in zip(others, (0.664, 0.7), strict=True):
        group.tables[score.scale] = of_first | {"reliability": reliability}
        score.norm_group, score.low, score.high = group, first.low, first.high
        score.percentile, score.percentile_low, score.percentile_high = 55, 41, 72
        score.save()
    group.save()
    [sentences] = precisions(attempt)
    assert sentences == (
        "Compared with 132 first attempts in English on computers, norms 2. "
        "Reliability in that group: 0.66 to 0.81. "
        "Without norms: Planning and order; Response to pressure."
    )


def test_page_1_states_no_reliability_of_a_category_beside_the_number_solved(
    finished: dict[str, Attempt],
) -> None:
    attempt = finished["reasoning"]
    in_group(attempt_part=scores(attempt).get(scale="numerical"), device="computer")
    assert precisions(attempt) == [""]
