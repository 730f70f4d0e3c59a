"""Reports of a completed assessment."""

import io
import re
from typing import Any

from pypdf import PdfReader

from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.models import Report, ReportFile
from tests.assessments.support import answer_all, application, assigned
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept

NOW = factories.NOW


@kept
def finished(of: Application | None = None, **candidate: Any) -> Attempt:
    """A completed attempt whose report's jobs are queued."""
    of = of or application(candidate=factories.candidate(factories.organisation(), **candidate))
    attempt = assigned(of)
    answer_all(attempt)
    return finish_part(attempt_id=attempt.pk, order=1, now=NOW).attempt


@kept
def ready(of: Application | None = None) -> Report:
    """A report that is ready, after all reactions."""
    attempt = finished(of or application())
    run_jobs()
    return Report.objects.of(attempt.organisation).select_related("step_request__application").latest("pk")


def share_path(report: Report, **values: Any) -> str:
    """The path of a fresh share link."""
    wanted: dict[str, Any] = {
        "organisation": report.organisation,
        "purpose": Link.Purpose.REPORT,
        "subject_id": report.pk,
        "now": max(NOW, clock.now()),
    }
    return links.mint(**wanted | values).removeprefix("http://localhost:8000")


def text_of(report: Report) -> str:
    """All text of the PDF with single spaces."""
    pages = PdfReader(
        io.BytesIO(bytes(ReportFile.objects.of(report.organisation).get(report=report).content))
    ).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
