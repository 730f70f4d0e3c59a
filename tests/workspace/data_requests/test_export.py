"""Members export a candidate's data and erase a referee."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client

from goodword.accounts.models import AuditEntry, Organisation
from goodword.assessments.attempts.completion import decline, finish_part
from goodword.candidates.models import Application
from goodword.core.models import Event
from goodword.references.models import Check, CheckFlag, Referee
from tests.assessments.custom_questions.support import FILE, PDF, answered, asked, handed_in, upload_of
from tests.references.answered import NOW, whole
from tests.references.test_erase_referee import mail_to
from tests.reports.test_without_referee import reported
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def check() -> Check:
    return whole()


def export_path(check: Check) -> str:
    return path("candidate_export", check.organisation, check.step_request.application_id)


def erase_path(check: Check, referee: Referee) -> str:
    return path("referee_erase", check.organisation, check.step_request.application_id, referee.pk)


def unpacked(response: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(response.content)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


@pytest.mark.world
@pytest.mark.parametrize("kind", ["admin", "recruiter"])
def test_an_export_has_all_data_and_a_copy_for_the_candidate(check: Check, kind: str) -> None:
    report = reported(check)
    request = check.requests.order_by("pk")[0]
    request.decline_reason = "We fell out."
    request.save()
    Application.objects.of(check.organisation).update(rejection_reason="Too tall")
    mail_to(check, "rita@acme.example", hello="Dear recruiter")
    CheckFlag.objects.create(
        organisation=check.organisation,
        check_run=check,
        code="alike",
        key="x",
        grade="low",
        facts={"said": "the same words"},
        dismissed_note="They shared a desk.",
        found_at=NOW,
    )
    response = signed_in(factories.member(check.organisation, kind=kind)).post(export_path(check))
    assert response["Content-Disposition"] == 'attachment; filename="ada-lovelace.zip"'
    files = unpacked(response)
    pdf = f"reports/{report.code}-v1.pdf"
    assert sorted(files) == sorted(["README.txt", "for-the-candidate.json", "everything.json", pdf])
    assert files[pdf].startswith(b"%PDF")
    everything, candidates = files["everything.json"].decode(), files["for-the-candidate.json"].decode()
    for said in (
        "She is quick.",
        "We fell out.",
        "Too tall",
        "Dear recruiter",
        "the same words",
        "They shared a desk.",
        "I ask before I build.",
        report.code,
        "report.ready",
    ):
        assert said in everything
    for hidden in ("She is quick.", "We fell out.", "Too tall", "the same words", "desk"):
        assert hidden not in candidates
    assert "hash" not in everything
    assert sorted(json.loads(everything)) == [
        "applications",
        "exported",
        "mails",
        "organisation",
        "person",
        "reference checks",
        "reports",
        "reviews",
        "steps",
        "timeline",
    ]
    entry = AuditEntry.objects.of(check.organisation).get(action="person.exported")
    assert entry.details == {
        "candidate": check.step_request.application.candidate_id,
        "application": check.step_request.application_id,
    }


def test_an_export_has_the_files_that_the_candidate_uploaded() -> None:
    attempt = asked(now=NOW, questions=[FILE], rubrics=[], right={})
    handed_in(attempt, name="..\\my plan.pdf", content=PDF, now=NOW)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    of = attempt.step_request.application
    assert of.role is not None
    files = unpacked(signed_in(of.role.owner).post(path("candidate_export", of.organisation, of.pk)))
    assert {name: content for name, content in files.items() if name.startswith("files/")} == {
        f"files/{upload_of(attempt).pk}-..my_plan.pdf": PDF
    }


@pytest.mark.world
def test_the_exported_timeline_has_the_days_of_the_page_without_times_that_it_hides() -> None:
    attempt = answered(finished=False)
    of = attempt.step_request.application
    assert of.role is not None
    Organisation.objects.filter(pk=of.organisation_id).update(time_zone="Pacific/Auckland")
    hidden = ("attempt.begun", "attempt.verification_completed")
    evening = NOW.replace(hour=20)
    of.organisation.refresh_from_db()
    for name in (*hidden, "attempt.reminded"):
        Event.objects.filter(name=name).delete()
        Event.objects.create(
            name=name, organisation_id=of.organisation_id, application_id=of.pk, occurred_at=evening
        )
    files = unpacked(signed_in(of.role.owner).post(path("candidate_export", of.organisation, of.pk)))
    rows = json.loads(files["everything.json"])["timeline"]
    at = {row["what"]: row["at"] for row in rows}
    assert [at[name] for name in hidden] == ["2026-03-04", "2026-03-04"]
    assert at["attempt.reminded"].startswith("2026-03-03T20:00")


@pytest.mark.world
@pytest.mark.parametrize("declined", [False, True])
def test_an_export_has_no_answers_and_files_of_an_unfinished_assessment(declined: bool) -> None:
    """The candidate was told that members see them once the assessment is finished."""
    attempt = answered(finished=False)
    if declined:
        decline(attempt_id=attempt.pk, now=NOW)
    of = attempt.step_request.application
    assert of.role is not None
    where = path("candidate_export", of.organisation, of.pk)
    files = unpacked(signed_in(of.role.owner).post(where))
    assert sorted(files) == ["README.txt", "everything.json", "for-the-candidate.json"]
    assert b"Workshop questions" in files["everything.json"]
    assert b"A spanner" not in b"".join(files.values())
    if declined:
        [told] = json.loads(files["for-the-candidate.json"])["assessments"]
        assert ("declined" in told, "finished" in told) == (True, False)
        return
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    files = unpacked(signed_in(of.role.owner).post(where))
    assert b"A spanner" in files["everything.json"]
    assert b"A spanner" in files["for-the-candidate.json"]
    assert f"files/{upload_of(attempt).pk}-plan.pdf" in files


@pytest.mark.world
def test_an_export_omits_applications_that_the_member_may_not_see(check: Check) -> None:
    secret = factories.role(check.organisation, title="Secret successor")
    automation = factories.automation(secret, connection_id=1, job_id=77, stages={})
    automation.confidential = True
    automation.save()
    factories.application(secret, candidate=check.step_request.application.candidate)
    recruiter, admin = (factories.member(check.organisation, kind=kind) for kind in ("recruiter", "admin"))
    assert (
        b"Secret successor" not in unpacked(signed_in(recruiter).post(export_path(check)))["everything.json"]
    )
    files = unpacked(signed_in(admin).post(export_path(check)))
    assert b"Secret successor" in files["everything.json"]
    assert b"Secret successor" not in files["for-the-candidate.json"]
    Application.objects.of(check.organisation).filter(role=secret).update(status="hired", hired_at=NOW)
    files = unpacked(signed_in(admin).post(export_path(check)))
    assert b"Secret successor" in files["for-the-candidate.json"]


def test_an_export_needs_a_recruiter_and_refusals_are_not_audited(check: Check) -> None:
    stranger = factories.member(factories.organisation(), kind="admin")
    watcher = factories.member(check.organisation, kind="hiring_manager")
    admin = factories.member(check.organisation, kind="admin")
    where = export_path(check)
    assert signed_in(stranger).post(where).status_code == 404
    assert signed_in(watcher).post(where).status_code == 403
    assert Client().post(where).status_code == 302
    assert signed_in(admin).get(where).status_code == 405
    assert not AuditEntry.objects.of(check.organisation).filter(action="person.exported").exists()


def test_erased_people_cannot_be_exported(check: Check) -> None:
    Application.objects.of(check.organisation).update(erased_at=NOW)
    admin = factories.member(check.organisation, kind="admin")
    assert signed_in(admin).post(export_path(check)).status_code == 404


@pytest.mark.world
def test_an_admin_erases_a_referee(check: Check) -> None:
    admin = factories.member(check.organisation, kind="admin")
    referee = check.referees.get(slot=2)
    client, where = signed_in(admin), erase_path(check, referee)
    page = client.get(where)
    assert page.status_code == 200
    assert "The check remains complete." in page.content.decode()
    assert Referee.objects.of(check.organisation).get(pk=referee.pk).erased_at is None
    response = client.post(where)
    assert response["Location"] == path("candidate", check.organisation, check.step_request.application_id)
    assert Referee.objects.of(check.organisation).get(pk=referee.pk).erased_at == NOW
    assert Event.objects.get(name="referee.erased").actor == f"member:{admin.pk}"
    assert client.get(where).status_code == 404
    assert client.post(where).status_code == 404
    shown = client.get(
        path("candidate", check.organisation, check.step_request.application_id)
    ).content.decode()
    assert "Erased referee" in shown and "Omar Haddad" not in shown


@pytest.mark.world
def test_erasing_a_referee_needs_an_admin(check: Check) -> None:
    other = whole()
    referee = check.referees.get(slot=1)
    recruiter, watcher = (
        factories.member(check.organisation, kind=kind) for kind in ("recruiter", "hiring_manager")
    )
    stranger = factories.member(other.organisation, kind="admin")
    admin = factories.member(check.organisation, kind="admin")
    where = erase_path(check, referee)
    for client, status in (
        (signed_in(recruiter), 403),
        (signed_in(watcher), 403),
        (signed_in(stranger), 404),
        (Client(), 302),
    ):
        assert (client.get(where).status_code, client.post(where).status_code) == (status, status)
    mixed = path("referee_erase", check.organisation, other.step_request.application_id, referee.pk)
    foreign = erase_path(check, other.referees.get(slot=1))
    assert [signed_in(admin).post(one).status_code for one in (mixed, foreign)] == [404, 404]
    assert not Referee.objects.of(check.organisation).exclude(erased_at=None).exists()
    assert not Referee.objects.of(other.organisation).exclude(erased_at=None).exists()


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_mails(
    check: Check, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(factories.member(check.organisation, kind="admin"))
    client.post(export_path(check))
    mail_to(check, "a@b.example", hello="1")
    with django_assert_max_num_queries(70) as first:
        client.post(export_path(check))
    for number in range(5):
        mail_to(check, "a@b.example", hello=str(number), more="x" * number)
    with django_assert_max_num_queries(len(first)):
        client.post(export_path(check))
