"""Candidates are compared with the norms fixed for their assessment, of the same form, language and device."""

from copy import deepcopy
from math import isclose, sqrt
from typing import Any

import pytest

from goodword.accounts.models import Organisation
from goodword.assessments.attempts.answers import save_answer
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.scores import issued_normed_score
from goodword.assessments.models import Assessment, Calibration, NormGroup, NormSet, Score, Test
from goodword.assessments.norms.making import make_calibration, make_norms
from goodword.assessments.psychometrics import strata
from goodword.assessments.psychometrics.abilities import ability
from goodword.assessments.scoring import score_part
from tests.assessments.crowd import applications, finished, published, role_of
from tests.assessments.norms.people import answers_of_person, form_of, keyed, scale_answers, solves
from tests.assessments.once import once
from tests.assessments.support import assigned, scores, statements_of
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW


def norms_of_120() -> tuple[NormSet, str]:
    """Norms made by a recruiter from 120 people with known figures."""
    acme = factories.organisation()
    test = ensure_builtin(acme, "work_style", now=NOW)
    number = str(test.versions.latest("pk").number)
    before = published(role_of(acme), (test, number, "short20"))
    finished(before, applications(before.step.role, 120), answers=scale_answers)
    return norms_now(acme, test, number), number


made = once(norms_of_120)


@pytest.fixture
def normed(db: None, made: tuple[NormSet, str]) -> tuple[NormSet, str]:
    return deepcopy(made)


def norms_now(acme: Organisation, test: Test, number: str) -> NormSet:
    """Create norms as the button and its job do."""
    member = factories.member(acme)
    return make_norms(test_id=test.pk, version=number, form="short20", member_id=member.pk, now=NOW).norm_set


def assessment_of(norms: NormSet, number: str, *, form: str = "short20") -> Assessment:
    return published(role_of(norms.organisation), (norms.test, number, form), norms=norms)


def finishes(
    assessment: Assessment, values: dict[str, Any], *, device: str = "computer", language: str = "en"
) -> list[Score]:
    """A candidate completes this assessment. Returns the scores."""
    candidate = factories.candidate(assessment.organisation, language=language)
    application = factories.application(
        assessment.step.role, candidate=candidate, job_id=assessment.step.role_id, stage_id=501
    )
    attempt = assigned(application)
    assert attempt.language == language
    for item in statements_of(attempt):
        save_answer(
            attempt_id=attempt.pk,
            order=1,
            item_id=item.id,
            value=values.get(item.id, 3),
            now=NOW,
            device=device,
        )
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    return list(scores(attempt))


def against(issued: list[Score]) -> set[tuple[object, ...]]:
    return {
        (
            score.percentile,
            score.percentile_low,
            score.percentile_high,
            score.low,
            score.high,
            score.norm_group_id,
        )
        for score in issued
    }


NONE = {(None, None, None, None, None, None)}


def test_percentile_and_band_match_a_manual_calculation(normed: tuple[NormSet, str]) -> None:
    norms, number = normed
    found = finishes(assessment_of(norms, number), keyed((3, 3, 3, 3)))
    assert {score.value for score in found} == {3.0}
    group = NormGroup.objects.of(norms.organisation).get(norm_set=norms)
    # 30 below, 60 equal, 30 above: (30 + 30) of 120
    assert {(score.percentile, score.norm_group_id) for score in found} == {(50, group.pk)}
    # sd of (3 + 3t) / 4, reliability 8/27; each end is between two of the three possible scores
    error = 0.75 * sqrt(60 / 119) * sqrt(19 / 27)
    for score in found:
        assert score.low is not None and score.high is not None
        assert isclose(score.low, 3 - 1.645 * error) and isclose(score.high, 3 + 1.645 * error)
        assert (score.percentile_low, score.percentile_high) == (25, 75)


def test_the_stated_number_of_people_is_that_behind_the_percentile(normed: tuple[NormSet, str]) -> None:
    """People without this score are in the group, but not in its table."""
    norms, number = normed
    NormGroup.objects.of(norms.organisation).filter(norm_set=norms).update(n=132)
    found = finishes(assessment_of(norms, number), keyed((3, 3, 3, 3)))
    stated = [issued_normed_score(score) for score in found]
    assert {one.group_words for one in stated if one} == {
        "120 first attempts in English on computers, norms 1"
    }


@pytest.mark.world
def test_on_a_phone_there_is_no_group_and_so_no_percentile(normed: tuple[NormSet, str]) -> None:
    norms, number = normed
    found = finishes(assessment_of(norms, number), keyed((3, 3, 3, 3)), device="phone")
    assert {score.value for score in found} == {3.0}
    assert against(found) == NONE


@pytest.mark.world
def test_another_language_has_no_percentile(normed: tuple[NormSet, str]) -> None:
    norms, number = normed
    found = finishes(assessment_of(norms, number), keyed((3, 3, 3, 3)), language="de")
    assert {score.value for score in found} == {3.0}
    assert against(found) == NONE


@pytest.mark.world
def test_another_form_has_no_percentile(normed: tuple[NormSet, str]) -> None:
    norms, number = normed
    found = finishes(assessment_of(norms, number, form="full"), {})
    assert {score.value for score in found} == {3.0}
    assert against(found) == NONE


@pytest.mark.slow
def test_a_newer_norm_set_does_not_affect_a_role_with_an_earlier_one(
    normed: tuple[NormSet, str],
) -> None:
    norms, number = normed
    assessment = assessment_of(norms, number)
    first = against(finishes(assessment, keyed((3, 3, 3, 3))))
    assert {one[0] for one in first} == {50}
    others = published(role_of(norms.organisation), (norms.test, number, "short20"))
    finished(others, applications(others.step.role, 100), answers=lambda _: keyed((5, 5, 4, 5)))
    norms_now(norms.organisation, norms.test, number)
    assert NormSet.objects.of(norms.organisation).count() == 2
    assert against(finishes(assessment, keyed((3, 3, 3, 3)))) == first


@pytest.mark.world
def test_a_calibration_that_was_fixed_gives_an_ability() -> None:
    acme = factories.organisation()
    test = ensure_builtin(acme, "reasoning", now=NOW)
    number = str(test.versions.latest("pk").number)
    before = published(role_of(acme), (test, number, "standard_20"))
    finished(before, applications(before.step.role, 200), answers=solves, items=form_of)
    made = make_calibration(test_id=test.pk, version=number, member_id=factories.member(acme).pk, now=NOW)
    after = published(role_of(acme), (test, number, "standard_20"), calibration=made)
    (part,) = finished(after, applications(after.step.role, 1), answers=solves, items=form_of)
    score_part(part)
    [pool] = strata.from_json(made.content).pools
    found = ability(pool.calibration, answers_of_person(0))
    whole = Score.objects.of(acme).get(part=part, scale="")
    assert found is not None
    assert (whole.ability, whole.ability_se) == (found.theta, found.se)
    assert (whole.ability_low, whole.ability_high) == (found.low, found.high)
    assert whole.solved_by == "calibrated"
    elsewhere = finished(
        after, applications(after.step.role, 1), answers=solves, items=form_of, device="phone"
    )[0]
    score_part(elsewhere)
    there = Score.objects.of(acme).get(part=elsewhere, scale="")
    assert (there.ability, there.solved_by) == (None, "assumed")
    assert Calibration.objects.of(acme).get() == made
