"""Make a report: freeze what is known, then draw the PDF from that alone.

The snapshot is frozen in the handler's transaction, together with the report's row. Drawing takes a while and
happens in a job outside any transaction; run twice, or by two workers at once, it leaves one file and one event.
A drawing that fails for no reason that lies in the snapshot is begun again by the sweep, a few times.
"""

from datetime import datetime

from django.db import transaction
from django.utils import translation

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.assessments.models import Attempt
from goodword.assessments.results import result as assessment_result
from goodword.core import jobs
from goodword.core.events import record
from goodword.core.models import Event
from goodword.references.models import Check
from goodword.references.results import results
from goodword.reports.domain.assessment import assessment_part
from goodword.reports.domain.files import columns_of
from goodword.reports.domain.freeze import TRIES, freeze
from goodword.reports.domain.reference_check import check_part
from goodword.reports.models import Report, ReportFile
from goodword.reports.pdf import SnapshotError, render_pdf
from goodword.workflow.domain.eligibility import lock_application
from goodword.workflow.models import StepRequest


def on_attempt_completed(event: Event) -> None:
    """A finished assessment gets its report."""
    step_request = _step_request(event)
    if step_request.application.erased_at is not None:
        return
    attempt = Attempt.objects.across_organisations().get(pk=event.data["attempt_id"])
    with translation.override(step_request.organisation.language):
        result = assessment_result(attempt)
        if result is None:
            raise LookupError(f"Attempt {attempt.pk} has no scores.")
        part = assessment_part(result, organisation=step_request.organisation)
    freeze(step_request, kind="assessment", part={"assessment": part}, run=attempt, now=event.occurred_at)


def on_check_completed(event: Event) -> None:
    """A completed reference check gets its report."""
    step_request = _step_request(event)
    if step_request.application.erased_at is not None:
        return
    check = (
        Check.objects.across_organisations()
        .select_related("version__questionnaire")
        .get(pk=event.data["check_id"])
    )
    with translation.override(step_request.organisation.language):
        part = check_part(results(check), organisation=step_request.organisation)
    freeze(step_request, kind="reference_check", part={"check": part}, run=check, now=event.occurred_at)


def draw(*, report_id: int, now: datetime) -> None:
    """Draw the PDF of a report and record that it is ready; a snapshot that cannot be drawn makes it failed."""
    report = _try(report_id, now=now)
    if report is None:
        return
    try:
        pdf = render_pdf(report.snapshot)
    except SnapshotError as error:
        _fail(report_id, error=str(error), now=now)
        return
    with transaction.atomic():
        locked = _lock(report_id)
        if locked.state != Report.State.BUILDING:
            return
        ReportFile.objects.create(organisation=locked.organisation, report=locked, **columns_of(pdf))
        locked.state, locked.ready_at, locked.try_again_at = Report.State.READY, now, None
        locked.save(update_fields=["state", "ready_at", "try_again_at"])
        _record("report.redacted" if _is_quiet(locked) else "report.ready", locked, now=now)


def _is_quiet(report: Report) -> bool:
    """Whether to send no mail and no note, because this only removes a person from an earlier version."""
    if report.snapshot["redacted"]:
        return True
    versions = Report.objects.of(report.organisation).filter(
        step_request=report.step_request, version__lt=report.version
    )
    return "left_out" in report.snapshot and versions.filter(ready_at__isnull=False).exists()


def rebuild(*, report_id: int, member: Membership, now: datetime) -> bool:
    """Draw a failed report again from its snapshot; False if it has not failed."""
    with transaction.atomic():
        report = _lock(report_id)
        if report.state != Report.State.FAILED:
            return False
        report.state, report.error, report.tries = Report.State.BUILDING, "", 0
        report.try_again_at = now + TRIES[0]
        report.save(update_fields=["state", "error", "tries", "try_again_at"])
        write(
            organisation=report.organisation,
            action="report.rebuilt",
            member=member,
            now=now,
            details={"report": report.pk},
        )
        jobs.named("report.draw").defer(report_id=report.pk)
        return True


def redraw_lost(*, now: datetime) -> int:
    """Requeue reports that should be drawn by now. Returns how many."""
    lost = (
        Report.objects.across_organisations()
        .filter(state=Report.State.BUILDING, try_again_at__lte=now)
        .order_by("try_again_at")
        .values_list("pk", flat=True)[:50]
    )
    return sum(jobs.named("report.draw").defer_once(lock=f"report.draw:{pk}", report_id=pk) for pk in lost)


def _try(report_id: int, *, now: datetime) -> Report | None:
    """Count an attempt and schedule the next; None if there is nothing to draw, or all attempts are used up."""
    with transaction.atomic():
        report = _lock(report_id)
        if report.state != Report.State.BUILDING:
            return None
        if report.tries >= len(TRIES):
            _fail(report_id, error="It was tried several times; the log says what went wrong.", now=now)
            return None
        report.try_again_at = now + TRIES[report.tries]
        report.tries += 1
        report.save(update_fields=["tries", "try_again_at"])
        return report


def _fail(report_id: int, *, error: str, now: datetime) -> None:
    with transaction.atomic():
        report = _lock(report_id)
        if report.state != Report.State.BUILDING:  # erased meanwhile
            return
        report.state, report.error, report.try_again_at = Report.State.FAILED, error, None
        report.save(update_fields=["state", "error", "try_again_at"])
        _record("report.failed", report, now=now)


def _record(name: str, report: Report, *, now: datetime) -> None:
    record(
        name,
        organisation_id=report.organisation_id,
        application_id=report.step_request.application_id,
        actor="goodword",
        at=now,
        data={
            "step_request_id": report.step_request_id,
            "report_id": report.pk,
            "version": report.version,
            "code": report.code,
            "kind": report.step_request.step.kind,
        },
    )


def _lock(report_id: int) -> Report:
    return (
        Report.objects.across_organisations()
        .select_for_update(of=("self",))
        .select_related("organisation", "step_request__step")
        .get(pk=report_id)
    )


def _step_request(event: Event) -> StepRequest:
    """The start, with its application locked: nobody is erased while their report is frozen."""
    assert event.application_id is not None  # these events are about applications
    lock_application(event.application_id)
    return (
        StepRequest.objects.across_organisations()
        .select_related(
            "organisation", "application__candidate", "application__organisation", "application__role"
        )
        .get(pk=event.data["step_request_id"])
    )
