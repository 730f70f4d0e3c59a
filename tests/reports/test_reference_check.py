"""Completed reference checks have reports too, and the recruiter is notified."""

import pytest

from goodword.notifications.models import Email
from goodword.reports.models import Report
from tests.references import story
from tests.reports.reports import NOW, text_of
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.mark.main_case
def test_a_completed_check_gets_a_report_with_all_answers() -> None:
    told = story.sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        story.answer(story.referee_path(address))
    run_jobs()
    report = Report.objects.of(told.application.organisation).get()
    assert (report.state, report.version) == ("ready", 1)
    text = text_of(report)
    wanted = ("Maria Schmidt", "Paul Meier", "She thinks before she builds.", "Globex", report.code)
    assert [said for said in wanted if said not in text] == []
    email = Email.objects.of(report.organisation).get(kind="reports.completed")
    assert email.subject == f"The reference check for {told.application.candidate.name} is complete"


@pytest.mark.world
def test_the_report_explains_method_limits_and_identifiable_answers() -> None:
    told = story.sent()
    story.answer(story.referee_path("maria@globex.example"))
    assert story.post(f"{story.referee_path('paul@globex.example')}facts/", story.FACTS).status_code == 302
    run_jobs()
    text = " ".join(text_of(Report.objects.of(told.application.organisation).get()).split())
    wanted = (
        "2 of 2 requested references were received.",
        "One reference covers dates and title only.",
        "Each relationship has only one referee",
        "Method and limits",
        "it cannot prove who answered",
        "nothing was omitted, weighted or reworded",
        "The opinions of a few people are not a measurement.",
        "It gives no total and no recommendation.",
        "People decide.",
        "Page 1 of",
    )
    assert [said for said in wanted if said not in text] == []
