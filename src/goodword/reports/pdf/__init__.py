"""Reports as PDF: a frozen snapshot becomes typed blocks, and these an accessible file. No queries."""

from goodword.reports.pdf.render import RenderedPdf, render_pdf
from goodword.reports.pdf.snapshot import SnapshotError, check_snapshot

__all__ = ["RenderedPdf", "SnapshotError", "check_snapshot", "render_pdf"]
