"""Redacted reports keep the questions and lose names and answers; no note follows."""

import pytest
from django.db import transaction
from django.test import Client

from goodword.core import personal_data
from goodword.core.personal_data import Subject
from goodword.notifications.models import Email
from goodword.reports.domain.rendering import render
from goodword.reports.models import Report, ReportFile
from goodword.reports.personal_data import erase
from tests.references import story
from tests.reports.reports import NOW, finished, ready, share_path, text_of
from tests.support.jobs import event_names, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


def redact(report: Report) -> dict[str, int]:
    subject = Subject(
        organisation_id=report.organisation_id, application_ids=(report.step_request.application_id,)
    )
    with transaction.atomic():
        return dict(erase.erase(subject, NOW))


def versions(report: Report) -> list[tuple[int, str, bool]]:
    rows = Report.objects.of(report.organisation).order_by("version")
    return [(row.version, row.state, row.snapshot["redacted"]) for row in rows]


@pytest.mark.world
def test_a_redacted_reference_check_keeps_its_questions_but_no_answers() -> None:
    told = story.sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        story.answer(story.referee_path(address))
    run_jobs()
    report = Report.objects.of(told.application.organisation).get()
    name = told.application.candidate.name
    assert name in text_of(report)
    assert redact(report) == {"reports": 1, "report files": 1, "links": 0}
    run_jobs()
    text = text_of(Report.objects.of(report.organisation).latest("pk"))
    said = (name, "Maria", "Paul", "Globex", "She thinks before she builds.", "Any day.")
    assert [word for word in said if word in text] == []
    kept = ("Personal data was removed", "the candidate", "2 of 2")
    assert [word for word in kept if word not in text] == []


@pytest.mark.world
def test_an_assessments_report_keeps_its_scales_and_no_answer() -> None:
    report = ready()
    redact(report)
    run_jobs()
    fresh = Report.objects.of(report.organisation).latest("pk")
    scales = fresh.snapshot["assessment"]["tests"][0]["scales"]
    assert {scale["mean"] for scale in scales} == {None}
    assert {item["answer"] for scale in scales for item in scale["items"]} == {None}
    assert fresh.code != report.code


@pytest.mark.main_case
def test_redaction_notifies_nobody_and_deletes_links() -> None:
    report = ready()
    link, mails = share_path(report), Email.objects.of(report.organisation).count()
    assert Client().get(link).status_code == 200
    redact(report)
    run_jobs()
    assert versions(report) == [(1, "redacted", True), (2, "ready", True)]
    assert Client().get(link).status_code == 404
    assert (Email.objects.of(report.organisation).count(), event_names().count("report.ready")) == (mails, 1)
    assert event_names().count("report.redacted") == 1


@pytest.mark.world
def test_redacted_twice_there_is_one_redacted_version() -> None:
    report = ready()
    redact(report)
    assert redact(report)["reports"] == 0
    run_jobs()
    assert redact(report)["reports"] == 0
    assert versions(report) == [(1, "redacted", True), (2, "ready", True)]


@pytest.mark.world
def test_a_drawing_in_progress_is_discarded() -> None:
    attempt = finished()
    run_jobs(but_not={"report.render"})
    report = Report.objects.of(attempt.organisation).get()
    redact(report)
    render(report_id=report.pk, now=NOW)
    assert versions(report) == [(1, "redacted", True), (2, "building", True)]
    assert not ReportFile.objects.of(report.organisation).exists()


def test_an_erasure_outside_of_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(RuntimeError):
        personal_data.erase(Subject(organisation_id=1, application_ids=()), now=NOW)
