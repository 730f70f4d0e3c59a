"""Data export of reports: that they exist; for the organisation also their content, and who opened them."""

from typing import Any

from goodword.core.data_export import ExportRequest, Sections, exports, without_empty
from goodword.reports.models import Report


@exports("reports.Report", "reports.ReportFile", "reports.ReportOpening")
def export(wanted: ExportRequest) -> Sections:
    reports = (
        Report.objects.of(wanted.organisation)
        .filter(step_request__application_id__in=wanted.application_ids)
        .exclude(state=Report.State.REDACTED)
        .select_related("step_request__step")
        .prefetch_related("openings")
    )
    return {"reports": [_report(one, wanted) for one in reports.order_by("pk")]}


def _report(report: Report, wanted: ExportRequest) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "step": report.step_request.step.get_kind_display(),
        "code": report.code,
        "version": report.version,
        "made": report.ready_at,
    }
    if wanted.by_member:
        entry["content"] = report.snapshot
        entry["opened"] = [
            {"by": opening.by, "at": opening.at}
            for opening in sorted(report.openings.all(), key=lambda o: o.pk)
        ]
    return without_empty(entry)
