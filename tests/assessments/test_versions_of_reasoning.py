"""Generated tasks keep the version they were drawn with, whatever version the role's assessment names."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from goodword.accounts.models import Membership
from goodword.assessments.attempts.completion import finish_part, resume
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.evidence.check import check
from goodword.assessments.evidence.export import export
from goodword.assessments.kinds.reasoning.content import VERSION
from goodword.assessments.models import AssessmentPart, Attempt, NormSet, Score, Test, TestVersion
from goodword.assessments.queries import items_of
from goodword.assessments.scoring import calibration_row_of, norm_group_of
from tests.assessments.assessment_plans.support import builtin, calibration, earlier_reasoning
from tests.assessments.crowd import applications, published, role_of
from tests.assessments.support import assigned, part_of
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


@pytest.fixture
def earlier(rita: Membership) -> Test:
    """The reasoning test of an organisation without the current version."""
    return earlier_reasoning(rita.organisation)


def invited(test: Test) -> Attempt:
    """Invite to an assessment that names version 1, with its norms and calibration."""
    norms = NormSet.objects.create(
        organisation=test.organisation, test=test, version="1", form="short_12", number=1, created_at=NOW
    )
    norms.groups.create(organisation=test.organisation, language="en", device="computer", n=100, tables={})
    made = published(
        role_of(test.organisation),
        (test, "1", "short_12"),
        norms=norms,
        calibration=calibration(test, version="1"),
        minutes=12,
    )
    [application] = applications(made.step.role, 1)
    return assigned(application)


def begun(attempt: Attempt) -> None:
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)


def test_an_assessment_of_version_1_gets_tasks_norms_and_figures_of_todays_version(
    earlier: Test, tmp_path: Path
) -> None:
    builtin(earlier.organisation, earlier.key)
    attempt = invited(earlier)
    assert part_of(attempt).version.number == VERSION
    begun(attempt)
    part = part_of(attempt)
    assert (part.version.number, norm_group_of(part), calibration_row_of(part)) == (VERSION, None, None)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    assert {score.norm_group_id for score in Score.objects.of(earlier.organisation)} == {None}
    folder = tmp_path / "evidence"
    export(organisation=earlier.organisation, folder=folder, now=NOW, actor="a test")
    with (folder / "attempts.csv").open(encoding="utf-8") as file:
        assert [(row["version"], row["calibration"]) for row in csv.DictReader(file)] == [(VERSION, "")]
    found = check(folder)
    assert (found.differ, found.changed) == ((), ())


@pytest.mark.world
def test_candidates_invited_to_version_1_start_with_the_current_version(earlier: Test) -> None:
    attempt = invited(earlier)
    assert part_of(attempt).version.number == "1"
    begun(attempt)
    assert part_of(attempt).version.number == VERSION


@pytest.mark.world
def test_candidates_who_started_version_1_keep_its_norms_and_tasks(earlier: Test) -> None:
    attempt = invited(earlier)
    begun(attempt)
    part = part_of(attempt)
    part.version = TestVersion.objects.of(earlier.organisation).get(test=earlier, number="1")
    part.save(update_fields=["version"])
    before = [item.id for item in items_of(part)]
    assert resume(attempt_id=attempt.pk, order=1, now=NOW + 5 * MINUTE) is True
    part = part_of(attempt)
    assert [item.id for item in items_of(part)] == before
    assert (part.version.number, part.at, part.ends_at) == ("1", 1, NOW + 17 * MINUTE)
    group, row = norm_group_of(part), calibration_row_of(part)
    assert group is not None and group.norm_set.version == "1"
    assert row is not None and row.version == "1"


@pytest.mark.world
def test_stored_versions_stay_as_they_were(earlier: Test) -> None:
    rows = TestVersion.objects.of(earlier.organisation).filter(number="1")
    before = list(rows.values())
    begun(invited(earlier))
    assert list(rows.values()) == before
    assert set(AssessmentPart.objects.of(earlier.organisation).values_list("number", flat=True)) == {"1"}
