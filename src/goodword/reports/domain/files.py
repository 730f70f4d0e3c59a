"""The PDF of a report in the current layout, and its openings.

Layout 1 printed test items, single answers and scoring keys. Such a file is not served any more: it is redrawn from the
same snapshot, by the sweep or when it is first opened, and withheld if that fails (docs/decisions/0034-*).
"""

import hashlib
import logging
from datetime import datetime
from typing import Any, Final

import typst
from django.db import transaction

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.core import stopping
from goodword.core.events import record
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.reports.models import Report, ReportFile, ReportOpening
from goodword.reports.pdf import RenderedPdf, SnapshotError, render_pdf

#: 2: without test items, single answers and scoring keys
LAYOUT: Final = 2

#: could not be redrawn; each opening retries, the sweep does not
WITHHELD: Final = 0

#: files redrawn by one sweep, at 50 to 100 ms each
A_SWEEP: Final = 50

log = logging.getLogger(__name__)


class NotDrawn(Exception):
    """There is no file in the current layout, and none could be drawn."""


def columns_of(pdf: RenderedPdf) -> dict[str, Any]:
    """The columns of a `ReportFile` that depend on its content."""
    return {"content": pdf.bytes, "sha256": hashlib.sha256(pdf.bytes).hexdigest(), "layout": LAYOUT}


def content_of(report: Report) -> bytes:
    """The PDF of a ready report, redrawn first if its layout is older. Raises NotDrawn.

    Drawn outside any transaction and always with the same bytes, so concurrent redraws are harmless.
    """
    file = ReportFile.objects.of(report.organisation).filter(report=report).first()
    if file is None:
        raise NotDrawn
    if file.layout >= LAYOUT:
        return bytes(file.content)
    try:
        pdf = render_pdf(report.snapshot)
    except (SnapshotError, typst.TypstError) as error:
        log.exception("The report %s could not be redrawn in layout %d", report.code, LAYOUT)
        ReportFile.objects.of(report.organisation).filter(pk=file.pk).update(layout=WITHHELD)
        raise NotDrawn from error
    # An erasure may have deleted the row meanwhile.
    if not ReportFile.objects.of(report.organisation).filter(pk=file.pk).update(**columns_of(pdf)):
        raise NotDrawn
    return pdf.bytes


def redraw_older() -> int:
    """Redraw some files of older layouts, newest first. Returns how many."""
    reports = Report.objects.across_organisations().filter(
        state=Report.State.READY, file__layout__gt=WITHHELD, file__layout__lt=LAYOUT
    )
    redrawn = 0
    for report in reports.select_related("organisation").order_by("-pk")[:A_SWEEP]:
        stopping.check()
        try:
            content_of(report)
        except NotDrawn:
            continue
        redrawn += 1
    return redrawn


def open_report(
    report: Report, *, now: datetime, link: Link | None = None, member: Membership | None = None
) -> bytes:
    """The PDF of a ready report; records the member who opened it, or the link. Raises NotDrawn.

    Repeated openings of a link within links.QUIET are recorded once: its holder could fill the database.
    """
    content = content_of(report)
    by = f"member:{member.pk}" if member else "link"
    with transaction.atomic():
        if link and (not links.lock(link) or _opened_lately(report, link, now=now)):
            return content
        if member:
            write(
                organisation=report.organisation,
                action="report.opened",
                member=member,
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
