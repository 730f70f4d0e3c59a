"""The building blocks of a page, as the templates read them: plain mappings with a `type`.

A block that is `together` is kept on one page. It may be so only where it surely fits on one, since what
stands over the end of a page would be lost.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from goodword.reports.pdf.glyphs import narrow

type Block = dict[str, Any]

LONGEST_NAME = 200
LONGEST_LABEL = 160
# PDF/A allows a string of 32 kB, and a character takes at most four bytes.
LONGEST_ALTERNATIVE = 4000
# What a page surely holds, and the characters on a line of a narrow column and of prose at their fewest.
MOST_LINES = 50
NARROW_LINE = 12
PROSE_LINE = 70
#: a comment up to so many characters stays on the page of its name
LONGEST_TOGETHER = 700

_SCRIPTS = {
    "he": re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefe]"),
}


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    """`text` in at most `longest` characters: titles, names and running heads cannot take pages of it."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def section(title: str, blocks: Sequence[Block], *, together: bool = False) -> Block:
    """A part of the report under a heading of the second level."""
    return {"title": title, "blocks": list(blocks), "together": together}


def heading(text: str, *, note: str | None = None) -> Block:
    """A heading of the third level, with a quiet line under it."""
    return {"type": "heading", "text": text, "note": note}


def prose(*paragraphs: str, quiet: bool = False, leads: bool = False) -> Block:
    """Running text; one that `leads` stays on the page of what follows it."""
    return {
        "type": "prose",
        "paragraphs": [lines(text) for text in paragraphs],
        "quiet": quiet,
        "leads": leads,
    }


def notice(*paragraphs: str) -> Block:
    """A tinted box for what must not be overlooked."""
    return {"type": "notice", "paragraphs": list(paragraphs)}


def labelled(rows: Iterable[tuple[str, str]]) -> Block:
    """Short labels with a paragraph each."""
    rows = list(rows)
    pairs = [{"label": label, "paragraphs": [lines(text)]} for label, text in rows]
    return {
        "type": "labelled",
        "rows": pairs,
        "together": _fits([["", text] for _, text in rows], PROSE_LINE),
    }


def table(header: Sequence[str], rows: Sequence[Sequence[str | Block]], *, widths: Sequence[float]) -> Block:
    """A table; `widths` are shares of the line (0: as wide as its content). A cell is a text or `cell()`."""
    cells = [[narrow(one) if isinstance(one, str) else one for one in row] for row in rows]
    return {
        "type": "table",
        "header": list(header),
        "rows": cells,
        "widths": list(widths),
        "together": _fits([[_text(one) for one in row] for row in rows], NARROW_LINE),
    }


def cell(text: str, *, note: str | None = None, rows: int = 1) -> Block:
    """A table cell with a quiet second line; with `rows` it stands beside that many rows, which omit it."""
    return {
        "text": narrow(text),
        "note": None if note is None else narrow(note),
        "rows": rows,
        "together": 1 < rows <= MOST_LINES // (LONGEST_NAME // NARROW_LINE // 2),
    }


def scales(
    header: Sequence[str], axis: tuple[int, int], rows: Sequence[Block], *, notes: Sequence[str]
) -> Block:
    """Scales on a common axis, each with its two ends and its mean, and `notes` on the drawing below."""
    return {**_chart("scales", header, rows), "axis": list(axis), "notes": list(notes)}


def ratings(header: Sequence[str], axis: tuple[int, int], rows: Sequence[Block]) -> Block:
    """The answers of each relationship as dots on one common axis."""
    return {**_chart("ratings", header, rows), "axis": list(axis)}


def dots(header: Sequence[str], rows: Sequence[Block]) -> Block:
    """Options with one dot for each who chose them."""
    return _chart("dots", header, rows)


def comments(entries: Sequence[Block]) -> Block:
    return {"type": "comments", "entries": list(entries)}


def comment(text: str, *, by: str, language: str | None) -> Block:
    """A text as it was written, paragraph by paragraph, and whose it is."""
    paragraphs = [lines(part) for part in re.split(r"\n\s*\n", text.strip("\n"))]
    return {
        "paragraphs": paragraphs,
        "by": by,
        "language": _language(text, language),
        "together": len(text) <= LONGEST_TOGETHER and text.count("\n") <= MOST_LINES // 5,
    }


def _language(text: str, tag: str | None) -> str | None:
    """The language that a screen reader should read `text` in: the main part of its tag, else the one that
    its first letters tell; `None` for the report's own."""
    main = (tag or "").replace("_", "-").split("-")[0].lower()
    if re.fullmatch("[a-z]{2,3}", main):
        return main
    first = re.search(r"[^\W\d_]", text)
    if first is None:
        return None
    return next((name for name, script in _SCRIPTS.items() if script.match(first.group())), None)


def lines(text: str) -> list[str]:
    """The lines of one paragraph."""
    return [line for line in text.split("\n") if line.strip()] or [""]


def _chart(kind: str, header: Sequence[str], rows: Sequence[Block]) -> Block:
    """Rows with a drawing each. Their texts are made to fit the columns, and stay short: a row cannot break."""
    fitted = [{key: _fitted(key, value) for key, value in row.items()} for row in rows]
    texts = [[row[key] for key in ("label", "note", "low", "high", "who") if key in row] for row in fitted]
    return {"type": kind, "header": list(header), "rows": fitted, "together": _fits(texts, NARROW_LINE)}


def _fitted(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return clipped(value, LONGEST_ALTERNATIVE) if key == "alt" else narrow(clipped(value, LONGEST_LABEL))


def _text(one: str | Block) -> str:
    return one if isinstance(one, str) else f"{one['text']} {one['note'] or ''}"


def _fits(rows: Iterable[Sequence[str]], line: int) -> bool:
    """Whether rows with these texts side by side surely fit on a page; one line a row is for the space between."""
    return sum(2 + max((len(text) // line for text in row), default=0) for row in rows) <= MOST_LINES
