"""Reads a PDF back."""

import io
import re
from typing import Any

from pypdf import PdfReader

from goodword.reports.pdf.render import RenderedPdf


def read(rendered: RenderedPdf) -> PdfReader:
    return PdfReader(io.BytesIO(rendered.bytes))


def text_of(rendered: RenderedPdf) -> str:
    """All text of all pages with single spaces."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(rendered).pages))


def root_of(rendered: RenderedPdf) -> Any:
    return read(rendered).trailer["/Root"]


def tags_of(rendered: RenderedPdf) -> list[tuple[str, Any]]:
    """The structure tree in reading order: the kind of each element and the element."""
    found: list[tuple[str, Any]] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), node))
            walk(node.get("/K", []))

    walk(root_of(rendered)["/StructTreeRoot"]["/K"])
    return found
