"""Opening the PDF of a report: recorded on the timeline and in the audit log."""

from datetime import datetime

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.core.events import record
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.domain.rendering import content_of
from goodword.reports.models import Report, ReportOpening


def open_report(
    report: Report, *, now: datetime, link: Link | None = None, member: Membership | None = None
) -> bytes:
    """Openings are recorded at most once per links.QUIET, so that nobody can fill the database by opening a link."""
    content = content_of(report, now=now)
    by = f"member:{member.pk}" if member else "link"
    with transaction.atomic():
        if link and (not links.lock(link) or _opened_lately(report, link, now=now)):
            return content
        write(
            organisation=report.organisation,
            action="report.opened" if member else "report.opened_by_link",
            member=member,
            actor="" if member else f"link {link.pk}" if link else "link",
            now=now,
            details={"report": report.pk},
        )
        ReportOpening.objects.create(
            organisation=report.organisation, report=report, link=link, by=by, at=now
        )
        record(
            "report.opened",
            organisation_id=report.organisation_id,
            application_id=report.step_request.application_id,
            actor=by,
            at=now,
            data={"report_id": report.pk, "code": report.code},
        )
    return content


def _opened_lately(report: Report, link: Link, *, now: datetime) -> bool:
    openings = ReportOpening.objects.of(report.organisation).filter(report=report, link=link)
    return openings.filter(at__gt=now - links.QUIET).exists()
