"""The PDF of a report in the current layout.

Layout 1 printed test items, single answers and scoring keys. Such a file is no longer served: it is redrawn from the
same snapshot, by the sweep or when it is first opened, and replaced. If that fails it is withheld
(docs/decisions/0034-*).
"""

import hashlib
import logging
from typing import Any, Final

import typst

from goodword.core import stopping
from goodword.reports.models import Report, ReportFile
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
