"""Results as rendered on screens."""

from datetime import datetime

from django.template.loader import render_to_string

from goodword.assessments import report as assessment_report
from goodword.assessments.results import AttemptResult
from goodword.core.report_blocks import Section
from goodword.core.text import written_moment
from goodword.references.models import Check
from goodword.references.report_data import CheckData, check_data
from goodword.references.report_screen import screen_sections
from goodword.references.results import results
from goodword.reports.phrases import words_for


def moment(at: datetime) -> str:
    return written_moment(at)


def check_sections(check: Check) -> list[Section]:
    return screen_sections(frozen(check), words_for("en"))


def frozen(check: Check) -> CheckData:
    return check_data(results(check), moment=moment)


def check_page(check: Check) -> str:
    return render_to_string("ui/sections.html", {"sections": check_sections(check)})


def assessment_page(result: AttemptResult | None) -> str:
    assert result is not None
    sections = assessment_report.screen_sections(result, words_for("en"), moment=moment)
    return render_to_string("ui/sections.html", {"sections": sections})
