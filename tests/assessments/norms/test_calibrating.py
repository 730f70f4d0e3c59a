"""Families and levels are calibrated from first attempts; missing data is named."""

import pytest

from goodword.accounts.models import AuditEntry
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.reasoning.items import curves
from goodword.assessments.models import Assessment, Calibration, NormGroup, Test, TestVersion
from goodword.assessments.norms.making import make_calibration, make_norms
from goodword.assessments.psychometrics import strata
from goodword.assessments.psychometrics.number_right import form_precision
from goodword.assessments.psychometrics.rasch import Lack, NotEnough
from goodword.assessments.psychometrics.strata import Stratum
from tests.assessments.crowd import applications, finished, published, role_of
from tests.assessments.norms.people import CELLS, answers_of_person, form_of, solves
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW


@pytest.fixture
def reasoning() -> Test:
    return ensure_builtin(factories.organisation(), "reasoning", now=NOW)


def number(test: Test) -> str:
    return TestVersion.objects.of(test.organisation).get(test=test).number


def assessment_with(test: Test) -> Assessment:
    return published(role_of(test.organisation), (test, number(test), "standard_20"))


def calibrated(test: Test) -> Calibration:
    member = factories.member(test.organisation)
    return make_calibration(test_id=test.pk, version=number(test), member_id=member.pk, now=NOW)


def takes(
    assessment: Assessment, n: int, *, after: int = 0, language: str = "en", device: str = "computer"
) -> None:
    finished(
        assessment,
        applications(assessment.step.role, n),
        answers=lambda place: solves(place + after),
        items=lambda place: form_of(place + after),
        language=language,
        device=device,
    )


@pytest.mark.slow
def test_two_hundred_first_attempts_calibrate_a_language_on_a_device_class(reasoning: Test) -> None:
    assessment = assessment_with(reasoning)
    takes(assessment, 200)
    takes(assessment, 20, after=200, language="de", device="phone")
    takes(assessment, 1, after=220, device="")
    made = calibrated(reasoning)
    people = {
        Stratum("en", "computer"): [answers_of_person(place) for place in range(200)],
        Stratum("de", "phone"): [answers_of_person(place) for place in range(200, 220)],
    }
    assert made.content == strata.to_json(strata.calibrate(people))
    assert (made.number, made.n) == (1, 200)
    [pool] = made.content["pools"]
    assert pool["strata"] == [{"language": "en", "device": "computer", "n": 200}]
    assert made.content["left_out"] == [{"language": "de", "device": "phone", "n": 20}]
    assert {(cell["family"], cell["level"]) for cell in pool["cells"]} == set(CELLS)
    entry = AuditEntry.objects.of(reasoning.organisation).get(action="calibration.made")
    assert entry.details == {
        "test": reasoning.pk,
        "version": made.version,
        "calibration": made.pk,
        "n": 200,
    }
    assert calibrated(reasoning).number == 2


def test_missing_answers_are_named_and_kept_for_the_page(reasoning: Test) -> None:
    assessment = assessment_with(reasoning)
    finished(assessment, applications(assessment.step.role, 15), answers=lambda _: {}, items=form_of)
    with pytest.raises(NotEnough) as found:
        calibrated(reasoning)
    cells = sorted(CELLS)
    assert found.value.lacks == (
        Lack("persons", None, 15, 200),
        *(Lack("right", cell, 0, 1) for cell in cells),
    )
    assert not Calibration.objects.of(reasoning.organisation).exists()
    entry = AuditEntry.objects.of(reasoning.organisation).get(action="calibration.lacking")
    assert entry.details["lacks"][:2] == [
        {"kind": "persons", "family": "", "level": 0, "n": 15, "least": 200},
        {"kind": "right", "family": cells[0][0], "level": cells[0][1], "n": 0, "least": 1},
    ]


@pytest.mark.slow
def test_norms_of_the_total_take_their_reliability_from_the_calibration(reasoning: Test) -> None:
    assessment = assessment_with(reasoning)
    finished(assessment, applications(assessment.step.role, 200), answers=solves, items=form_of)
    made = calibrated(reasoning)
    member = factories.member(reasoning.organisation)
    norm_set = make_norms(
        test_id=reasoning.pk, version=number(reasoning), form="standard_20", member_id=member.pk, now=NOW
    ).norm_set
    tables = NormGroup.objects.of(reasoning.organisation).get(norm_set=norm_set).tables
    [pool] = strata.from_json(made.content).pools
    items = ((one.cell, one.options) for one in answers_of_person(0))
    by_items = form_precision(curves(items, pool.calibration)[0], pool.calibration.sd)
    assert tables[""]["reliability"] == pytest.approx(by_items.reliability)
    assert [tables[scale]["reliability_by"] for scale in ("", "letters", "numerical")] == [
        "calibrated_number",
        "halves",
        "halves",
    ]
