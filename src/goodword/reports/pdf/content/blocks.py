"""The building blocks of a page, as the templates read them: plain mappings with a `type`."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

type Block = dict[str, Any]


def section(title: str, blocks: Sequence[Block]) -> Block:
    """A part of the report under a heading of the second level; without a title it just follows."""
    return {"title": title, "blocks": list(blocks)}


def heading(text: str, *, note: str | None = None) -> Block:
    """A heading of the third level, with a quiet line under it."""
    return {"type": "heading", "text": text, "note": note}


def prose(*paragraphs: str, quiet: bool = False) -> Block:
    return {"type": "prose", "paragraphs": [lines(text) for text in paragraphs], "quiet": quiet}


def notice(*paragraphs: str) -> Block:
    """A tinted box for what must not be overlooked."""
    return {"type": "notice", "paragraphs": list(paragraphs)}


def labelled(rows: Iterable[tuple[str, str]]) -> Block:
    """Short labels with a paragraph each."""
    return {
        "type": "labelled",
        "rows": [{"label": label, "paragraphs": [lines(text)]} for label, text in rows],
    }


def table(header: Sequence[str], rows: Sequence[Sequence[str | Block]], *, widths: Sequence[float]) -> Block:
    """A table; `widths` are shares of the line (0: as wide as its content). A cell is a text or
    `cell(...)`."""
    return {
        "type": "table",
        "header": list(header),
        "rows": [list(row) for row in rows],
        "widths": list(widths),
    }


def cell(text: str, *, note: str | None = None, rows: int = 1) -> Block:
    """A table cell with a quiet second line; with `rows` it stands beside that many rows, which leave it
    out."""
    return {"text": text, "note": note, "rows": rows}


def scales(header: Sequence[str], axis: tuple[int, int], rows: Sequence[Block]) -> Block:
    """Scales on one common axis, each with its two ends, its mean and the spread of its answers."""
    return {"type": "scales", "header": list(header), "axis": list(axis), "rows": list(rows)}


def ratings(header: Sequence[str], axis: tuple[int, int], rows: Sequence[Block]) -> Block:
    """The answers of each relationship as dots on one common axis."""
    return {"type": "ratings", "header": list(header), "axis": list(axis), "rows": list(rows)}


def dots(rows: Sequence[Block], header: Sequence[str]) -> Block:
    """Options with one dot for each who chose them."""
    return {"type": "dots", "rows": list(rows), "header": list(header)}


def comments(entries: Sequence[Block]) -> Block:
    return {"type": "comments", "entries": list(entries)}


def comment(text: str, *, by: str, language: str | None) -> Block:
    """A text as it was written, paragraph by paragraph, and whose it is."""
    paragraphs = [lines(part) for part in re.split(r"\n\s*\n", text.strip("\n"))]
    return {"paragraphs": paragraphs, "by": by, "language": language}


def lines(text: str) -> list[str]:
    """The lines of one paragraph."""
    return [line for line in text.split("\n") if line.strip()] or [""]
