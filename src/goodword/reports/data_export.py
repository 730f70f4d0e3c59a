"""Reports in data exports. Organisations also get the content, and who opened it."""

from typing import Any

from goodword.core.data_export import ExportRequest, Sections, exports, without_empty
from goodword.reports.models import Report, ResultReview


@exports("reports.Report", "reports.ReportFile", "reports.ReportOpening", "reports.ResultReview")
def export(wanted: ExportRequest) -> Sections:
    reports = (
        Report.objects.of(wanted.organisation)
        .filter(step_request__application_id__in=wanted.application_ids)
        .exclude(state=Report.State.REDACTED)
        .select_related("step_request__step")
        .prefetch_related("openings")
    )
    found = {"reports": [_report(one, wanted) for one in reports.order_by("pk")]}
    if wanted.by_member:
        found["reviews"] = _reviews(wanted)
    return found


def _reviews(wanted: ExportRequest) -> list[dict[str, Any]]:
    reviews = (
        ResultReview.objects.of(wanted.organisation)
        .filter(step_request__application_id__in=wanted.application_ids)
        .select_related("step_request__step", "assigned_to__user", "reviewed_by__user")
    )
    return [
        without_empty(
            {
                "step": one.step_request.step.get_kind_display(),
                "result of": one.since,
                "assigned to": str(one.assigned_to.user) if one.assigned_to else "",
                "reviewed": one.reviewed_at,
                "reviewed by": str(one.reviewed_by.user) if one.reviewed_by else "",
            }
        )
        for one in reviews.order_by("pk")
    ]


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
