"""PDFs of reports: rendering and signing in a job, and rendering again what failed or has an old layout.

Rendering and signing happen outside of transactions. The first result is stored, later ones are discarded.

Layout 1 contained test items, item responses and scoring keys. Such files are no longer served: they are rendered again
from their snapshots by the sweep or when opened. Files for which that fails are withheld (docs/decisions/0034-*).
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.core import clock, jobs, process, telemetry
from goodword.core.events import record
from goodword.reports.models import IssuedFile, Report, ReportFile, SigningCertificate
from goodword.reports.pdf.fonts import FontsMissingError
from goodword.reports.pdf.render import render_pdf
from goodword.reports.pdf.snapshot import SnapshotError
from goodword.reports.pdf.typesetter import SigningError, TypesetterFailed, TypesettingError
from goodword.reports.signing.keys import current_signer
from goodword.reports.signing.signature import sign


@dataclass(frozen=True, slots=True)
class SignedFile:
    """`covered`: SHA-256 (hex) of everything but the signature."""

    content: bytes
    covered: str
    certificate: SigningCertificate


def render_signed(snapshot: Mapping[str, Any], *, now: datetime) -> SignedFile:
    """Render and sign a report. This takes 60 to 120 ms, or a second if the typesetter isn't running, so call it
    outside of transactions. Each call gives a different signature."""
    pdf = render_pdf(snapshot)
    signer = current_signer(now=now)
    signed = sign(pdf.bytes, signer.identity, now=now)
    return SignedFile(content=signed.content, covered=signed.covered, certificate=signer.row)


def issue(report: Report, file: SignedFile, *, now: datetime) -> dict[str, Any]:
    """Record the digest, in the transaction that stores the file. Returns columns of the `ReportFile`."""
    digest = hashlib.sha256(file.content).hexdigest()
    IssuedFile.objects.create(
        organisation=report.organisation,
        report=report,
        sha256=digest,
        covered_sha256=file.covered,
        certificate=file.certificate,
        issued_at=now,
    )
    return {"content": file.content, "sha256": digest}


#: times after each attempt until the sweep tries again; after the last one, the report has failed
RENDERING_DELAYS: Final = tuple(timedelta(minutes=m) for m in (2, 5, 15, 60))
#: layout 2: without test items, item responses and scoring keys
LAYOUT: Final = 2
#: layout of files that could not be rendered again; opening them tries again, the sweep doesn't
WITHHELD: Final = 0
#: files rendered again per sweep, at 50 to 100 ms each
FILES_PER_SWEEP: Final = 50

log = logging.getLogger(__name__)


def render(*, report_id: int, now: datetime) -> None:
    report = _try(report_id, now=now)
    if report is None:
        return
    try:
        with telemetry.span("report", of=lambda: report.step_request.application_id):
            pdf = render_signed(report.snapshot, now=now)
    except SnapshotError as error:
        _fail(report_id, error=str(error), now=now)
        return
    with transaction.atomic():
        locked = _lock(report_id)
        if locked.state != Report.State.BUILDING:
            return
        ReportFile.objects.create(
            organisation=locked.organisation, report=locked, layout=LAYOUT, **issue(locked, pdf, now=now)
        )
        locked.state, locked.ready_at, locked.try_again_at = Report.State.READY, now, None
        locked.save(update_fields=["state", "ready_at", "try_again_at"])
        _record("report.redacted" if _is_quiet(locked) else "report.ready", locked, now=now)


def _is_quiet(report: Report) -> bool:
    """Whether this version only removes a person from an earlier one. Then neither mail nor note is sent."""
    if report.snapshot["redacted"]:
        return True
    versions = Report.objects.of(report.organisation).filter(
        step_request=report.step_request, version__lt=report.version
    )
    return "left_out" in report.snapshot and versions.filter(ready_at__isnull=False).exists()


def render_again(*, report_id: int, member: Membership, now: datetime) -> bool:
    """Render a failed report again, for a member. Returns False if the report hasn't failed."""
    with transaction.atomic():
        report = _lock(report_id)
        if report.state != Report.State.FAILED:
            return False
        report.state, report.error, report.rendering_attempts = Report.State.BUILDING, "", 0
        report.try_again_at = now + RENDERING_DELAYS[0]
        report.save(update_fields=["state", "error", "rendering_attempts", "try_again_at"])
        write_by(member, "report.rebuilt", now=now, details={"report": report.pk})
        jobs.named("report.render").defer(report_id=report.pk)
        return True


def interrupted(*, now: datetime) -> QuerySet[Report]:
    return Report.objects.across_organisations().filter(state=Report.State.BUILDING, try_again_at__lte=now)


def requeue_interrupted(*, now: datetime) -> int:
    """Queue reports again whose rendering was interrupted. Returns how many."""
    first = interrupted(now=now).order_by("try_again_at").values_list("pk", flat=True)[:50]
    return sum(
        jobs.named("report.render").defer_once(lock=f"report.render:{pk}", report_id=pk) for pk in first
    )


def _try(report_id: int, *, now: datetime) -> Report | None:
    """Count an attempt and schedule the next one. Returns None if there is nothing to render or no attempt is left."""
    with transaction.atomic():
        report = _lock(report_id)
        if report.state != Report.State.BUILDING:
            return None
        if report.rendering_attempts >= len(RENDERING_DELAYS):
            _fail(report_id, error="Several attempts failed; see the log.", now=now)
            return None
        report.try_again_at = now + RENDERING_DELAYS[report.rendering_attempts]
        report.rendering_attempts += 1
        report.save(update_fields=["rendering_attempts", "try_again_at"])
        return report


def _fail(report_id: int, *, error: str, now: datetime) -> None:
    with transaction.atomic():
        report = _lock(report_id)
        if report.state != Report.State.BUILDING:  # erased in the meantime
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
        .select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "step_request__step")
        .get(pk=report_id)
    )


class NotRendered(Exception):
    """There is no file in the current layout, and rendering it failed. `for_good`: because of the report's content."""

    def __init__(self, *, for_good: bool = False) -> None:
        super().__init__(for_good)
        self.for_good = for_good


#: temporary errors, which have nothing to do with the report's content
_TEMPORARY: Final = (TypesetterFailed, FontsMissingError, SigningError)


def content_of(report: Report, *, now: datetime) -> bytes:
    """The PDF of a ready report, rendered again first if its layout is old. Raises `NotRendered`."""
    try:
        return _content_of(report, now=now)
    except _TEMPORARY as error:
        log.exception("The report %s could not be typeset or signed", report.code)
        raise NotRendered from error


def _content_of(report: Report, *, now: datetime) -> bytes:
    files = ReportFile.objects.of(report.organisation).filter(report=report)
    file = files.first()
    if file is None:
        raise NotRendered
    if file.layout >= LAYOUT:
        return bytes(file.content)
    try:
        pdf = render_signed(report.snapshot, now=now)
    except (SnapshotError, TypesettingError) as error:
        log.exception("The report %s could not be rendered in layout %d", report.code, LAYOUT)
        files.filter(pk=file.pk).update(layout=WITHHELD)
        raise NotRendered(for_good=True) from error
    with transaction.atomic():
        locked = files.select_for_update(no_key=True).first()
        if locked is None:  # erased in the meantime
            raise NotRendered
        if locked.layout < LAYOUT:  # otherwise another process was faster
            files.update(layout=LAYOUT, **issue(report, pdf, now=now))
            return pdf.content
        return bytes(locked.content)


def of_older_layouts() -> QuerySet[Report]:
    return Report.objects.across_organisations().filter(
        state=Report.State.READY, file__layout__gt=WITHHELD, file__layout__lt=LAYOUT
    )


def render_older(*, now: datetime) -> int:
    """Render files of older layouts again, newest first. Returns how many."""
    rendered, failures = 0, list[Exception]()
    for report in of_older_layouts().select_related("organisation").order_by("-pk")[:FILES_PER_SWEEP]:
        process.check_stop()
        try:
            _content_of(report, now=now)
        except NotRendered:
            continue
        except _TEMPORARY as error:
            failures.append(error)
            continue
        rendered += 1
    if failures:
        log.error(
            "Reports in older layouts that could not be typeset or signed: %d. The next run tries again.",
            len(failures),
            exc_info=failures[0],
        )
    return rendered


@jobs.job(name="report.render", swept_by="report.sweep")
def render_report(*, report_id: int) -> None:
    render(report_id=report_id, now=clock.now())


@jobs.job(
    name="report.sweep",
    cron="* * * * *",
    due=lambda now: [interrupted(now=now), of_older_layouts()],
)
def sweep_reports() -> None:
    requeue_interrupted(now=clock.now())
    render_older(now=clock.now())
