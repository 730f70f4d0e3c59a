"""Norms are created from completed first attempts, one per person, of this organisation only."""

from datetime import timedelta
from math import isclose, sqrt

import pytest
from django.db import transaction

from goodword.accounts.models import AuditEntry, Organisation
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.models import (
    Answer,
    Assessment,
    Attempt,
    AttemptPart,
    DrawnItem,
    NormGroup,
    NormSet,
    Test,
    TestVersion,
)
from goodword.assessments.norms.first_attempts import first_attempts
from goodword.assessments.norms.making import FewSituations, NewNorms, NoGroup, make_norms
from goodword.assessments.personal_data import erase
from goodword.assessments.psychometrics.reliability import halves, split_half
from goodword.candidates.models import Application, Candidate
from goodword.core.personal_data import Subject
from tests.assessments.crowd import applications, finished, published, role_of
from tests.assessments.judgement import support as judgement
from tests.assessments.norms.people import form_of, scale_answers, solves
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW
LATER = NOW + timedelta(days=200)
FORM = "short20"


@pytest.fixture
def work_style() -> Test:
    return ensure_builtin(factories.organisation(), "work_style", now=NOW)


def newest(test: Test) -> str:
    return TestVersion.objects.of(test.organisation).filter(test=test).latest("pk").number


def assessment_with(test: Test, form: str = FORM) -> Assessment:
    return published(role_of(test.organisation), (test, newest(test), form))


def make(test: Test, form: str = FORM) -> NewNorms:
    member = factories.member(test.organisation)
    return make_norms(test_id=test.pk, version=newest(test), form=form, member_id=member.pk, now=LATER)


def groups(norm_set: NormSet) -> list[tuple[str, str, int]]:
    rows = NormGroup.objects.of(norm_set.organisation).filter(norm_set=norm_set)
    return sorted(rows.values_list("language", "device", "n"))


def crowd(
    assessment: Assessment, number: int, *, language: str = "en", device: str = "computer"
) -> tuple[list[Application], list[AttemptPart]]:
    people = applications(assessment.step.role, number)
    return people, finished(assessment, people, answers=scale_answers, language=language, device=device)


def count(test: Test) -> int:
    return len(first_attempts(test, by_form=True))


def test_norm_tables_match_a_manual_calculation(work_style: Test) -> None:
    crowd(assessment_with(work_style), 120)
    made = make(work_style).norm_set
    group = NormGroup.objects.of(work_style.organisation).get(norm_set=made)
    assert (group.language, group.device, group.n) == ("en", "computer", 120)
    assert len(group.tables) == 5
    for table in group.tables.values():
        assert (table["n"], table["mean"]) == (120, 3)
        assert isclose(table["sd"], 0.75 * sqrt(60 / 119))
        assert table["cumulative"] == [[2.25, 30], [3, 90], [3.75, 120]]
        # four items with the variances 0, 180, 180 and 60, their sum with 540, each over 119
        assert isclose(table["alpha"], 4 / 3 * (1 - 420 / 540))
        # everybody gave the same answer to one item: omega is undefined, so alpha is the reliability
        assert (table["omega"], table["reliability"]) == (None, table["alpha"])
        assert (table["reliability_by"], table["reliability_n"]) == ("items", 120)


@pytest.mark.world
def test_groups_share_language_and_device_and_small_ones_are_reported(work_style: Test) -> None:
    assessment = assessment_with(work_style)
    crowd(assessment, 101)
    crowd(assessment, 100, device="phone")
    crowd(assessment, 99, language="de")
    crowd(assessment, 3, device="")
    made = make(work_style)
    assert groups(made.norm_set) == [("en", "computer", 101), ("en", "phone", 100)]
    assert made.left_out == {("de", "computer"): 99}
    entry = AuditEntry.objects.of(work_style.organisation).get(action="norms.made")
    assert entry.details == {
        "test": work_style.pk,
        "norm_set": made.norm_set.pk,
        "groups": {"en computer": 101, "en phone": 100},
        "left_out": {"de computer": 99},
    }


@pytest.mark.world
def test_a_set_with_few_situations_has_no_norms() -> None:
    rita = factories.member(factories.organisation())
    test = judgement.published(rita)
    assessment = published(role_of(test.organisation), (test, newest(test), ""))
    finished(assessment, applications(assessment.step.role, 100), answers=lambda _place: {})
    with pytest.raises(FewSituations):
        make(test, "")
    assert not NormSet.objects.of(test.organisation).exists()


@pytest.mark.world
def test_with_no_group_large_enough_nothing_is_made_and_all_are_named(work_style: Test) -> None:
    crowd(assessment_with(work_style), 99)
    with pytest.raises(NoGroup) as found:
        make(work_style)
    assert found.value.counts == {("en", "computer"): 99}
    assert not NormSet.objects.of(work_style.organisation).exists()
    assert not AuditEntry.objects.of(work_style.organisation).filter(action="norms.made").exists()


@pytest.mark.world
def test_norm_sets_are_numbered_and_earlier_ones_unchanged(work_style: Test) -> None:
    assessment = assessment_with(work_style)
    crowd(assessment, 100)
    first = make(work_style).norm_set
    before = list(NormGroup.objects.of(work_style.organisation).values())
    crowd(assessment, 20)
    second = make(work_style).norm_set
    assert (first.number, second.number) == (1, 2)
    assert groups(second) == [("en", "computer", 120)]
    assert list(NormGroup.objects.of(work_style.organisation).filter(norm_set=first).values()) == before


@pytest.mark.world
def test_a_second_attempt_does_not_count_even_for_another_role(work_style: Test) -> None:
    assessment = assessment_with(work_style)
    people, _ = crowd(assessment, 5)
    finished(assessment, people[:2], answers=scale_answers, at=LATER)
    other = assessment_with(work_style)
    again = factories.application(other.step.role, candidate=people[3].candidate)
    finished(other, [again], answers=scale_answers, at=LATER)
    assert count(work_style) == 5


def test_first_attempts_count_per_form(work_style: Test) -> None:
    role = role_of(work_style.organisation)
    short = published(role, (work_style, newest(work_style), FORM))
    full = published(role, (work_style, newest(work_style), "full"))
    people = applications(role, 3)
    finished(short, people, answers=scale_answers)
    finished(full, people, answers=scale_answers, at=LATER)
    assert (
        sorted(first_attempt.form for first_attempt in first_attempts(work_style, by_form=True))
        == ["full"] * 3 + [FORM] * 3
    )
    assert [first_attempt.form for first_attempt in first_attempts(work_style, by_form=False)] == [FORM] * 3


def test_merged_candidates_count_once(work_style: Test) -> None:
    people, _ = crowd(assessment_with(work_style), 3)
    winner, loser = people[0].candidate, people[1].candidate
    Candidate.objects.of(work_style.organisation).filter(pk=loser.pk).update(merged_into=winner)
    assert count(work_style) == 2


def test_an_incomplete_first_attempt_and_later_ones_do_not_count(
    work_style: Test,
) -> None:
    assessment = assessment_with(work_style)
    people, parts = crowd(assessment, 4)
    rows = Attempt.objects.of(work_style.organisation)
    rows.filter(pk=parts[0].attempt_id).update(progress="in_progress")
    rows.filter(pk=parts[1].attempt_id).update(progress="marked_complete")
    finished(assessment, people[:1], answers=scale_answers, at=LATER)
    assert count(work_style) == 2


@pytest.mark.world
def test_nothing_of_erased_people_counts_and_later_attempts_are_not_first_ones(work_style: Test) -> None:
    assessment = assessment_with(work_style)
    people, parts = crowd(assessment, 5)
    rows = Application.objects.of(work_style.organisation)
    rows.filter(pk=people[0].pk).update(erased_at=NOW)
    rows.filter(pk=people[1].pk).update(erasure_requested_at=NOW)
    Attempt.objects.of(work_style.organisation).filter(pk=parts[2].attempt_id).update(close_reason="erasure")
    candidates = Candidate.objects.of(work_style.organisation)
    candidates.filter(pk=people[3].candidate_id).update(erased_at=NOW)
    other = assessment_with(work_style)
    again = [factories.application(other.step.role, candidate=person.candidate) for person in people[:3]]
    finished(other, again, answers=scale_answers, at=LATER)
    assert count(work_style) == 1


@pytest.mark.world
def test_norms_survive_erasure_and_contain_no_personal_data(work_style: Test) -> None:
    people, _ = crowd(assessment_with(work_style), 100)
    make(work_style)
    before = list(NormGroup.objects.of(work_style.organisation).values())
    with transaction.atomic():
        subject = Subject(organisation_id=work_style.organisation_id, application_ids=(people[0].pk,))
        erase.erase(subject, LATER)
    assert list(NormGroup.objects.of(work_style.organisation).values()) == before
    assert {key for table in before[0]["tables"].values() for key in table} == {
        "rule",
        "n",
        "mean",
        "sd",
        "cumulative",
        "reliability",
        "reliability_by",
        "reliability_n",
        "alpha",
        "omega",
    }


def test_answers_of_another_organisation_do_not_count(work_style: Test) -> None:
    other = ensure_builtin(factories.organisation(), "work_style", now=NOW)
    crowd(assessment_with(other), 3)
    assert (count(work_style), count(other)) == (0, 3)


def reasoning_of(organisation: Organisation) -> tuple[Test, Assessment]:
    test = ensure_builtin(organisation, "reasoning", now=NOW)
    return test, assessment_with(test, "standard_20")


@pytest.mark.world
def test_generated_items_have_a_table_for_all_and_one_a_category_with_the_reliability_of_halves() -> None:
    test, assessment = reasoning_of(factories.organisation())
    finished(assessment, applications(assessment.step.role, 100), answers=solves, items=form_of)
    made = make(test, "standard_20").norm_set
    tables = NormGroup.objects.of(test.organisation).get(norm_set=made).tables
    assert set(tables) == {"", "numerical", "letters"}
    entries = [
        [
            ((item.family, item.level), solves(place)[str(position)] == item.key)
            for position, item in enumerate(form_of(place), start=1)
        ]
        for place in range(100)
    ]
    scores = sorted(sum(right for _, right in person) for person in entries)
    assert tables[""]["cumulative"][-1] == [scores[-1], 100]
    assert isclose(tables[""]["mean"], sum(scores) / 100)
    assert tables[""]["reliability"] == split_half([halves(person) for person in entries])
    assert (tables[""]["reliability_by"], tables[""]["reliability_n"]) == ("halves", 100)
    assert (tables[""]["alpha"], tables[""]["omega"]) == (None, None)


@pytest.mark.world
def test_a_voided_item_counts_by_the_one_that_took_its_place() -> None:
    test, assessment = reasoning_of(factories.organisation())
    people = applications(assessment.step.role, 100)
    parts = finished(assessment, people, answers=lambda _: {}, items=form_of)
    first = DrawnItem.objects.of(test.organisation).get(part=parts[0], item="1")
    fresh = DrawnItem.objects.create(
        organisation=test.organisation, part=parts[0], position=1, item="1b", content=first.content
    )
    first.voided_at = NOW
    first.save()
    for item in (first, fresh):
        Answer.objects.create(
            organisation=test.organisation,
            part=parts[0],
            item=item.item,
            value=item.content["key"],
            answered_at=NOW,
        )
    made = make(test, "standard_20").norm_set
    tables = NormGroup.objects.of(test.organisation).get(norm_set=made).tables
    assert tables[""]["cumulative"] == [[0, 99], [1, 100]]
