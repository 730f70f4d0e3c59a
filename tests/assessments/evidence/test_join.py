"""Whose results an export contains: applications without Greenhouse, and those for which a result was reused."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.evidence.check import check
from goodword.assessments.evidence.export import export
from goodword.assessments.models import AttemptPart
from goodword.assessments.scoring import score_part
from goodword.candidates.domain.erasure_requests import Reason, request_erasure
from goodword.candidates.models import Application, Candidate
from goodword.workflow.domain.legal_holds import place_hold
from goodword.workflow.models import StepRequest
from tests.assessments.crowd import applications, finished, published, role_of
from tests.assessments.evidence.world import NOW, number
from tests.assessments.norms.people import keyed
from tests.support import factories

pytestmark = pytest.mark.django_db


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture
def taken() -> AttemptPart:
    """One person has taken the work-style test."""
    role = role_of(factories.organisation())
    test = ensure_builtin(role.organisation, "work_style", now=NOW)
    (part,) = finished(
        published(role, (test, number(test), "short20")),
        applications(role, 1),
        answers=lambda _: keyed((2, 4, 5, 3)),
    )
    score_part(part)
    return part


def test_people_who_are_not_in_greenhouse_are_identified_by_the_page_of_their_application(
    taken: AttemptPart, tmp_path: Path
) -> None:
    application = taken.attempt.step_request.application
    Application.objects.of(taken.organisation).update(connection_id=None, remote_id=None)
    Candidate.objects.of(taken.organisation).update(connection_id=None, remote_id=None)
    export(organisation=taken.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    (row,) = table(tmp_path / "out", "join.csv")
    assert (row["goodword_application_id"], row["greenhouse_candidate_id"]) == (str(application.pk), "")


@pytest.mark.parametrize("held", [True, False])
def test_data_that_a_legal_hold_keeps_is_in_the_evidence_even_after_a_request_for_erasure(
    taken: AttemptPart, tmp_path: Path, held: bool
) -> None:
    person = taken.attempt.step_request.application.candidate
    admin = factories.member(taken.organisation, kind="admin")
    if held:
        place_hold(on=person, ground="claims", reason="A claim", by=admin, now=NOW)
    with transaction.atomic():
        request_erasure(of=person, reason=Reason.CANDIDATE, now=NOW, by="candidate")
    export(organisation=taken.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    assert len(table(tmp_path / "out", "scores.csv")) == (5 if held else 0)
    assert check(tmp_path / "out").sound


@pytest.mark.world
@pytest.mark.parametrize(("later", "rows"), [(timedelta(0), 2), (timedelta(days=-1), 1)])
def test_a_reused_result_is_listed_with_the_later_application(
    taken: AttemptPart, tmp_path: Path, later: timedelta, rows: int
) -> None:
    """A result finished after the reuse was not what was reused."""
    first = taken.attempt.step_request.application
    role = role_of(taken.organisation)
    second = factories.application(role, candidate=first.candidate, status="hired")
    published(role, (taken.version.test, taken.version.number, "short20"))
    StepRequest.objects.create(
        organisation=taken.organisation,
        application=second,
        step=factories.step(role, "assessment"),
        state=StepRequest.State.REUSED,
        earlier=taken.attempt.step_request,
        requested_at=NOW,
        started_at=NOW + later,
    )
    export(organisation=taken.organisation, folder=tmp_path / "out", now=NOW, actor="a test")
    joined = table(tmp_path / "out", "join.csv")
    assert [(row["reused"], row["goodword_application_id"]) for row in joined] == [
        ("0", str(first.pk)),
        ("1", str(second.pk)),
    ][:rows]
    selected = {
        (row["role"], row["application"], row["reused"]) for row in table(tmp_path / "out", "selection.csv")
    }
    both = {(str(first.role_id), "active", "0"), (str(role.pk), "hired", "1")}
    assert selected == (both if rows == 2 else {(str(first.role_id), "active", "0")})
    assert len(table(tmp_path / "out", "attempts.csv")) == 1
    assert check(tmp_path / "out").sound
