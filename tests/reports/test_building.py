"""A completed step gets a report: one snapshot, one PDF, one version per completion."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from goodword.assessments.models import Attempt
from goodword.core.events import record
from goodword.core.models import Event
from goodword.notifications.models import Email
from goodword.reports.domain import rendering, versions
from goodword.reports.domain.rendering import RENDERING_DELAYS, render, requeue_interrupted
from goodword.reports.models import Report, ReportFile
from tests.assessments.support import application
from tests.reports.reports import NOW, finished, ready, text_of
from tests.support import factories
from tests.support.jobs import event_names, run_jobs, waiting

pytestmark = pytest.mark.django_db


def frozen() -> Report:
    """A report with a snapshot whose PDF is queued."""
    attempt = finished(application())
    waits = [args for name, args in waiting() if name == "event.react" and "report" in str(args["handler"])]
    assert len(waits) == 1
    with transaction.atomic():
        versions.on_attempt_completed(Event.objects.get(name="attempt.completed"))
    return Report.objects.of(attempt.organisation).get()


def state(report: Report) -> tuple[str, int, str]:
    report.refresh_from_db()
    return report.state, report.rendering_attempts, report.error


def test_a_finished_assessment_has_a_report_and_the_recruiter_a_mail() -> None:
    report = ready()
    assert (report.state, report.version, report.error) == ("ready", 1, "")
    content = bytes(report.file.content)
    assert content.startswith(b"%PDF-")
    assert report.file.sha256 == hashlib.sha256(content).hexdigest()
    email = Email.objects.of(report.organisation).get(kind="reports.completed")
    candidate = report.step_request.application.candidate
    assert (email.to_address, email.subject, email.state) == (
        "rita@acme.example",
        f"{candidate.name} has finished the assessment",
        "sent",
    )
    assert event_names().count("report.ready") == 1


@pytest.mark.world
def test_the_snapshot_is_frozen_before_anything_is_rendered() -> None:
    report = frozen()
    assert state(report) == ("building", 0, "")
    report.step_request.application.candidate.last_name = "Renamed"
    report.step_request.application.candidate.save()
    render(report_id=report.pk, now=NOW)
    text = text_of(report)
    assert "Renamed" not in text
    assert str(report.snapshot["candidate"]["name"]) in text
    assert report.code in text


@pytest.mark.world
def test_rendering_twice_leaves_one_file_and_one_event() -> None:
    report = frozen()
    render(report_id=report.pk, now=NOW)
    render(report_id=report.pk, now=NOW)
    assert state(report) == ("ready", 1, "")
    assert event_names().count("report.ready") == 1


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_leave_one_file_and_one_event() -> None:
    report = frozen()

    def work(_: int) -> None:
        try:
            render(report_id=report.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert (state(report)[0], ReportFile.objects.of(report.organisation).count()) == ("ready", 1)
    assert event_names().count("report.ready") == 1


@pytest.mark.world
def test_completing_again_makes_a_new_version_and_leaves_the_old_one() -> None:
    first = ready()
    old = bytes(first.file.content)
    again = finished(first.step_request.application)
    run_jobs()
    versions = Report.objects.of(again.organisation).order_by("version")
    assert [(report.version, report.state) for report in versions] == [(1, "ready"), (2, "ready")]
    assert len({report.code for report in versions}) == 2
    assert bytes(versions[0].file.content) == old


@pytest.mark.world
def test_a_repeated_event_makes_one_report() -> None:
    finished(application())
    run_jobs()
    assert Report.objects.across_organisations().count() == 1


@pytest.mark.world
@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Żółć",
        "Νίκος",
        "Иван Петров",
        "محمد علي",
        "דוד כהן",
        "สมชาย ใจดี",
        "अमिता शर्मा",
        "東京 🎉",
        "<b>&#x27;",
    ],
)
def test_a_name_in_any_script_has_its_report(name: str) -> None:
    about = application()
    about.candidate.first_name, about.candidate.last_name = name, ""
    about.candidate.save()
    assert ready(about).state == "ready"


@pytest.mark.world
def test_an_invalid_snapshot_fails_at_once_and_is_on_the_timeline() -> None:
    report = frozen()
    Report.objects.of(report.organisation).update(snapshot={"kind": "assessment"})
    render(report_id=report.pk, now=NOW)
    assert state(report)[:2] == ("failed", 1)
    assert event_names().count("report.failed") == 1
    render(report_id=report.pk, now=NOW)
    assert (state(report)[:2], event_names().count("report.failed")) == (("failed", 1), 1)


@pytest.mark.world
def test_an_unrendered_report_is_retried_a_few_times_and_then_fails() -> None:
    report = frozen()
    run = [
        requeue_interrupted(now=NOW + RENDERING_DELAYS[0] - timedelta(seconds=1)),
        requeue_interrupted(now=NOW + RENDERING_DELAYS[0]),
    ]
    assert run == [0, 1]
    assert requeue_interrupted(now=NOW + RENDERING_DELAYS[0]) == 0  # one is already queued
    Report.objects.of(report.organisation).update(rendering_attempts=len(RENDERING_DELAYS))
    render(report_id=report.pk, now=NOW)
    assert state(report) == ("failed", 4, "Several attempts failed; see the log.")
    assert requeue_interrupted(now=NOW + timedelta(days=9)) == 0


@pytest.mark.world
def test_each_try_says_when_the_next_would_be() -> None:
    report = frozen()
    assert report.try_again_at == NOW + RENDERING_DELAYS[0]
    assert rendering._try(report.pk, now=NOW) is not None
    assert rendering._try(report.pk, now=NOW) is not None
    report.refresh_from_db()
    assert (report.rendering_attempts, report.try_again_at) == (2, NOW + RENDERING_DELAYS[1])


def test_a_missing_attempt_is_an_error() -> None:
    step_request = factories.step_request(application(), "assessment")
    with transaction.atomic():
        event = record(
            "attempt.assigned",
            organisation_id=step_request.organisation_id,
            application_id=step_request.application_id,
            at=NOW,
            actor="goodword",
            data={"step_request_id": step_request.pk, "attempt_id": 0},
        )
    with pytest.raises(Attempt.DoesNotExist):
        versions.on_attempt_completed(event)
    assert Report.objects.across_organisations().count() == 0
