"""Take a person out of their reports: no file and no link of before, and a redacted version that stands for them."""

from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.domain.code import mint_code
from goodword.reports.domain.head import moment_text
from goodword.reports.domain.tries import TRIES
from goodword.reports.domain.without import without_person
from goodword.reports.jobs import draw_report
from goodword.reports.models import Report, ReportFile
from goodword.reports.pdf import current_engine


def redact(*, application_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Redact the reports of these applications, in the caller's transaction, with the applications locked.

    Every version loses its content, its file and its links; what is being drawn of it is thrown away. The newest
    one's redacted content becomes a version of its own, which is drawn and of which nobody is told.
    """
    reports = Report.objects.across_organisations().filter(start__application_id__in=application_ids)
    dead = links.forget(purpose=Link.Purpose.REPORT, subject_ids=reports.values_list("pk", flat=True))
    files, redacted = 0, 0
    rows = reports.select_for_update(of=("self",)).select_related("organisation")
    for _, versions in groupby(list(rows.order_by("start", "version")), key=lambda report: report.start_id):
        known = list(versions)
        named = [report for report in known if not report.snapshot["redacted"]]
        if not named:
            continue
        for report in named:
            report.snapshot = without_person(report.snapshot)
            report.state, report.error, report.try_again_at = Report.State.REDACTED, "", None
            report.save(update_fields=["snapshot", "state", "error", "try_again_at"])
        files += ReportFile.objects.across_organisations().filter(report__in=named).delete()[0]
        redacted += len(named)
        _follow(named[-1], version=known[-1].version + 1, now=now)
    return {"reports": redacted, "report files": files, "links": dead}


def _follow(report: Report, *, version: int, now: datetime) -> None:
    code = mint_code()
    made = {
        "code": code,
        "version": version,
        "made_at": now.isoformat(),
        "made_at_text": moment_text(now, organisation=report.organisation),
        "engine": current_engine(),
    }
    redacted = Report.objects.create(
        organisation=report.organisation,
        start_id=report.start_id,
        version=version,
        code=code,
        snapshot={**report.snapshot, **made},
        try_again_at=now + TRIES[0],
        created_at=now,
    )
    draw_report.defer(report_id=redacted.pk)
