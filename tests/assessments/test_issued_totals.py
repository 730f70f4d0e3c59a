"""Totals are issued once; pages and reports show the issued one."""

import re
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from goodword.assessments.attempts.completion import complete_if_done
from goodword.assessments.models import Assessment, AssessmentPart, Attempt, AttemptPart, IssuedTotal, Score
from goodword.assessments.psychometrics import totals
from goodword.assessments.results import result
from goodword.candidates.models import Application
from tests.assessments.all_kinds import ALL, NOW, assessment_of_all, fresh, marked, taken
from tests.assessments.once import once
from tests.assessments.support import application, assigned
from tests.support.blocks import assessment_page

pytestmark = pytest.mark.django_db

#: (category, solved, given) of generated tasks; correct and total custom questions
TASKS = (("numerical", 6, 10), ("deductive", 1, 4))
OWN = (2, 6)
WEIGHTED: dict[str, Any] = {
    "total": Assessment.Total.WEIGHTS,
    "total_reason": "Half the day is spent on ropes",
    "weights": {"reasoning": 3, "questions": 1},
}


def on_a_role(kinds: tuple[str, ...] = ("reasoning", "questions"), **values: Any) -> Application:
    of = application()
    assert of.role is not None
    assessment_of_all(of.role, kinds=kinds, **values)
    return of


def scored(of: Application, *, own: tuple[int, int] | None = OWN) -> Attempt:
    """A completed attempt whose parts have these numbers of correct tasks."""
    attempt = assigned(of)
    for part in AttemptPart.objects.of(of.organisation).filter(attempt=attempt):
        counts = TASKS if part.version.test.kind == "reasoning" else (("", *own),) if own else ()
        if part.version.test.kind == "reasoning":
            counts = (*counts, ("", sum(one[1] for one in counts), sum(one[2] for one in counts)))
        for scale, solved, given in counts:
            Score.objects.create(
                organisation=of.organisation,
                part=part,
                scale=scale,
                value=solved,
                answered=given,
                items=given,
                scoring_version="1",
            )
        AttemptPart.objects.of(of.organisation).filter(pk=part.pk).update(ended_at=NOW, begun_at=NOW)
    complete_if_done(attempt, now=NOW)
    return fresh(attempt)


def issued(attempt: Attempt) -> IssuedTotal:
    return IssuedTotal.objects.of(attempt.organisation).get(attempt=attempt)


def total_fields(attempt: Attempt) -> dict[str, Any]:
    row = issued(attempt)
    names = (
        "mode",
        "weights",
        "reason",
        "value",
        "why_not",
        "portions",
        "scoring_version",
        "organisation_id",
    )
    return {name: getattr(row, name) for name in names}


def both_scored() -> tuple[Attempt, Attempt]:
    return scored(on_a_role(total=Assessment.Total.CATEGORIES)), scored(on_a_role(**WEIGHTED))


scored_once = once(both_scored)


@pytest.fixture
def by_categories(db: None, scored_once: tuple[Attempt, Attempt]) -> Attempt:
    return deepcopy(scored_once[0])


@pytest.fixture
def weighted(db: None, scored_once: tuple[Attempt, Attempt]) -> Attempt:
    return deepcopy(scored_once[1])


def shown(attempt: Attempt) -> str:
    page = assessment_page(result(fresh(attempt)))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page).replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.world
def test_the_mean_of_category_means_is_issued_with_its_components(by_categories: Attempt) -> None:
    # numerical 6/10, deductive 1/4, own questions 2/6: (36/60 + 15/60 + 20/60) / 3 = 71/180
    row = issued(by_categories)
    assert (row.mode, row.value, row.why_not, row.weights, row.reason, row.scoring_version) == (
        "categories",
        "71/180",
        "",
        {},
        "",
        "1",
    )
    assert row.portions == [
        {
            "category": "numerical",
            "part": "",
            "share": "3/5",
            "weight": "1/3",
            "counted": [{"part": "1", "solved": 6, "given": 10}],
        },
        {
            "category": "deductive",
            "part": "",
            "share": "1/4",
            "weight": "1/3",
            "counted": [{"part": "1", "solved": 1, "given": 4}],
        },
        {
            "category": "",
            "part": "2",
            "share": "1/3",
            "weight": "1/3",
            "counted": [{"part": "2", "solved": 2, "given": 6}],
        },
    ]


def test_a_weighted_total_is_issued_with_its_weights_and_their_reason(weighted: Attempt) -> None:
    # reasoning 7/14, own questions 2/6: 3/4 * 1/2 + 1/4 * 1/3 = 9/24 + 2/24 = 11/24
    row = issued(weighted)
    assert (row.mode, row.value, row.weights, row.reason) == (
        "weights",
        "11/24",
        {"1": 3, "2": 1},
        "Half the day is spent on ropes",
    )
    assert [(portion["part"], portion["share"], portion["weight"]) for portion in row.portions] == [
        ("1", "1/2", "3/4"),
        ("2", "1/3", "1/4"),
    ]


@pytest.mark.world
def test_a_part_without_a_count_has_no_share_in_the_total() -> None:
    # no custom question has a correct answer: (6/10 + 1/4) / 2 = 17/40
    assert issued(scored(on_a_role(total=Assessment.Total.CATEGORIES), own=None)).value == "17/40"


@pytest.mark.main_case
@pytest.mark.parametrize(
    ("kinds", "values", "why"),
    [
        (("scales", "judgement"), {"total": Assessment.Total.CATEGORIES}, "no_count"),
        (("reasoning", "questions"), WEIGHTED | {"weights": {"reasoning": 3}}, "no_weight"),
    ],
)
def test_an_impossible_total_says_why(kinds: tuple[str, ...], values: dict[str, Any], why: str) -> None:
    attempt = taken(on_a_role(kinds, **values))
    row = issued(attempt)
    assert (row.value, row.why_not, row.portions) == ("", why, [])
    found = result(attempt)
    assert found is not None and found.total is not None
    assert found.total.value is None
    assert found.total.why_not == why
    sentence = {"no_count": "has no count.", "no_weight": "has no weight."}[why]
    assert shown(attempt).count(f"There is no total: a test with right and wrong answers {sentence}") == 1


@pytest.mark.world
def test_the_total_is_issued_with_the_last_part() -> None:
    of = on_a_role(ALL, total=Assessment.Total.CATEGORIES)
    attempt = assigned(of)
    parts = AttemptPart.objects.of(of.organisation).filter(attempt=attempt)
    parts.exclude(order=4).update(ended_at=NOW)
    complete_if_done(attempt, now=NOW)
    assert not IssuedTotal.objects.of(of.organisation).exists()
    parts.update(ended_at=NOW)
    complete_if_done(attempt, now=NOW)
    assert issued(attempt).why_not == "no_count"


@pytest.mark.world
def test_an_assessment_without_a_total_has_no_row() -> None:
    attempt = taken(on_a_role(ALL))
    assert not IssuedTotal.objects.of(attempt.organisation).exists()
    found = result(attempt)
    assert found is not None and found.total is None


@pytest.mark.world
def test_the_stored_total_is_shown(by_categories: Attempt, weighted: Attempt) -> None:
    page = shown(by_categories)
    assert page.count("33.3% × 60% + 33.3% × 25% + 33.3% × 33.3% = 39.4%") == 1
    page = shown(weighted)
    assert page.count("75% × 50% + 25% × 33.3% = 45.8%") == 1
    assert page.count("Half the day is spent on ropes") == 1


@pytest.mark.world
def test_the_total_stays_when_rule_and_weights_change(
    weighted: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, of = weighted, weighted.step_request.application
    before, page = result(attempt), shown(attempt)
    assert of.role is not None
    assessment_of_all(
        of.role,
        kinds=("reasoning", "questions"),
        **WEIGHTED | {"weights": {"reasoning": 1, "questions": 9}, "total_reason": "Another one"},
    )
    AssessmentPart.objects.of(of.organisation).update(weight=7)
    monkeypatch.setattr(totals, "total", lambda *_, **__: totals.Total(Fraction(1), ()))
    complete_if_done(fresh(attempt), now=NOW)
    assert before is not None and before.total is not None and before.total.value == Fraction(11, 24)
    after = result(fresh(attempt))
    assert after is not None and after.total == before.total
    assert shown(attempt) == page


@pytest.mark.world
def test_marks_do_not_count_in_totals() -> None:
    attempt = taken(on_a_role(total=Assessment.Total.CATEGORIES), solve=2)
    before = result(attempt)
    marked(attempt, name="Nora", safe=0, tells=0)
    after = result(fresh(attempt))
    assert before is not None and after is not None
    assert after.total == before.total
    assert issued(attempt).portions[-1]["counted"] == [{"part": "2", "solved": 1, "given": 1}]
