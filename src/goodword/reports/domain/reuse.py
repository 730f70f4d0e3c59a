"""Reuse a person's earlier result: a report on this application with the earlier frozen content."""

from datetime import datetime
from typing import Any, cast

from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.reports.domain.freezing import freeze, moment_text
from goodword.reports.models import Report
from goodword.reports.pdf.snapshot import Reused
from goodword.reports.queries import current_first
from goodword.roles.models import Step
from goodword.workflow.domain.eligibility import lock_step_request
from goodword.workflow.domain.step_requests import is_confidential_source, reuse_earlier
from goodword.workflow.models import StepRequest


class MayNotReuse(Exception):
    """`reason`: why the application ended, "decided" (no longer offered) or "no_report" (not yet)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reuse(*, step_request: StepRequest, member: Membership, now: datetime) -> Report:
    """Create the report; its note is posted, but no mail is sent. It names the earlier role unless that is confidential
    or the candidate private. Raises `MayNotReuse`."""
    with transaction.atomic():
        found = lock_step_request(step_request.pk)
        if found is None:
            raise MayNotReuse("decided")
        step_request, application = found
        if application.end:
            raise MayNotReuse(application.end)
        if step_request.waiting_reason != StepRequest.WaitingReason.REUSE or step_request.earlier_id is None:
            raise MayNotReuse("decided")
        source = report_of(step_request.earlier_id)
        if source is None:
            raise MayNotReuse("no_report")
        reuse_earlier(step_request, application=application, at=now, by=f"member:{member.pk}")
        step_request.application = application
        report = freeze(
            step_request,
            kind=step_request.step.kind,
            part=_part(source, step_request.step),
            now=now,
            reused=_from(source),
        )
        write(
            organisation=step_request.organisation,
            action="result.reused",
            member=member,
            now=now,
            details={
                "step_request": step_request.pk,
                "earlier": step_request.earlier_id,
                "report": report.pk,
            },
        )
        return report


def report_of(step_request_id: int) -> Report | None:
    reports = Report.objects.across_organisations().filter(
        step_request_id=step_request_id, state=Report.State.READY
    )
    rows = reports.select_related(
        "step_request__application__role", "step_request__application__candidate", "organisation"
    )
    found = current_first(rows).first()
    return None if found is None or found.snapshot["redacted"] else found


def _part(source: Report, step: Step) -> dict[str, Any]:
    if step.kind == Step.Kind.REFERENCE_CHECK:
        return {"check": source.snapshot["check"]}
    assessment = source.snapshot["assessment"]
    requirement = None
    # with several tests it is unknown which one the requirement is for
    if step.requirement and len(assessment["tests"]) == 1:
        at = step.requirement_at
        when = moment_text(at, organisation=source.organisation) if at else ""
        requirement = {"text": step.requirement, "who": step.requirement_by, "when": when}
    tests = [{**test, "requirement": requirement} for test in assessment["tests"]]
    return {"assessment": {**assessment, "tests": tests}}


def _from(source: Report) -> Reused:
    if first := source.snapshot.get("reused"):  # itself reused
        return cast(Reused, first)
    check = source.snapshot["kind"] == Step.Kind.REFERENCE_CHECK
    kept = source.snapshot["check" if check else "assessment"]
    return {
        "role": None if is_confidential_source(source.step_request) else source.snapshot["role"]["title"],
        "completed_at_text": kept["completed_at_text" if check else "taken_at_text"],
        "code": source.code,
    }
