"""Reports without an erased referee: other answers stay, old files are deleted; one mail, no note."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from goodword.core.events import record
from goodword.notifications.models import Email
from goodword.references.domain.referee_erasure import erase_referee
from goodword.references.models import Check
from goodword.reports.domain.rendering import render
from goodword.reports.models import Report, ReportFile
from goodword.reports.pdf.render import render_pdf
from tests.references.answered import answered, asked, checked, whole
from tests.reports.reports import NOW, share_path, text_of
from tests.support.jobs import event_names, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


def record_event(check: Check, name: str = "check.completed", **data: Any) -> None:
    with transaction.atomic():
        record(
            name,
            organisation_id=check.organisation_id,
            application_id=check.step_request.application_id,
            actor="goodword",
            at=NOW,
            data={"step_request_id": check.step_request_id, "check_id": check.pk, **data},
        )


def reported(check: Check) -> Report:
    record_event(check)
    run_jobs()
    return Report.objects.of(check.organisation).latest("pk")


def erased(check: Check, slot: int = 1) -> None:
    assert erase_referee(referee_id=check.referees.get(slot=slot).pk, by="referee", now=NOW)


def versions(check: Check) -> list[tuple[int, str]]:
    return list(Report.objects.of(check.organisation).order_by("version").values_list("version", "state"))


@pytest.mark.world
def test_the_referee_is_gone_from_every_version_and_the_others_are_not() -> None:
    check = whole()
    first = reported(check)
    link, told = share_path(first), text_of(first)
    for said in ("Maria Schmidt", "Omar Haddad", "Umbrella", "She thinks before she builds.", "Cook"):
        assert said in told
    mails = Email.objects.of(check.organisation).count()
    erased(check)
    run_jobs()
    assert versions(check) == [(1, "redacted"), (2, "ready")]
    response = Client().get(link)
    assert response.status_code == 410
    assert "This report was replaced or withdrawn. Ask Rita Recruiter" in response.content.decode()
    assert ReportFile.objects.of(check.organisation).count() == 1
    text = text_of(Report.objects.of(check.organisation).latest("pk"))
    for gone in ("Maria", "maria@", "She thinks before she builds.", "The crane was always ready."):
        assert gone not in text
    for stays in (
        "Omar Haddad",
        "She is quick.",
        "Ada Lovelace",
        "One referee's data was erased",
        "Paul Meier",
    ):
        assert stays in text
    assert (event_names().count("report.ready"), event_names().count("report.redacted")) == (1, 1)
    assert Email.objects.of(check.organisation).count() == mails + 1
    mail = Email.objects.of(check.organisation).get(kind="references.withdrawn")
    assert mail.to_address == "rita@acme.example"
    assert "Maria" not in str(mail.context)


@pytest.mark.main_case
def test_their_values_are_removed_from_every_figure() -> None:
    check = whole()
    reported(check)
    erased(check)
    snapshot = Report.objects.of(check.organisation).latest("pk").snapshot
    questions = {question["id"]: question for question in snapshot["check"]["questions"]}
    managers = [
        group for group in questions["reliability"]["by_relationship"] if group["relationship"] == "Manager"
    ]
    assert [
        (manager["values"], manager["n"], manager["skipped"], manager["identifiable"]) for manager in managers
    ] == [([2], 1, 0, True)]
    assert snapshot["check"]["contradictions"] == []
    assert [answer["text"] for answer in questions["team"]["answers"]] == [
        "9 people",
        "12 people",
        "11 people",
    ]
    assert snapshot["left_out"] == 1


@pytest.mark.world
def test_erasing_two_referees_in_turn_leaves_one_drawn_version() -> None:
    check = whole()
    reported(check)
    erased(check, 1)
    run_jobs()
    erased(check, 2)
    run_jobs()
    assert versions(check) == [(1, "redacted"), (2, "redacted"), (3, "ready")]
    text = text_of(Report.objects.of(check.organisation).latest("pk"))
    assert "Omar" not in text and "The data of 2 referees was erased" in text


@pytest.mark.world
def test_an_unannounced_report_is_announced_without_the_erased_referee() -> None:
    """Otherwise the recruiter would never be notified of the completed references."""
    check = whole()
    record_event(check)
    run_jobs(but_not={"report.render"})
    erased(check)
    run_jobs()
    assert versions(check) == [(1, "redacted"), (2, "ready")]
    assert (event_names().count("report.ready"), event_names().count("report.redacted")) == (1, 0)


@pytest.mark.world
def test_a_drawing_in_progress_is_discarded() -> None:
    check = whole()
    record_event(check)
    run_jobs(but_not={"report.render"})
    report = Report.objects.of(check.organisation).get()
    erased(check)
    render(report_id=report.pk, now=NOW)
    assert not ReportFile.objects.of(check.organisation).exists()


@pytest.mark.world
def test_a_referee_without_an_answer_is_in_no_report() -> None:
    check = checked()
    answered(check, 1)
    reported(check)
    asked(check, 2, state="declined")
    erased(check, 2)
    assert versions(check) == [(1, "ready")]


@pytest.mark.world
def test_a_snapshot_without_authors_of_values_also_loses_theirs() -> None:
    check = whole()
    report = reported(check)
    snapshot = report.snapshot
    snapshot["schema"] = 1
    for question in snapshot["check"]["questions"]:
        for group in question.get("by_relationship", ()):
            del group["answers"]
    for reference in snapshot["check"]["references"]:
        del reference["late"], reference["language"]
    report.save()
    assert render_pdf(snapshot).bytes
    erased(check)
    run_jobs()
    questions = {
        one["id"]: one
        for one in Report.objects.of(check.organisation).latest("pk").snapshot["check"]["questions"]
    }
    assert [
        (group["relationship"], group["values"], group["n"], group["skipped"])
        for group in questions["reliability"]["by_relationship"]
    ] == [("Manager", [2], 1, 0), ("Colleague", [], 0, 1), ("Self", [5], 1, 0)]


@pytest.mark.world
def test_a_late_answer_makes_a_new_version_and_the_first_link_still_opens_the_first() -> None:
    check = checked()
    answered(check, 1)
    first = reported(check)
    link = share_path(first)
    late = answered(check, 2, late=True)
    record_event(check, "check.answered_late", reference_id=late.pk)
    run_jobs()
    assert versions(check) == [(1, "ready"), (2, "ready")]
    assert "She is quick." in text_of(Report.objects.of(check.organisation).latest("pk"))
    assert event_names().count("report.ready") == 2
    response = Client().get(link)
    assert response.status_code == 200
    assert first.code in response["Content-Disposition"]
    assert response.content == bytes(ReportFile.objects.of(check.organisation).get(report=first).content)
