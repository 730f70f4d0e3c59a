"""Open a report's PDF: each opening is logged."""

from datetime import datetime

from django.db import transaction

from goodword.core.events import record
from goodword.notifications.models import Link
from goodword.reports.models import Report, ReportOpening


def open_report(report: Report, *, by: str, now: datetime, link: Link | None = None) -> bytes:
    """The PDF of a ready report; writes down who opened it, by which link."""
    with transaction.atomic():
        ReportOpening.objects.create(
            organisation=report.organisation, report=report, link=link, by=by, at=now
        )
        record(
            "report.opened",
            organisation_id=report.organisation_id,
            application_id=report.start.application_id,
            actor=by,
            at=now,
            data={"report_id": report.pk, "code": report.code},
        )
    return bytes(report.file.content)
