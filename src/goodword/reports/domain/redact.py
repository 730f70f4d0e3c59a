"""Take a person, or one referee, out of reports: no file and no link of before, and a redacted version instead."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.models import Reference
from goodword.references.results import given_by
from goodword.reports.domain.code import mint_code
from goodword.reports.domain.head import moment_text
from goodword.reports.domain.tries import TRIES
from goodword.reports.domain.without import without_person
from goodword.reports.domain.without_referee import without_referee
from goodword.reports.jobs import draw_report
from goodword.reports.models import Report, ReportFile
from goodword.reports.pdf import current_engine


def redact(*, application_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Redact the reports of these applications, in the caller's transaction, with the applications locked.

    Every version loses its content, file and links, and drawings in progress are discarded. The newest version's
    redacted content becomes a new version, which is drawn without notifying anyone.
    """
    reports = Report.objects.across_organisations().filter(step_request__application_id__in=application_ids)
    return _redact(reports, _of_somebody, without_person, now=now)


def redact_referees(*, referee_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Take these referees out of every report that tells of them, a result that was reused elsewhere included.

    As above, but all that others said stays, in a version that follows.
    """
    gone = {"reports": 0, "report files": 0, "links": 0}
    references = Reference.objects.across_organisations().filter(request__referee_id__in=referee_ids)
    for reference in references.select_related("request__check_run__step_request__application"):
        told, given = str(reference.pk), given_by(reference)
        person = reference.request.check_run.step_request.application.candidate_id
        reports = Report.objects.across_organisations().filter(
            step_request__application__candidate_id=person,
            step_request__reports__snapshot__check__references__contains=[{"id": told}],
        )
        counts = _redact(
            Report.objects.across_organisations().filter(pk__in=reports.values("pk")),
            partial(_tells_of, reference=told),
            partial(without_referee, reference=told, given=given),
            now=now,
            keep_links=True,
        )
        gone = {name: n + counts[name] for name, n in gone.items()}
    return gone


def _of_somebody(report: Report) -> bool:
    return not report.snapshot["redacted"]


def _tells_of(report: Report, *, reference: str) -> bool:
    told = report.snapshot.get("check", {}).get("references", ())
    return any(one["id"] == reference and not one.get("erased") for one in told)


def _redact(
    reports: QuerySet[Report],
    is_told: Callable[[Report], bool],
    without: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    now: datetime,
    keep_links: bool = False,
) -> dict[str, int]:
    """With `keep_links` old links are revoked instead of deleted, so that they can say what happened to the report."""
    files = redacted = dead = 0
    rows = reports.select_for_update(of=("self",)).select_related("organisation")
    for _, versions in groupby(
        list(rows.order_by("step_request", "version")), key=lambda report: report.step_request_id
    ):
        known = list(versions)
        named = [report for report in known if is_told(report)]
        if not named:
            continue
        if keep_links:
            for report in named:
                dead += links.end(
                    organisation=report.organisation,
                    purpose=Link.Purpose.REPORT,
                    subject_id=report.pk,
                    now=now,
                )
        else:
            dead += links.forget(purpose=Link.Purpose.REPORT, subject_ids=[report.pk for report in named])
        for report in named:
            report.snapshot = without(report.snapshot)
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
        step_request_id=report.step_request_id,
        attempt_id=report.attempt_id,
        check_run_id=report.check_run_id,
        version=version,
        code=code,
        snapshot={**report.snapshot, **made},
        try_again_at=now + TRIES[0],
        created_at=now,
    )
    draw_report.defer(report_id=redacted.pk)
