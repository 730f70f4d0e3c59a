"""Which scores and ratings are paired, and which are rejected."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from goodword.assessments.kinds.judgement.items import WITHIN
from goodword.assessments.models import Attempt, AttemptPart
from goodword.assessments.validity import CorrelationRow, CriterionFigures, RatingCriterion, figures
from goodword.candidates.models import Application, Candidate
from goodword.roles.models import Role
from tests.assessments.all_kinds import own_situations
from tests.assessments.plans import JUDGEMENT, PlannedTest
from tests.assessments.validity.people import NOW, RATED, judged, rate, took
from tests.support import factories

pytestmark = pytest.mark.django_db

REASONING = PlannedTest(test="reasoning", form="short_12")


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation())


def score(place: int) -> float:
    return (place * 37) % 53


def rating(place: int) -> float:
    return 1 + ((place * 37) % 53) / 53 + ((place * 29) % 17) / 6


def only(role: Role, of: Role | None = None) -> CriterionFigures:
    [found] = figures(role.organisation, of)
    return found


def only_row(role: Role, of: Role | None = None) -> CorrelationRow:
    [row] = only(role, of).rows
    return row


def test_scores_of_people_hired_are_correlated_with_their_ratings(role: Role) -> None:
    people = took(role, 90, score, test=REASONING)
    rate(people[:60], rating)
    found = only(role)
    assert (found.criterion, found.people, found.raters) == (RatingCriterion("Overall", 1, 5), 60, 1)
    [row] = found.rows
    assert (row.predictor.test, row.predictor.form, row.predictor.scale) == (
        "Reasoning",
        "12 tasks in 12 minutes",
        "",
    )
    assert row.n == 60 and row.validity is not None
    assert (row.validity.n, row.validity.applicants) == (60, 90)
    assert row.validity.observed.r > 0.2 and row.validity.corrected is not None


@pytest.mark.world
def test_below_fifty_people_nothing_is_computed_and_below_ten_nothing_is_listed(role: Role) -> None:
    people = took(role, 60, score, test=REASONING)
    rate(people[:9], rating)
    assert only(role).rows == []
    rate(people[9:49], rating, rater="Cy")
    row = only_row(role)
    assert (row.n, row.enough, row.validity) == (49, False, None)
    rate(people[49:50], rating)
    assert only_row(role).validity is not None


def _rated_before(people: list[Application]) -> None:
    parts = AttemptPart.objects.of(people[0].organisation)
    parts.filter(attempt__step_request__application__in=people[:5]).update(begun_at=RATED + timedelta(days=1))


def _ended_by_member(people: list[Application]) -> None:
    parts = AttemptPart.objects.of(people[0].organisation)
    parts.filter(attempt__step_request__application__in=people[:5]).update(ended_by="by_member")


def _erased(people: list[Application]) -> None:
    ids = [person.candidate_id for person in people[:5]]
    Candidate.objects.of(people[0].organisation).filter(pk__in=ids).update(erased_at=NOW)


def _being_erased(people: list[Application]) -> None:
    ids = [person.pk for person in people[:5]]
    Application.objects.of(people[0].organisation).filter(pk__in=ids).update(erasure_requested_at=NOW)


def _not_completed(people: list[Application]) -> None:
    attempts = Attempt.objects.of(people[0].organisation)
    attempts.filter(step_request__application__in=people[:5]).update(progress="in_progress")


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("done", [_rated_before, _ended_by_member, _erased, _being_erased, _not_completed])
def test_late_incomplete_and_erased_results_do_not_count(
    role: Role, done: Callable[[list[Application]], Any]
) -> None:
    people = took(role, 60, score, test=REASONING)
    rate(people, rating)
    done(people)
    assert only_row(role).n == 55


@pytest.mark.world
@pytest.mark.parametrize("status", ["active", "rejected"])
def test_ratings_do_not_count_while_the_hire_is_undone(role: Role, status: str) -> None:
    people = took(role, 60, score, test=REASONING)
    rate(people, rating)
    undone = Application.objects.of(role.organisation).filter(pk__in=[person.pk for person in people[:5]])
    undone.update(status=status)
    assert (only(role).people, only_row(role).n) == (55, 55)
    undone.update(status="hired")
    assert (only(role).people, only_row(role).n) == (60, 60)


@pytest.mark.world
def test_practice_sets_unconfirmed_ratings_and_other_organisations_do_not_count(role: Role) -> None:
    people = took(role, 60, score, test=JUDGEMENT)
    made = rate(people, rating)
    assert only(role).rows == []
    foreign = factories.role(factories.organisation())
    rate(took(foreign, 60, score, test=REASONING), rating)
    assert only(role).rows == []
    made.confirmed_at = None
    made.save()
    assert figures(role.organisation) == []


@pytest.mark.world
def test_the_first_attempt_and_each_raters_first_rating_count(role: Role) -> None:
    people = took(role, 60, score, test=REASONING)
    took(role, 60, lambda place: -score(place), test=REASONING, at=NOW + timedelta(days=5), of=people)
    rate(people, rating, rater="Bo")
    before = only_row(role).validity
    rate(people, lambda place: 5 - rating(place), rater="bo", at=RATED + timedelta(days=200))
    found = only(role)
    assert found.raters == 1 and found.rows[0].validity == before
    rate(people, lambda place: 1 + place % 5, rater="Cy")
    assert only(role).raters == 2 and only_row(role).validity != before


@pytest.mark.world
def test_two_raters_agreement_needs_thirty_people(role: Role) -> None:
    people = took(role, 30, score, test=REASONING)
    rate(people, rating)
    rate(people[:29], lambda place: rating(place) + place % 2, rater="Cy")
    few = only(role)
    assert (few.twice, few.agreement) == (29, None)
    rate(people[29:], rating, rater="Di")
    found = only(role)
    assert found.agreement is not None
    assert (found.twice, found.agreement.targets, found.raters) == (30, 30, 3)
    low, high = found.agreement.interval
    assert 0 < low < found.agreement.single < high < 1


@pytest.mark.world
def test_ratings_on_another_scale_are_another_criterion(role: Role) -> None:
    people = took(role, 12, score, test=REASONING)
    rate(people, rating)
    rate(people, rating, criterion="overall", rater="Cy")
    rate(people[:3], rating, highest=7)
    assert [(figure.criterion.scale, figure.people) for figure in figures(role.organisation)] == [
        ("1–5", 12),
        ("1–7", 3),
    ]


@pytest.mark.world
def test_merged_profiles_are_one_person(role: Role) -> None:
    people = took(role, 12, score, test=REASONING)
    other = factories.application(factories.role(role.organisation), status="hired", hired_at=NOW)
    Candidate.objects.of(role.organisation).filter(pk=people[0].candidate_id).update(
        merged_into=other.candidate
    )
    rate([*people[1:], other], rating)
    row = only_row(role)
    assert (row.n, row.left_out) == (11, 1)  # the other profile's role is small


@pytest.mark.world
def test_a_role_counts_its_own_applicants_and_ratings(role: Role) -> None:
    people = took(role, 60, score, test=REASONING)
    elsewhere = factories.role(role.organisation, title="Other")
    others = took(elsewhere, 30, score, test=REASONING)
    rate([*people[:50], *others], rating)
    assert [(only_row(role, of).n, of) for of in (None, role, elsewhere)] == [
        (80, None),
        (50, role),
        (30, elsewhere),
    ]
    found = only_row(role, role).validity
    assert found is not None and found.applicants == 60
    assert figures(role.organisation, factories.role(role.organisation)) == []


def _of_two(more: int, place: int) -> float:
    return more + place % 2


def _rated_of_two(more: int, place: int) -> float:
    return 1 + more / 50 + place // 2 % 2


@pytest.mark.world
def test_roles_that_differ_in_means_show_no_validity_that_neither_has(role: Role) -> None:
    """If the 62 people were pooled across roles, r would be .9."""
    other = factories.role(role.organisation, title="Other")
    small = factories.role(role.organisation, title="Small")
    for where, n, more in ((role, 30, 0), (other, 32, 100), (small, 4, 900)):
        people = took(where, n, partial(_of_two, more), test=REASONING)
        rate(people, partial(_rated_of_two, more))
    row = only_row(role)
    assert (row.n, row.roles, row.left_out) == (62, 2, 4)
    assert row.validity is not None and abs(row.validity.observed.r) < 0.05


@pytest.mark.world
def test_selections_of_scales_are_put_together_for_the_scale_they_share(role: Role) -> None:
    forms = ("short20:agreeableness,openness", "short20:openness")
    people = []
    for form in forms:
        test = PlannedTest(test="work_style", form=form)
        people += took(role, 30, score, test=test, scale="openness")
    rate(people, rating)
    row = only_row(role)
    assert (row.n, row.predictor.scale) == (60, "New and proven ways")


@pytest.mark.world
def test_of_a_judgement_set_the_correlation_counts_and_the_distance_does_not(role: Role) -> None:
    judged(role)
    row = only_row(role)
    assert row.predictor.scale == "Correlation within situations"
    assert row.validity is not None
    assert row.validity.observed.low > 0.3


@pytest.mark.world
def test_tests_with_the_same_title_stay_separate(role: Role) -> None:
    people = []
    for key in ("one", "two"):
        test = own_situations(role.organisation, key).test
        people += took(role, 12, score, test=PlannedTest(test=test), scale=WITHIN)
    rate(people, rating)
    assert [row.n for row in only(role).rows] == [12, 12]


@pytest.mark.world
def test_more_people_and_tests_take_no_more_queries_than_few(
    role: Role, django_assert_num_queries: Any
) -> None:
    rate(took(role, 3, score, test=REASONING), rating)
    figures(role.organisation)
    with django_assert_num_queries(60, exact=False) as few:
        figures(role.organisation)
    rate(took(role, 12, score, test=REASONING), rating)
    with django_assert_num_queries(len(few.captured_queries)):
        figures(role.organisation)
