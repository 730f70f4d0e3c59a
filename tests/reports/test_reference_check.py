"""A completed reference check has its report too, and the recruiter hears of it."""

import pytest

from goodword.notifications.models import Email
from goodword.reports.models import Report
from tests.references import story
from tests.reports.reports import NOW, text_of
from tests.support.jobs import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


def test_all_references_in_make_a_report_with_what_was_said() -> None:
    told = story.sent()
    for address in ("maria@globex.example", "paul@globex.example"):
        story.answer(story.referee_door(address))
    run_jobs()
    report = Report.objects.of(told.application.organisation).get()
    assert (report.state, report.version) == ("ready", 1)
    text = text_of(report)
    wanted = ("Maria Schmidt", "Paul Meier", "She thinks before she builds.", "Globex", report.code)
    assert [said for said in wanted if said not in text] == []
    email = Email.objects.of(report.organisation).get(kind="reports.completed")
    assert email.subject == f"The references for {told.application.candidate.name} are in"
