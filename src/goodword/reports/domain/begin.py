"""Freeze what is known into a report's row, and have it drawn."""

from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import translation

from goodword.assessments.models import Attempt
from goodword.references.models import Check
from goodword.reports.domain.code import mint_code
from goodword.reports.domain.head import head
from goodword.reports.domain.tries import TRIES
from goodword.reports.jobs import draw_report
from goodword.reports.models import Report
from goodword.reports.pdf.snapshot import Reused
from goodword.steps.models import StepRequest


def begin(
    step_request: StepRequest,
    *,
    kind: str,
    part: dict[str, Any],
    now: datetime,
    run: Attempt | Check | None = None,
    reused: Reused | None = None,
) -> Report:
    """The next version of a start's report, frozen now and drawn by a job; in the caller's transaction.

    `part` is the snapshot's part for this kind of step, the result of `run`; `reused`: where a reused result comes from
    instead. `start` comes with its organisation, and its application with candidate, organisation and role.
    """
    # The start's row is the lock under which versions are counted.
    StepRequest.objects.of(step_request.organisation).select_for_update(of=("self",)).get(pk=step_request.pk)
    newest = (
        Report.objects.of(step_request.organisation)
        .filter(step_request=step_request)
        .aggregate(newest=Max("version"))["newest"]
    )
    version, code = (newest or 0) + 1, mint_code()
    with translation.override(step_request.organisation.language):
        snapshot = {
            **head(step_request.application, code=code, version=version, now=now),
            "kind": kind,
            **part,
        }
    if reused is not None:
        snapshot["reused"] = reused
    report = Report.objects.create(
        organisation=step_request.organisation,
        step_request=step_request,
        attempt=run if isinstance(run, Attempt) else None,
        check_run=run if isinstance(run, Check) else None,
        version=version,
        code=code,
        snapshot=snapshot,
        try_again_at=now + TRIES[0],
        created_at=now,
    )
    draw_report.defer(report_id=report.pk)
    return report
